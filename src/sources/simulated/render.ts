import type { StockSymbol } from '../../domain/stock-symbol.ts';
import type { DayNumber } from '../../domain/trading-day.ts';
import { marketOf, type MarketOptions } from './market.ts';
import { encodeAnswer } from './wire.ts';

/** What a thread needs to make an answer. */
export interface RenderRequest {
  readonly market: MarketOptions;
  readonly symbols: readonly StockSymbol[];
  readonly from: DayNumber;
  readonly to: DayNumber;
  /** Epoch milliseconds: what was known then. */
  readonly asOf?: number;
}

/** The market's answer for some symbols over a closed range, as bytes. Keeps a core busy: run it in a thread. */
export function renderAnswer({ market, symbols, from, to, asOf }: RenderRequest): Uint8Array {
  return encodeAnswer(marketOf(market).bars(symbols, from, to, asOf));
}
