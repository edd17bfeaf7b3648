/** One call as an emulated source saw it. Never holds a token: only whether it was the right one. */
export interface EmulatedCall {
  readonly source: string;
  readonly endpoint: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** `ok`, `over_limit`, or the fault that it met. */
  readonly outcome: string;
  /** Calls that were being answered at the same time, this one included. */
  readonly concurrent: number;
}

const MINUTE_MS = 60_000;

/** Counts calls within a sliding minute: the limit that a source enforces and does not announce. */
export class HiddenLimit {
  private readonly perMinute: number;
  private readonly windowMs: number;
  private readonly byKey = new Map<string, number[]>();

  constructor(perMinute: number, windowMs: number = MINUTE_MS) {
    this.perMinute = perMinute;
    this.windowMs = windowMs;
  }

  /** Whether a call may pass. A call that may not is not counted. */
  admits(key: string, now: number): boolean {
    const recent = (this.byKey.get(key) ?? []).filter((at) => at > now - this.windowMs);
    const isAdmitted = recent.length < this.perMinute;
    if (isAdmitted) {
      recent.push(now);
    }
    this.byKey.set(key, recent);
    return isAdmitted;
  }
}
