import { defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';

/** gRPC's numbers of the two statuses that a call ends with where the server breaks it off. */
const BROKEN_OFF: ReadonlySet<number> = new Set([1 /* CANCELLED */, 4 /* DEADLINE_EXCEEDED */]);

type Status = Parameters<ReturnType<typeof defaultGrpcRetryOptions>['retryableDecider']>[1];

/**
 * Whether the server broke a call off by itself (RST_STREAM), as a busy one does in its first seconds. A deadline or a
 * cancellation of ours comes without those words, and stands.
 */
function isBrokenOffByServer({ code, details }: Pick<Status, 'code' | 'details'>): boolean {
  return BROKEN_OFF.has(code) && details.includes('RST_STREAM');
}

const MAX_ATTEMPTS = 10;

/** The SDK's own retries, and those of calls that the server broke off: each request has an id, and is applied once. */
export function grpcInterceptors(): [ReturnType<typeof makeGrpcRetryInterceptor>] {
  const defaults = defaultGrpcRetryOptions({ maxAttempts: MAX_ATTEMPTS });
  return [
    makeGrpcRetryInterceptor({
      ...defaults,
      retryableDecider: (attempt, status) =>
        defaults.retryableDecider(attempt, status) ||
        (attempt < MAX_ATTEMPTS && isBrokenOffByServer(status)),
    }),
  ];
}
