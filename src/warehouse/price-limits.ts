import type { StockSymbol } from '../domain/stock-symbol.ts';
import type { ExchangeLimitsBySymbol } from '../quality/exchange-limits.ts';
import { queryRows, type Warehouse } from './pool.ts';
import type { DayRange } from './queries.ts';

/** The limits that exchanges have set, by symbol; symbols of which none is known are left out. */
export async function readPriceLimits(
  warehouse: Warehouse,
  symbols: readonly StockSymbol[],
  { startDate, endDate }: DayRange,
): Promise<ExchangeLimitsBySymbol> {
  const rows = await queryRows<{ symbol: string; days: number[]; up: number[]; down: number[] }>(
    warehouse,
    'Reading price limits',
    `select symbol, array_agg(trade_date - date '1970-01-01' order by trade_date) as days,
            array_agg((up_limit * 10000)::float8 order by trade_date) as up,
            array_agg((down_limit * 10000)::float8 order by trade_date) as down
       from price_limits where symbol = any ($1::text[]) and trade_date between $2 and $3 group by symbol`,
    [[...symbols], startDate, endDate],
  );
  return new Map(
    rows.map(({ symbol, days, up, down }) => [
      symbol,
      {
        days: Int32Array.from(days),
        up: Float64Array.from(up),
        down: Float64Array.from(down),
      },
    ]),
  );
}
