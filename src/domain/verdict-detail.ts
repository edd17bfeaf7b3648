import type { ValueColumn } from './bar.ts';
import type { RuleSettings } from './rule-settings.ts';
import type { StockSymbol } from './stock-symbol.ts';
import type { DayNumber } from './trading-day.ts';

/** Score of one symbol or one session. Costs are in errors / tolerance, so that those of several batches add up. */
export interface GroupCost<Name> {
  readonly name: Name;
  /** Rows, and sessions that lack one. */
  readonly keys: number;
  /** As sent; the score is 0.7 to the power of cost / keys. */
  readonly rawCost: number;
  /** After repair. */
  readonly cost: number;
}

/** What one rule cost one symbol or one session; exactly one of the two is given. */
export interface RuleCost {
  readonly symbol: StockSymbol | undefined;
  readonly day: DayNumber | undefined;
  readonly rule: string;
  readonly hits: number;
  readonly rawCost: number;
  readonly cost: number;
}

/** One finding with all that answers "why". */
export interface FindingRecord {
  readonly rule: string;
  readonly dimension: string;
  readonly severity: string;
  readonly symbol: StockSymbol;
  readonly day: DayNumber;
  readonly outcome: string;
  readonly confidence: number;
  readonly message: string;
  /** As sent, in the order of VALUE_COLUMNS, in 1/10,000 CNY and shares; null: none. Undefined where there is no row. */
  readonly sent: readonly (number | null)[] | undefined;
  readonly answer: number | undefined;
  readonly sourceRow: number | undefined;
}

/** One cell that cleaning changed, or would have changed. */
export interface RepairRecord {
  readonly symbol: StockSymbol;
  /** The row's day as it is after the repair: its key in the table. */
  readonly day: DayNumber;
  readonly column: ValueColumn | 'tradingDay';
  /** In 1/10,000 CNY, shares or days; null: there was no value. */
  readonly original: number | null;
  readonly repaired: number | null;
  readonly rule: string;
  readonly confidence: number;
  /** false: only reported (`clean_data` was off). */
  readonly isApplied: boolean;
  readonly answer: number;
  readonly sourceRow: number;
}

/** A published bar whose close no later session has confirmed. */
export interface ProvisionalBar {
  readonly symbol: StockSymbol;
  readonly day: DayNumber;
}

/** All that is kept of how a batch was judged, beside the rows. */
export interface VerdictDetail {
  /** Names catalogue and settings: see `rulesetVersion`. */
  readonly ruleset: string;
  readonly rules: RuleSettings;
  readonly rawScore: number;
  readonly keys: number;
  /** Share of the error budget by rule, as sent and after repair. */
  readonly costs: Readonly<Record<string, number>>;
  readonly loadCosts: Readonly<Record<string, number>>;
  /** By rule, what it lacked to speak in full. */
  readonly abstentions: Readonly<Record<string, readonly string[]>>;
  readonly symbols: readonly GroupCost<StockSymbol>[];
  readonly days: readonly GroupCost<DayNumber>[];
  readonly ruleCosts: readonly RuleCost[];
  readonly findings: readonly FindingRecord[];
  readonly repairs: readonly RepairRecord[];
  readonly provisional: readonly ProvisionalBar[];
}
