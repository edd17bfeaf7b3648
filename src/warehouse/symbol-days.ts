import type { StockSymbol } from '../domain/stock-symbol.ts';
import type { TradingDay } from '../domain/trading-day.ts';
import { queryRows, type Warehouse } from './pool.ts';
import type { DayRange } from './queries.ts';

/** The last day of which there is a bar of the symbol. */
export async function lastBarDay(
  warehouse: Warehouse,
  symbol: StockSymbol,
): Promise<TradingDay | undefined> {
  const [row] = await queryRows<{ day: TradingDay | null }>(
    warehouse,
    `Reading the last bar of ${symbol}`,
    'select max(trade_date) as day from daily_bars where symbol = $1',
    [symbol],
  );
  return row?.day ?? undefined;
}

/** Days from a day to a day that need no bar any more: there is one, or two sources agree that there was no trade. */
export async function settledDays(
  warehouse: Warehouse,
  symbol: StockSymbol,
  { startDate, endDate }: DayRange,
): Promise<ReadonlySet<TradingDay>> {
  const rows = await queryRows<{ day: TradingDay }>(
    warehouse,
    `Reading the days of ${symbol}`,
    `select trade_date as day from daily_bars where symbol = $1 and trade_date between $2 and $3
     union select trade_date from absences
      where symbol = $1 and trade_date between $2 and $3 and reason = 'no_trade'`,
    [symbol, startDate, endDate],
  );
  return new Set(rows.map(({ day }) => day));
}
