import type { BatchRef, LandedAnswer } from '../../domain/batch.ts';
import type { StockSymbol } from '../../domain/stock-symbol.ts';
import type { DayNumber } from '../../domain/trading-day.ts';
import type { VerdictDetail } from '../../domain/verdict-detail.ts';
import type { AcceptOutcome, AcceptTask } from './accept-task.ts';
import type {
  FitOutcome,
  FitTask,
  LabelledRows,
  PrepareTask,
} from '../../quality/anomaly/training.ts';
import type { ModelAccount } from '../../quality/anomaly/rank-open-rows.ts';
import type { ReportFacts } from '../../quality/report/facts.ts';
import type { CheckOutcome, CheckTask } from './check-task.ts';
import type { RenderedReport } from './report-task.ts';
import type { JudgeContext } from '../../quality/verdict.ts';
import type { MeasureDriftTask, MeasuredDrift } from './model-tasks.ts';

export interface TransformTask {
  /** Key under which the batch is staged: `<runId>/<batchNo>/bars.arrow`. */
  readonly key: string;
  readonly answers: readonly LandedAnswer[];
  readonly symbols: readonly StockSymbol[];
  readonly startDay: DayNumber;
  readonly endDay: DayNumber;
}

export interface SuspendedDay {
  readonly symbol: StockSymbol;
  readonly day: DayNumber;
  readonly answer: number;
}

export interface TransformOutcome {
  readonly staged: BatchRef;
  readonly extracted: number;
  readonly identical: number;
  readonly restated: number;
  readonly conflicting: number;
  readonly outOfScope: number;
  readonly unreadable: number;
  readonly suspended: readonly SuspendedDay[];
}

export interface ValidateTask {
  readonly key: string;
  readonly staged: BatchRef;
  readonly context: JudgeContext;
  /** Names the rules that judge: see `rulesetVersion`. */
  readonly ruleset: string;
  /** The source holds a finite set: of each symbol only the days between its own first and last row are expected. */
  readonly expectsOwnRange: boolean;
  /** false: nothing is judged; only rows that no table could hold are kept back. */
  readonly validate: boolean;
}

/** What a verdict says beside the rows; written next to them as JSON. */
export interface VerdictSummary {
  readonly score: number;
  readonly rawScore: number;
  readonly dimensions: Readonly<Record<string, number>>;
  readonly symbolScores: Readonly<Record<StockSymbol, number>>;
  readonly hits: Readonly<Record<string, number>>;
  readonly findings: readonly {
    readonly rule: string;
    readonly dimension: string;
    readonly severity: string;
    readonly symbol: StockSymbol;
    readonly tradingDay: DayNumber;
    readonly row: number | undefined;
    readonly message: string;
  }[];
  /** What the warehouse keeps of the verdict. */
  readonly detail: VerdictDetail;
}

export interface ValidateOutcome {
  /** What trained models did with the rows that rules left open. */
  readonly models: readonly ModelAccount[];
  readonly judged: BatchRef;
  readonly verdict: BatchRef;
  readonly score: number;
  readonly publishable: number;
  readonly quarantined: number;
  /** As sent, before repair. */
  readonly rawScore: number;
  /** Cells that were repaired. */
  readonly repairs: number;
  /** Hits by rule, of rules that hit. */
  readonly hits: Readonly<Record<string, number>>;
}

/** Work that keeps a core busy: it runs in worker threads, which read and write the stores themselves. */
export interface CpuTasks {
  transform(task: TransformTask, signal: AbortSignal): Promise<TransformOutcome>;
  /** Judges one source's answers before they may count. */
  accept(task: AcceptTask, signal: AbortSignal): Promise<AcceptOutcome>;
  validate(task: ValidateTask, signal: AbortSignal): Promise<ValidateOutcome>;
  /** Rows for training an anomaly model. */
  prepareRows(task: PrepareTask, signal: AbortSignal): Promise<LabelledRows>;
  fitModel(task: FitTask, signal: AbortSignal): Promise<FitOutcome>;
  measureDrift(task: MeasureDriftTask, signal: AbortSignal): Promise<MeasuredDrift>;
  /** Judges stored bars. */
  check(task: CheckTask, signal: AbortSignal): Promise<CheckOutcome>;
  /** Draws a quality report. */
  report(facts: ReportFacts, signal: AbortSignal): Promise<RenderedReport>;
}
