import type { StockSymbol } from './stock-symbol.ts';
import type { DayNumber } from './trading-day.ts';

/** The last stored sessions of a symbol within a range: what a new answer must agree with. */
export interface StoredSessions {
  readonly days: readonly DayNumber[];
  /** 1/10,000 CNY. */
  readonly closes: readonly number[];
  /** Shares. */
  readonly volumes: readonly number[];
}

/** A symbol that was asked, and what is known of it. */
export interface WantedSymbol {
  readonly symbol: StockSymbol;
  /** Days on which a bar is expected, ascending: calendar × listing life − suspensions. */
  readonly expected: Int32Array;
  readonly stored: StoredSessions | undefined;
}

/**
 * What an answer is worth for one symbol. accepted: whole and right. short: right, but expected days are missing. empty:
 * no row at all. refused: nothing of it may be loaded.
 */
export interface SymbolJudgement {
  readonly symbol: StockSymbol;
  readonly outcome: 'accepted' | 'short' | 'empty' | 'refused';
  readonly rows: number;
  /** Expected days without a row, ascending. */
  readonly missing: readonly DayNumber[];
  readonly code?: string;
  readonly reason?: string;
}

/** A source's answers to one request, judged. */
export interface Judgement {
  readonly symbols: readonly SymbolJudgement[];
  readonly rows: number;
  /** The source as a whole has another unit or another price basis: nothing of it may be loaded. */
  readonly drift: { readonly code: string; readonly reason: string } | undefined;
}
