import type { StockSymbol } from './stock-symbol.ts';
import type { TradingDay } from './trading-day.ts';

/** One value on which two sources disagree beyond what rounding explains. Prices and amounts in 1/10,000 CNY. */
export interface SourceDifference {
  readonly symbol: StockSymbol;
  readonly tradingDay: TradingDay;
  readonly field: 'open' | 'high' | 'low' | 'close' | 'volume' | 'amount';
  /** Whose value the table holds. */
  readonly source: string;
  readonly value: number;
  readonly otherSource: string;
  readonly otherValue: number;
}

/** Stored bars of some symbols, compared with another source than the one that served them. */
export interface SourceSample {
  readonly runId: string;
  readonly jobId: string;
  readonly startDate: TradingDay;
  readonly endDate: TradingDay;
  /** Drawn, and of those the ones that another source had. */
  readonly symbols: number;
  readonly compared: number;
  readonly bars: number;
  /** The other sources that were asked with success. */
  readonly sources: readonly string[];
  readonly differences: readonly SourceDifference[];
  /** Why symbols were not compared; undefined where all were. */
  readonly abstained: string | undefined;
}
