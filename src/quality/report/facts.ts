import type { TradingDay } from '../../domain/trading-day.ts';

/** All that a report is made of, as the warehouse has it. Money in CNY, volume in shares. */
export interface ReportFacts {
  /** ISO instant. */
  readonly generatedAt: string;
  readonly startDate: TradingDay;
  readonly endDate: TradingDay;
  readonly symbols: number;
  readonly bars: number;
  readonly keys: number;
  readonly missing: number;
  readonly held: number;
  /** Symbols without a bar in these days. */
  readonly barless: number;
  readonly failedSymbols: number;
  readonly days: readonly DayFacts[];
  readonly rules: readonly RuleFacts[];
  readonly worst: readonly SymbolFacts[];
  readonly candles: readonly CandleFacts[];
  readonly sources: readonly SourceFacts[];
  /** Undefined where no load of these days was judged as sent. */
  readonly cleaning: CleaningFacts | undefined;
  readonly quarantine: QuarantineFacts;
  readonly restatements: readonly RestatementFacts[];
  readonly restated: number;
  readonly secondSource: SecondSourceFacts;
  /** What the statistical rules and the models point at, without proof. */
  readonly anomalies: readonly AnomalyFacts[];
  readonly purpose: 'standard' | 'demo';
}

export interface DayFacts {
  readonly day: TradingDay;
  /** Owed bars by what became of them. */
  readonly loaded: number;
  readonly excused: number;
  readonly quarantined: number;
  readonly missing: number;
  /** Of the stored bars. */
  readonly keys: number;
  readonly cost: number;
  /** 0 to 1, of what the sources sent; null where that was not judged. */
  readonly scoreAsSent: number | null;
}

export interface RuleFacts {
  readonly rule: string;
  readonly hits: number;
  readonly symbols: number;
  readonly cost: number;
}

export interface SymbolFacts {
  readonly symbol: string;
  readonly name: string | null;
  readonly bars: number;
  readonly score: number;
  readonly findings: number;
  readonly held: number;
  readonly missing: number;
  readonly example: string | null;
}

export interface CandleFacts {
  readonly symbol: string;
  readonly name: string | null;
  readonly bars: readonly CandleBar[];
  readonly flags: readonly CandleFlag[];
}

export interface CandleBar {
  readonly day: TradingDay;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

export interface CandleFlag {
  readonly day: TradingDay;
  readonly rule: string;
  readonly outcome: string;
  readonly message: string;
}

export interface SourceFacts {
  readonly source: string;
  readonly answers: number;
  /** Bars of these days that stand in the table by this source. */
  readonly bars: number;
  readonly held: number;
  readonly rejected: number;
  /** 0 to 1, weighted by rows; null where nothing of it was judged. */
  readonly scoreAsSent: number | null;
  readonly score: number | null;
  /** ISO instant. */
  readonly lastFetched: string | null;
}

export interface CleaningFacts {
  readonly batches: number;
  /** Rows, and sessions that lack one. */
  readonly keys: number;
  readonly scoreAsSent: number;
  readonly scoreAfter: number;
  /** Findings that count, by what was done. */
  readonly repaired: number;
  readonly dropped: number;
  readonly held: number;
  readonly published: number;
  readonly absent: number;
  readonly repairedBars: number;
  readonly undone: number;
  readonly byRule: readonly {
    readonly rule: string;
    readonly found: number;
    readonly repaired: number;
  }[];
  readonly examples: readonly {
    readonly symbol: string;
    readonly day: TradingDay;
    readonly column: string;
    readonly original: string | null;
    readonly repaired: string | null;
    readonly rule: string;
  }[];
}

export interface QuarantineFacts {
  /** Of these days. */
  readonly held: number;
  readonly symbols: number;
  readonly released: number;
  readonly rejected: number;
  readonly replaced: number;
  /** Days that the longest waiting row has waited. */
  readonly oldestDays: number | null;
  readonly groups: readonly {
    readonly source: string;
    readonly rule: string;
    readonly rows: number;
    readonly symbols: number;
  }[];
}

export interface RestatementFacts {
  readonly symbol: string;
  readonly day: TradingDay;
  readonly before: number;
  readonly after: number;
  readonly source: string;
}

/** Samples of these days that were compared with another source than the one that served them. */
export interface SecondSourceFacts {
  readonly samples: number;
  readonly bars: number;
  readonly differing: number;
  /** Why the newest sample that lacks something lacks it. */
  readonly abstained: string | null;
  readonly differences: readonly {
    readonly symbol: string;
    readonly day: TradingDay;
    readonly field: string;
    readonly source: string;
    readonly value: string;
    readonly otherSource: string;
    readonly otherValue: string;
  }[];
}

export interface AnomalyFacts {
  readonly symbol: string;
  readonly day: TradingDay;
  readonly rule: string;
  readonly message: string;
}
