import type { StockSymbol } from '../domain/stock-symbol.ts';
import type { DayNumber } from '../domain/trading-day.ts';
import { queryRows, type Warehouse } from './pool.ts';
import type { DayRange } from './queries.ts';

/** Ex-right days, ascending, and the factor of each: last close / ex-right previous close. */
export interface ExRightDays {
  readonly days: Int32Array;
  readonly factors: Float64Array;
}

/**
 * Ex-right days of the symbols whose adjustment factors are known for a range of days: refreshes cover all of it, or a factor took
 * effect, or was stored, on its last day or later. Of the others it is not known whether a previous close is wrong or ex-right.
 */
export async function readExRights(
  warehouse: Warehouse,
  symbols: readonly StockSymbol[],
  { startDate, endDate }: DayRange,
): Promise<ReadonlyMap<StockSymbol, ExRightDays>> {
  const rows = await queryRows<{ symbol: string; days: DayNumber[]; ratios: number[] }>(
    warehouse,
    'Reading ex-right days',
    `with steps as (
       select symbol, effective_date, created_at,
              factor / lag(factor) over (partition by symbol order by effective_date) as ratio
         from adjustment_factors where symbol = any ($1::text[])),
     -- A refresh knows nothing of the days after it.
     refreshed as materialized (
       select symbols, daterange(start_date, least(end_date, (refreshed_at at time zone 'Asia/Shanghai')::date), '[]') as days
         from reference_refreshes
        where dataset = 'adjustment_factors' and rows > 0 and end_date >= $2::date and start_date <= $3::date
          and (refreshed_at at time zone 'Asia/Shanghai')::date >= start_date),
     covered as (
       select n.symbol from refreshed r cross join lateral unnest(coalesce(r.symbols, $1::text[])) as n (symbol)
        where n.symbol = any ($1::text[])
        group by n.symbol having range_agg(r.days) @> daterange($2::date, $3::date, '[]'))
     select symbol,
            coalesce(array_agg(effective_date - date '1970-01-01' order by effective_date)
              filter (where ratio <> 1), '{}') as days,
            coalesce(array_agg(ratio::float8 order by effective_date) filter (where ratio <> 1), '{}') as ratios
       from steps group by symbol
     having greatest(max(effective_date), (max(created_at) at time zone 'Asia/Shanghai')::date) >= $3::date
         or symbol in (select c.symbol from covered c)`,
    [[...symbols], startDate, endDate],
  );
  return new Map(
    rows.map(({ symbol, days, ratios }) => [
      symbol,
      { days: Int32Array.from(days), factors: Float64Array.from(ratios) },
    ]),
  );
}
