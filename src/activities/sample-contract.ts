import type { RunIdentity } from './contract.ts';

/** What came of a sample: small enough to travel. */
export interface SampleOutcome {
  readonly symbols: number;
  readonly compared: number;
  readonly bars: number;
  /** Bars on which the two sources disagree. */
  readonly differing: number;
  readonly sources: readonly string[];
  /** Why not all of it was compared. */
  readonly abstained?: string;
}

export interface SampleActivities {
  /** Compares a few symbols of a run with another source than the one that served them. Again: replaces what it had stored. */
  compareSample(run: RunIdentity): Promise<SampleOutcome>;
}
