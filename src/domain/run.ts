import type { SymbolFailure } from './batch.ts';
import type { EtlJobConfig, QualityGate } from './job.ts';
import type { StockSymbol } from './stock-symbol.ts';
import type { TradingDay } from './trading-day.ts';

/** One batch of a run's plan. */
export interface PlannedBatch {
  readonly batchNo: number;
  readonly symbols: readonly StockSymbol[];
  readonly startDate: TradingDay;
  readonly endDate: TradingDay;
}

/** A planned batch with the configuration of its job. */
export interface BatchSpec extends PlannedBatch {
  readonly config: EtlJobConfig;
  /** Left out by an operator after the plan was made. */
  readonly skipped: readonly StockSymbol[];
  readonly jobType: string;
}

/** A symbol and the days over which its last try failed. */
export interface FailedRange {
  readonly symbol: StockSymbol;
  readonly startDate: TradingDay;
  readonly endDate: TradingDay;
}

/** A run as it begins. */
export interface RunStart {
  readonly runId: string;
  readonly jobId: string;
  readonly jobType: string;
  readonly config: EtlJobConfig;
  /** ISO instant. */
  readonly dueAt: string;
  readonly notes: readonly string[];
}

/**
 * The sums of a run. Rows are those of batches that were loaded, so that they add up: a batch that failed at its load, and
 * whose symbols were tried again in others, is not counted twice.
 */
export interface RunSums {
  readonly jobName: string;
  readonly jobId: string;
  readonly runId: string;
  /** ISO instant. */
  readonly startedAt: string;
  /** Planned, less those that an operator left out. */
  readonly symbols: number;
  readonly failures: readonly SymbolFailure[];
  /** What the planner had to say. */
  readonly notes: readonly string[];
  readonly batches: number;
  readonly batchesLoaded: number;
  readonly extracted: number;
  readonly transformed: number;
  readonly inserted: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly skipped: number;
  readonly quarantined: number;
  readonly duplicates: number;
  readonly suspended: number;
  readonly unreadable: number;
  /** Weighted by rows; undefined where nothing was judged. */
  readonly score: number | undefined;
  /** Undefined where nothing was judged. */
  readonly gate: QualityGate | undefined;
  /** Rows inserted and updated, by every source that gave any. */
  readonly loadedBySource: Readonly<Record<string, number>>;
}
