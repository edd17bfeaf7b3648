import type { StockSymbol } from './stock-symbol.ts';
import type { TradingDay } from './trading-day.ts';

/** A listed security and its listing life. An unknown date is undefined: rules that need it abstain. */
export interface Instrument {
  readonly symbol: StockSymbol;
  readonly name: string | undefined;
  readonly listDate: TradingDay | undefined;
  /** The first day on which it was no longer listed. */
  readonly delistDate: TradingDay | undefined;
}
