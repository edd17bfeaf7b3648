/** One call that a source is about to make: what quota and circuit breaker are kept by. */
export interface SourceCall {
  readonly source: string;
  /** The source's own name of what it asks: `daily`, `kline`. With the source, the breaker's key. */
  readonly endpoint: string;
  /** Daily work goes before backfill where the quota is short. */
  readonly priority: CallPriority;
}

export type CallPriority = 'daily' | 'backfill';

/**
 * Stands before every call that an adapter makes: waits for the quota, refuses where the breaker is open, and learns how
 * the call ended. `run` throws only errors that are classified already.
 * @throws RateLimitedError with `retryAfterMs` where the call may not be made now; whatever `run` throws.
 */
export type CallGate = <Result>(
  call: SourceCall,
  run: () => Promise<Result>,
  signal: AbortSignal,
) => Promise<Result>;

/** Lets every call through: for tests, and for sources that need no sparing. */
export function openGate<Result>(
  _call: SourceCall,
  run: () => Promise<Result>,
  signal: AbortSignal,
): Promise<Result> {
  signal.throwIfAborted();
  return run();
}
