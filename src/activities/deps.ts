import type { BarColumns } from '../domain/bar.ts';
import type { BatchRef, PayloadRef, SymbolFailure } from '../domain/batch.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { EtlJobConfig, EtlMetrics } from '../domain/job.ts';
import type { Notify } from '../domain/notice.ts';
import type { StockSymbol } from '../domain/stock-symbol.ts';
import type { TradingDay } from '../domain/trading-day.ts';
import type { JudgeContext } from '../quality/verdict.ts';
import type { DataSource } from '../sources/data-source.ts';
import type { LoadCounts, LoadRequest } from '../warehouse/load-batch.ts';
import type { CpuTasks } from './cpu/tasks.ts';
import type { Failpoint } from './failpoint.ts';

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
}

export interface RunStart {
  readonly runId: string;
  readonly jobId: string;
  readonly jobType: string;
  readonly config: EtlJobConfig;
  readonly dueAt: string;
  readonly notes: readonly string[];
}

/** What the stages need of the warehouse. */
export interface RunStore {
  startRun(start: RunStart, batches: readonly PlannedBatch[]): Promise<void>;
  readBatch(runId: string, batchNo: number): Promise<BatchSpec>;
  addBatches(runId: string, batches: readonly PlannedBatch[]): Promise<void>;
  recordStage(
    runId: string,
    batchNo: number,
    stage: string,
    facts: Readonly<Record<string, unknown>>,
  ): Promise<void>;
  recordFailures(runId: string, batchNo: number, failures: readonly SymbolFailure[]): Promise<void>;
  /** Symbols whose last try failed, ascending. */
  failedSymbols(runId: string): Promise<readonly StockSymbol[]>;
  /** Forgets the failures of symbols that are about to be tried again. */
  skipSymbols(runId: string, symbols: readonly StockSymbol[]): Promise<number>;
  finishRun(runId: string, end: { cancelled: boolean; endedAt: string }): Promise<EtlMetrics>;
}

/** What judging needs to know beside the rows. */
export interface MarketFacts {
  knownInstruments(symbols?: readonly StockSymbol[]): Promise<readonly Instrument[]>;
  saveInstruments(instruments: readonly Instrument[], source: string): Promise<void>;
  judgeContext(
    spec: BatchSpec,
  ): Promise<Omit<JudgeContext, 'qualityThreshold' | 'cleanData' | 'symbols'>>;
}

export interface Landing {
  land(body: Uint8Array): Promise<PayloadRef>;
}

export interface Staging {
  writeJson(key: string, value: unknown): Promise<BatchRef>;
  readJson(ref: BatchRef): Promise<unknown>;
  readColumns(ref: BatchRef): Promise<{
    readonly columns: BarColumns;
    readonly extra: Readonly<Record<string, Uint8Array>>;
  }>;
}

export interface Clock {
  now(): number;
}

/** The sources by name, and what the planner may ask of a source before any batch exists. */
export interface SourceSet {
  readonly names: readonly string[];
  get(name: string): DataSource;
}

export interface EtlDeps {
  readonly runs: RunStore;
  readonly facts: MarketFacts;
  readonly landing: Landing;
  readonly staging: Staging;
  readonly sources: SourceSet;
  readonly cpu: CpuTasks;
  readonly load: (
    request: LoadRequest,
    hooks: { signal: AbortSignal; failpoint: Failpoint },
  ) => Promise<LoadCounts>;
  readonly clock: Clock;
  /** Tells people. */
  readonly notify: Notify;
  readonly failpoint: Failpoint;
  readonly planning: PlanningRules;
}

export interface PlanningRules {
  readonly batchSize: number;
  readonly dailyBatchSize: number;
  readonly batchRows: number;
  readonly qualityThreshold: number;
  readonly sources: readonly string[];
  readonly concurrency: number;
  readonly retryDelayMs: number;
}
