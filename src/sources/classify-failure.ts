import { EtlError } from '../domain/errors.ts';
import type { CallEnd } from '../domain/source-breaker.ts';

/** What a failed call means for the breaker of its endpoint. */
export function callEndOf(error: unknown): CallEnd {
  if (!(error instanceof EtlError)) {
    return { kind: 'failed', trouble: 'transient' };
  }
  const after = error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs };
  switch (error.errorClass) {
    case 'transient':
      return { kind: 'failed', trouble: 'transient', ...after };
    case 'rate_limited':
      return {
        kind: 'failed',
        trouble: error.details['isBan'] === true ? 'banned' : 'rate_limited',
        ...after,
      };
    case 'schema_drift':
      return { kind: 'failed', trouble: 'schema_drift' };
    // The endpoint is well: it knows this symbol not, or us not (which disables it elsewhere).
    case 'data_quality':
      return { kind: 'answered' };
    case 'configuration':
    case 'system':
      return { kind: 'inconclusive' };
    default:
      return error.errorClass satisfies never;
  }
}

/** A limit that an answer has named: so many calls in so many seconds. */
export interface NamedLimit {
  readonly limit: number;
  readonly windowSeconds: number;
}

export function namedLimitOf(error: unknown): NamedLimit | undefined {
  const details = error instanceof EtlError ? error.details : {};
  const { limit, windowSeconds } = details;
  return typeof limit === 'number' && typeof windowSeconds === 'number' && limit > 0
    ? { limit, windowSeconds }
    : undefined;
}
