import type { BarColumns } from '../domain/bar.ts';
import type { LandedAnswer } from '../domain/batch.ts';
import type { StockSymbol } from '../domain/stock-symbol.ts';
import type { DayNumber } from '../domain/trading-day.ts';
import type { VerdictDetail } from '../domain/verdict-detail.ts';

/** One judged batch, to be published in one transaction. */
export interface LoadRequest {
  /** Stable over retries and replays: a key that was committed is never applied again. */
  readonly batchKey: string;
  readonly jobId: string;
  readonly runId: string;
  readonly batchNo: number;
  /** Of the activity, from 1. A load is refused while a newer attempt has claimed the batch. */
  readonly attempt: number;
  /** The publishable rows: sorted by symbol and day, distinct, whole numbers of 1/10,000. */
  readonly columns: BarColumns;
  readonly answers: readonly LandedAnswer[];
  /** What happens to rows that the table holds with other values. */
  readonly mode: 'skip' | 'update';
  readonly quarantined: QuarantinedRows;
  readonly suspensions: readonly SuspendedSession[];
  readonly verdict: BatchVerdict;
  readonly stagedSha256: string;
  readonly transformVersion: string;
  /** What a person has decided about held rows: settled in the same transaction. */
  readonly decision?: LoadDecision;
}

/** A decision that this load carries out: rows of one chunk of `quarantine_selections`. */
export interface LoadDecision {
  readonly kind: 'release' | 'replay';
  /** The run that decides, which may be another than the one that loads. */
  readonly runId: string;
  readonly jobId: string;
  readonly decisionNo: number;
  readonly chunkNo: number;
  readonly by: string;
  readonly why: string;
  /** Of a release: the held rows that are published, and those that cannot be. */
  readonly released: readonly number[];
  readonly refused: readonly { readonly id: number; readonly message: string }[];
}

export interface QuarantinedRows {
  readonly columns: BarColumns;
  readonly findings: readonly RowFinding[];
  /** The row to which the findings refer, for each row of `columns`; left out where they refer to `columns` itself. */
  readonly rows?: Uint32Array;
}

export interface RowFinding {
  readonly rule: string;
  readonly dimension: string;
  readonly severity: string;
  readonly row: number | undefined;
  readonly message: string;
}

export interface SuspendedSession {
  readonly symbol: StockSymbol;
  readonly day: DayNumber;
  /** Index in `answers`. */
  readonly answer: number;
}

export interface BatchVerdict {
  readonly score: number;
  readonly dimensions: Readonly<Record<string, number>>;
  readonly hits: Readonly<Record<string, number>>;
  readonly symbolScores: Readonly<Record<StockSymbol, number>>;
  /** All else that is kept of the verdict, where it comes from judging. */
  readonly detail?: VerdictDetail;
}

export interface LoadCounts {
  readonly inserted: number;
  readonly updated: number;
  /** The table held them, equal. */
  readonly unchanged: number;
  /** The table held them with other values and was left as it is (mode `skip`). */
  readonly skipped: number;
  readonly quarantined: number;
  /** The batch had been committed before; these are its counts. */
  readonly alreadyLoaded: boolean;
  /** Rows inserted and updated, by source. */
  readonly bySource: Readonly<Record<string, number>>;
}

export interface LoadHooks {
  /** Called as rows move. */
  readonly heartbeat?: () => void;
  /** Aborting rolls everything back. */
  readonly signal?: AbortSignal;
  /** Passed at the places of FAILPOINTS; may throw or kill. */
  readonly failpoint?: (name: string) => Promise<void> | void;
}

/** Where a test may break a load, in order. */
export const FAILPOINTS = [
  'load.after_begin',
  'load.mid_copy',
  'load.before_merge',
  'load.after_merge_before_ledger',
  'load.after_ledger_before_commit',
  'load.commit_sent_no_reply',
] as const;
