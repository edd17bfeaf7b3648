import type { BarColumns, ValueColumn } from '../domain/bar.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { Dimension, RuleSettings, RuleSeverity as Severity } from '../domain/rule-settings.ts';
import type { StockSymbol } from '../domain/stock-symbol.ts';
import type { DayNumber } from '../domain/trading-day.ts';

import type { AnomalySettings, ModelAccount } from './anomaly/rank-open-rows.ts';
import type { CostLine } from './cost-book.ts';
import type { ExchangeLimitsBySymbol } from './exchange-limits.ts';
import type { RuleNeed } from './rule.ts';
import type { SpecialTreatment } from './special-treatment.ts';

export { DIMENSIONS } from '../domain/rule-settings.ts';
export type { Dimension, RuleSeverity as Severity } from '../domain/rule-settings.ts';

/** What a hit costs; the original's weights. */
export const SEVERITY_WEIGHT: Readonly<Record<Severity, number>> = {
  critical: 1,
  high: 0.6,
  medium: 0.3,
  low: 0.1,
  info: 0,
};

/** Findings that a verdict lists, beside one for each quarantined row. */
export const MAX_FINDINGS = 10_000;

/** One hit of one rule. Findings are for people and for the quarantine: counts are exact, examples may be capped. */
export interface Finding {
  readonly rule: string;
  readonly dimension: Dimension;
  readonly severity: Severity;
  readonly symbol: StockSymbol;
  readonly tradingDay: DayNumber;
  /** Row in the judged columns; undefined for a finding about something absent. */
  readonly row: number | undefined;
  /** What is wrong, with the offending values, in CNY and shares. */
  readonly message: string;
  /** 0 to 1. */
  readonly confidence: number;
  readonly outcome: FindingOutcome;
  /** As sent, in the order of VALUE_COLUMNS; undefined where there is no row. */
  readonly sent: readonly number[] | undefined;
}

/**
 * What became of what was found: `repaired`, `dropped` (another row has the key, or none should), `held` back from readers,
 * `published` with the finding as a remark, or `absent`: there is no row.
 */
export type FindingOutcome = 'repaired' | 'dropped' | 'held' | 'published' | 'absent';

/** What a rule may know beside the rows. Where a part is missing, the rules that need it abstain. */
export interface JudgeContext {
  /** Sessions of the exchanges, ascending, covering the batch's range and some days before it. */
  readonly sessions: Int32Array;
  readonly startDay: DayNumber;
  readonly endDay: DayNumber;
  /** Known instruments; a symbol without one is not judged by listing life. */
  readonly instruments: ReadonlyMap<StockSymbol, Instrument>;
  /** Of each symbol, its last stored bar before `startDay`: day and close (1/10,000 CNY). */
  readonly lastClose: ReadonlyMap<StockSymbol, { readonly day: DayNumber; readonly close: number }>;
  /** Days on which a symbol is known not to have traded, ascending. */
  readonly suspensions: ReadonlyMap<StockSymbol, Int32Array>;
  /**
   * Ex-right days by symbol, where they are known completely: a symbol that is absent here is not known, one with no day
   * has no event. Without it a previous close that differs from the last close may be an ex-right day or an error.
   */
  readonly exRights?: ReadonlyMap<StockSymbol, ExRights>;
  /** Where rows do not say themselves who was under special treatment. */
  readonly specialTreatment?: SpecialTreatment;
  /** Limits that the exchanges have set; for other symbols and days they are computed. */
  readonly priceLimits?: ExchangeLimitsBySymbol;
  /** true: a session that is neither a bar nor a suspension is missing for certain. */
  readonly suspensionsComplete?: boolean;
  /** The days for which a symbol's bars are expected, where they are narrower than the request. */
  readonly expected?: ReadonlyMap<
    StockSymbol,
    { readonly from: DayNumber; readonly to: DayNumber }
  >;
  /** Thresholds, severities and switches that differ from the defaults. */
  readonly rules?: RuleSettings;
  /** The same bars from a second source, sorted by symbol and day; columns that it lacks are NaN. */
  readonly secondSource?: BarColumns;
  /** The same bars as the table holds them, sorted by symbol and day. */
  readonly stored?: BarColumns;
  /** true: a value that differs from the stored one is a correction: told, and it costs nothing. */
  readonly areRestatementsFine?: boolean;
  /** When each answer of the batch was fetched, in epoch milliseconds, by its index. */
  readonly fetchedAt?: readonly number[];
  /** Trained models, for what no rule decides. */
  readonly anomaly?: AnomalySettings;
  /** Symbols asked for: those without any row are incomplete too. */
  readonly symbols: readonly StockSymbol[];
  readonly qualityThreshold: number;
  /** false: only report, repair nothing. */
  readonly cleanData: boolean;
}

/** Ex-right days, ascending, and the factor of each: last close / ex-right previous close. */
export interface ExRights {
  readonly days: Int32Array;
  readonly factors: Float64Array;
}

/** The fate of a row. */
export const FATE = { publish: 0, quarantine: 1, drop: 2 } as const;

/** Rows with their verdict. `columns` may differ from what was judged by the repairs listed. */
export interface Verdict {
  readonly columns: BarColumns;
  /** FATE of each row of `columns`. */
  readonly fate: Uint8Array;
  /** 0 to 1, of all rows, after repair; 1 where there was nothing to judge. */
  readonly score: number;
  /** As sent, before repair. */
  readonly rawScore: number;
  readonly dimensions: Readonly<Record<Dimension, number>>;
  readonly symbolScores: ReadonlyMap<StockSymbol, number>;
  /** After repair. */
  readonly dayScores: ReadonlyMap<DayNumber, number>;
  /** What each rule has used of the error budget, as sent: `rawScore` = 0.7 to the power of the sum. */
  readonly costs: Readonly<Record<string, number>>;
  /** The same after repair, `score`; `held` stands for rows that cannot be published. */
  readonly loadCosts: Readonly<Record<string, number>>;
  /** Keys that were judged: rows, and sessions that lack one. */
  readonly keys: number;
  readonly symbolKeys: ReadonlyMap<StockSymbol, number>;
  readonly dayKeys: ReadonlyMap<DayNumber, number>;
  /** Costs of symbols (by their index in `names`) and sessions by rule, in errors / tolerance: not divided by keys. */
  readonly costLines: readonly CostLine[];
  /** Symbols by the ids of `costLines`. */
  readonly names: readonly StockSymbol[];
  /** Rules that could not speak in full, and what they lacked. */
  readonly abstentions: Readonly<Record<string, readonly RuleNeed[]>>;
  /** 1 where no later bar has confirmed a row's close: to be judged again when one has come. */
  readonly provisional: Uint8Array;
  /** What trained models did with the rows that rules left open. */
  readonly models: readonly ModelAccount[];
  /** Exact hits by rule. */
  readonly hits: Readonly<Record<string, number>>;
  /** At most `MAX_FINDINGS`, worst first; every quarantined row has at least one. */
  readonly findings: readonly Finding[];
  /** Every cell of `columns` that differs from what was sent; none where nothing was to be cleaned. */
  readonly repairs: readonly Repair[];
  /** What cleaning would have repaired, had it been asked to: those rows are held as they were sent. */
  readonly proposals: readonly Repair[];
}

export interface Repair {
  readonly row: number;
  readonly column: ValueColumn | 'tradingDay';
  readonly original: number;
  readonly repaired: number;
  readonly rule: string;
  /** 0 to 1. */
  readonly confidence: number;
}
