/** How much of what a job was to bring is there after it: the end of a backfill. Sessions of symbols. */
export interface CoverageProof {
  /** No expected session is missing. */
  readonly holds: boolean;
  readonly from: string;
  readonly to: string;
  readonly expected: number;
  readonly loaded: number;
  /** Suspended, or nothing to be had for certain. */
  readonly excused: number;
  readonly quarantined: number;
  readonly missing: number;
  /** The most frequent reasons of what is missing: `source_gap: 12`. */
  readonly reasons: readonly string[];
}

/** What a plan will take, as far as can be told before. */
export interface JobEstimate {
  readonly batches: number;
  readonly missingSessions: number;
  readonly calls: number;
  readonly bytes: number;
  readonly seconds: number;
  /** What the three figures stand on, in one sentence. */
  readonly basis: string;
}
