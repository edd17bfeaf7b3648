import type { WantedSymbol } from '../domain/acceptance.ts';
import type { DriftMeasure, ModelVersion, NewModel } from '../domain/anomaly-model.ts';
import type { BarColumns } from '../domain/bar.ts';
import type { BatchRef, PayloadRef, SymbolFailure } from '../domain/batch.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { CoverageProof, JobEstimate } from '../domain/coverage.ts';
import type { EtlMetrics } from '../domain/job.ts';
import type { Notify } from '../domain/notice.ts';
import type { BatchSpec, FailedRange, PlannedBatch, RunStart } from '../domain/run.ts';
import type { RuleSettings } from '../domain/rule-settings.ts';
import type { Absence, SourceAttempt } from '../domain/source-breaker.ts';
import type { SourceOrder, SourceOrders } from '../domain/source-order.ts';
import type { StockSymbol } from '../domain/stock-symbol.ts';
import type { TradingDay } from '../domain/trading-day.ts';
import type { RankingModel } from '../quality/anomaly/rank-open-rows.ts';
import type { JudgeContext } from '../quality/verdict.ts';
import type { CallPriority } from '../sources/call-gate.ts';
import type { RequestShape } from '../sources/capabilities.ts';
import type { DataSource } from '../sources/data-source.ts';
import type { JobVerdict } from '../warehouse/job-verdicts.ts';
import type { LoadCounts, LoadRequest } from '../warehouse/load-batch.ts';
import type { ModelDecision, ModelFilter, StoredModel } from '../warehouse/model-versions.ts';
import type { StoredRange } from '../warehouse/read-bar-columns.ts';
import type { CpuTasks } from './cpu/tasks.ts';
import type { Failpoint } from './failpoint.ts';
import type { RangeInHand } from './leave-in-hand.ts';
import type { MissingRange } from './plan-gaps.ts';

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
  /** The same with the range over which each failed. */
  failedRanges(runId: string): Promise<readonly FailedRange[]>;
  /** From now on these symbols are left out of the run. @returns how many batches hold any of them. */
  skipSymbols(runId: string, symbols: readonly StockSymbol[]): Promise<number>;
  /** How the newest runs of other jobs stand, and the quality that this run asks of them. */
  readVerdicts(
    runId: string,
    jobIds: readonly string[],
  ): Promise<{ readonly verdicts: readonly JobVerdict[]; readonly threshold: number }>;
  /** `failure`: why there was no plan at all. */
  finishRun(
    runId: string,
    end: { cancelled: boolean; endedAt: string; failure?: string },
  ): Promise<EtlMetrics>;
}

/** What is owed, and what of it is missing. */
export interface CoverageStore {
  /** From now on bars are owed from this day on. */
  widen(symbols: readonly StockSymbol[] | 'all', firstDay: TradingDay): Promise<void>;
  /** The earliest day for which any bar is owed. */
  firstDay(): Promise<TradingDay | undefined>;
  missing(query: {
    readonly symbols?: readonly StockSymbol[];
    readonly from: TradingDay;
    readonly to: TradingDay;
    /** ISO instant. */
    readonly asOf: string;
    /** As if bars of these symbols were owed from then on. */
    readonly owedFrom?: TradingDay;
    /** Also what was asked for in vain lately and waits for its next try. */
    readonly retryAll: boolean;
  }): Promise<readonly MissingRange[]>;
  /** What running backfills are about to bring. */
  inHand(): Promise<readonly RangeInHand[]>;
  /** Notes what a run asked for and did not get. */
  recordAbsences(runId: string): Promise<number>;
  prove(runId: string): Promise<CoverageProof>;
  estimate(work: {
    readonly sources: readonly string[];
    readonly batches: number;
    readonly symbolBatches: number;
    readonly rows: number;
  }): Promise<JobEstimate>;
}

/** Stored history to train on, and the models themselves. */
export interface ModelStore {
  /** Share of right rows that a model may flag, where the input does not say. */
  readonly contamination: number;
  /** Share of a batch's rows that are scored, at most. */
  readonly share: number;
  /** The models that rank a batch now: the acting one, and shadows. */
  ranking(): Promise<readonly RankingModel[]>;
  /** Symbols with bars in a range of days, ascending. */
  symbols(startDate: TradingDay, endDate: TradingDay): Promise<readonly StockSymbol[]>;
  bars(range: StoredRange): Promise<BarColumns>;
  /** As a shadow; a model of the same bytes is not stored twice. */
  save(model: NewModel): Promise<ModelVersion>;
  /** Newest first. */
  list(filter?: ModelFilter): Promise<readonly ModelVersion[]>;
  stored(modelId: number): Promise<StoredModel>;
  activate(decision: ModelDecision): Promise<ModelVersion>;
  saveDrift(drift: DriftMeasure): Promise<void>;
}

/** What judging needs to know beside the rows. */
export interface MarketFacts {
  knownInstruments(symbols?: readonly StockSymbol[]): Promise<readonly Instrument[]>;
  saveInstruments(instruments: readonly Instrument[], source: string): Promise<void>;
  /** Days on which symbols are known not to have traded, ascending; symbols without any are left out. */
  suspensions(
    scope: Pick<BatchSpec, 'symbols' | 'startDate' | 'endDate'>,
  ): Promise<ReadonlyMap<StockSymbol, Int32Array>>;
  judgeContext(
    spec: Pick<BatchSpec, 'symbols' | 'startDate' | 'endDate'>,
  ): Promise<Omit<JudgeContext, 'qualityThreshold' | 'cleanData' | 'symbols'>>;
  /** The bars of a batch as the table holds them; undefined where it has none, or the range is too long to look. */
  storedBars?(
    spec: Pick<BatchSpec, 'symbols' | 'startDate' | 'endDate'>,
  ): Promise<BarColumns | undefined>;
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
  /** The sources that a list of names stands for: `akshare` stands for several. */
  expand(names: readonly string[]): readonly string[];
  /** @throws ConfigurationError where there is none of that name, or it is not configured. */
  get(name: string): DataSource;
}

/** Sources under control: what may be asked now, what came of it, and what it must agree with. */
export interface SourceDesk {
  /** Why an endpoint is not to be asked now; undefined where it may be. */
  refusal(source: string, endpoint: string): Promise<SourceRefusal | undefined>;
  /** A source's answers failed acceptance as a whole: its breaker opens, people are told. */
  reportDrift(
    source: string,
    endpoint: string,
    drift: { readonly code: string; readonly reason: string },
  ): Promise<void>;
  recordAttempts(runId: string, batchNo: number, attempts: readonly SourceAttempt[]): Promise<void>;
  recordAbsences(
    scope: { runId: string; symbols: readonly StockSymbol[] } & Pick<
      PlannedBatch,
      'startDate' | 'endDate'
    >,
    absences: readonly Absence[],
  ): Promise<void>;
  /** What each symbol is expected to have, and its last stored sessions within the range. */
  wanted(batch: Omit<PlannedBatch, 'batchNo'>): Promise<readonly WantedSymbol[]>;
  /** The shape that needs the fewest calls. */
  shapeOf(source: DataSource, symbols: number, sessions: number): RequestShape;
}

export interface SourceRefusal {
  readonly code: string;
  readonly reason: string;
  /** Undefined: no time is known after which it may be asked. */
  readonly waitMs: number | undefined;
}

/** For which days a run needs reference data, and whom it may ask. */
export interface ReferenceWish extends SourceOrder {
  /** `daily` where absent. */
  readonly callPriority?: CallPriority;
  readonly symbols: readonly StockSymbol[];
  readonly startDate: TradingDay;
  readonly endDate: TradingDay;
}

/** Instruments, calendar, suspensions, adjustment factors, ST status, price limits and daily basics, kept fresh. */
export interface ReferenceDesk {
  /** @returns what could not be had, in plain sentences: never an error of a source. @throws EtlError of the warehouse's */
  refresh(wish: ReferenceWish, signal: AbortSignal): Promise<readonly string[]>;
  /** The factors of a batch, where its plan was too large to fetch them. As `refresh` otherwise. */
  refreshFactors(wish: ReferenceWish, signal: AbortSignal): Promise<readonly string[]>;
}

export interface EtlDeps {
  /** Absent where the sources have nothing but bars. */
  readonly reference?: ReferenceDesk;
  readonly desk: SourceDesk;
  readonly runs: RunStore;
  readonly facts: MarketFacts;
  readonly coverage: CoverageStore;
  readonly models: ModelStore;
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
  /** Where the rules differ from the catalogue now, for every job. @throws ConfigurationError */
  readonly rules: () => Promise<RuleSettings>;
  readonly planning: PlanningRules;
}

export interface PlanningRules {
  readonly batchSize: number;
  readonly dailyBatchSize: number;
  readonly batchRows: number;
  readonly qualityThreshold: number;
  readonly sources: readonly string[];
  readonly orders?: SourceOrders;
  readonly concurrency: number;
  readonly retryDelayMs: number;
  /** Symbols of a daily run that are compared with a second source; none where absent. */
  readonly sampleSymbols?: number;
}
