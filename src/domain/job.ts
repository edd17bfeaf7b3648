import type { FailureKind } from './errors.ts';
import type { RuleSettings } from './rule-settings.ts';
import type { SourceOrders } from './source-order.ts';
import type { StockSymbol } from './stock-symbol.ts';
import type { TradingDay } from './trading-day.ts';

/** What a caller asks for, with every default filled in. Made by `config/job-config.ts` only. */
export interface EtlJobConfig {
  readonly jobName: string;
  /** Empty = every symbol the sources know. */
  readonly symbols: readonly StockSymbol[];
  readonly startDate: TradingDay;
  readonly endDate: TradingDay;
  /** Symbols a batch, at most. */
  readonly batchSize: number;
  /** 0 to 1: rows of a symbol whose score is lower are quarantined. */
  readonly qualityThreshold: number;
  /** Failed symbols are tried once more, alone, at the end. */
  readonly retryFailed: boolean;
  /** Rows already in the table are left as they are; else those that differ are updated, with history. */
  readonly skipExisting: boolean;
  readonly validateData: boolean;
  readonly cleanData: boolean;
  /** Where the rules differ from the catalogue: those of ETL_RULES_FILE and, over them, the job's own, as the plan found them. */
  readonly rules?: RuleSettings;
  /** Source names in the order in which they are asked. */
  readonly sources: readonly string[];
  /** Where the order differs by market or dataset. */
  readonly orders?: SourceOrders;
  /** For source `files`: what to read, relative to the configured root. */
  readonly path: string | undefined;
  /** Batches in flight at the same time. */
  readonly concurrency: number;
  /** 1 (first) to 5 (last): whose activities a busy worker takes first. Undefined: by the job's type. */
  readonly priority?: number;
  /** Ids of jobs that must have ended with a good verdict before this one begins. */
  readonly dependsOn?: readonly string[];
  /** What is started when this job has ended without having failed. */
  readonly onComplete?: readonly FollowUp[];
}

/** Job types that another job may start when it is done. */
export const FOLLOW_UPS = [
  'etlJob',
  'dailyDataIngestion',
  'historicalBackfill',
  'dataQualityCheck',
  'generateQualityReport',
  'cleanupOldData',
] as const;

export interface FollowUp {
  readonly job: (typeof FOLLOW_UPS)[number];
  readonly input?: Readonly<Record<string, unknown>>;
}

export type EtlStage = 'extract' | 'transform' | 'validate' | 'load' | 'complete' | 'failed';
export type JobStatus = 'pending' | 'running' | 'success' | 'partial_success' | 'failed';

/**
 * A symbol is held by its own score, over at least 20 sessions, so that one doubtful day of five does not condemn the other
 * four; the score of all rows may well be lower where a job has few.
 */
export interface QualityGate {
  readonly threshold: number;
  readonly lowestSymbolScore: number;
}

/** The account of a job. Rows: extracted = transformed + duplicates + suspended + unreadable; transformed = loaded + updated + unchanged + skipped + quarantined. */
export interface EtlMetrics {
  readonly jobName: string;
  readonly jobId: string;
  readonly runId: string;
  readonly status: JobStatus;
  readonly stage: EtlStage;
  /** ISO instants. */
  readonly startTime: string;
  readonly endTime: string | undefined;
  readonly durationSeconds: number;
  readonly symbols: number;
  readonly symbolsFailed: readonly StockSymbol[];
  readonly recordsExtracted: number;
  readonly recordsTransformed: number;
  /** Rows that are new in the table. */
  readonly recordsLoaded: number;
  readonly recordsUpdated: number;
  /** Rows that the table already held, equal (or left as they are by `skipExisting`). */
  readonly recordsUnchanged: number;
  /** Expected rows of symbols that failed, where the number is known, plus unreadable rows. */
  readonly recordsFailed: number;
  readonly recordsQuarantined: number;
  readonly recordsDuplicate: number;
  readonly recordsSuspended: number;
  /** Rows for which there can be no bar: no session, a suspension, outside the listing life or the request. */
  readonly recordsDropped: number;
  /** 0 to 1, of all rows by their share; undefined where nothing was judged. */
  readonly qualityScore: number | undefined;
  /** What decided whether a symbol's rows were held; left out where nothing was judged. */
  readonly gate?: QualityGate;
  /** 0 to 1: symbols that did not fail, of all symbols. */
  readonly successRate: number;
  /** Rows loaded by source: 0 where a source gave only what the table had already. */
  readonly sources: Readonly<Record<string, number>>;
  readonly errorMessages: readonly string[];
  /** What the planner has to say: why there is nothing to do, whom it passed over. Old accounts have none. */
  readonly notes?: readonly string[];
  /** Of a job of which every symbol failed: what these failures come to. */
  readonly failure?: FailureKind;
}

type RecordCounts = {
  readonly [Name in keyof EtlMetrics as Name extends `records${string}` ? Name : never]: number;
};

/** The counts of a job that has seen no row. */
export const NO_RECORDS: RecordCounts = {
  recordsExtracted: 0,
  recordsTransformed: 0,
  recordsLoaded: 0,
  recordsUpdated: 0,
  recordsUnchanged: 0,
  recordsFailed: 0,
  recordsQuarantined: 0,
  recordsDuplicate: 0,
  recordsSuspended: 0,
  recordsDropped: 0,
};

/** Which job goes first where a worker has to choose: 1 (first) to 5 (last). */
export const PRIORITY_OF_TYPE = {
  dailyDataIngestion: 1,
  etlJob: 3,
  historicalBackfill: 5,
} as const;
