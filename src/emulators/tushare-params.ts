import type { StockSymbol } from '../domain/stock-symbol.ts';
import type { DayNumber } from '../domain/trading-day.ts';
import type { EmulationContext } from './emulated-source.ts';
import { dayOf, rangeOf } from './market-bars.ts';

export type Params = Readonly<Record<string, string>>;
export type TushareRow = Readonly<Record<string, string | number | null>>;

/** The symbols that a call names, or all. */
export function namedSymbols({ market }: EmulationContext, params: Params): readonly StockSymbol[] {
  const named = (params['ts_code'] ?? '').split(',').filter((code) => code !== '');
  return named.length > 0
    ? named.filter((symbol) => market.has(symbol))
    : market.instruments.map(({ symbol }) => symbol);
}

/** The days that a call names. */
export function namedRange(params: Params): { from: DayNumber; to: DayNumber } {
  const day = dayOf(params['trade_date']);
  return day === undefined
    ? rangeOf(params['start_date'], params['end_date'])
    : { from: day, to: day };
}
