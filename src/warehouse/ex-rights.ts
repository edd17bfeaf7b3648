import type { StockSymbol } from '../domain/stock-symbol.ts';
import type { DayNumber, TradingDay } from '../domain/trading-day.ts';
import { queryRows, type Warehouse } from './pool.ts';

/** Ex-right days, ascending, and the factor of each: last close / ex-right previous close. */
export interface ExRightDays {
  readonly days: Int32Array;
  readonly factors: Float64Array;
}

/**
 * Ex-right days of the symbols whose adjustment factors are known up to a day: those of which a factor took effect, or was
 * stored, on that day or later. Of the others it is not known whether a previous close is wrong or ex-right.
 */
export async function readExRights(
  warehouse: Warehouse,
  symbols: readonly StockSymbol[],
  until: TradingDay,
): Promise<ReadonlyMap<StockSymbol, ExRightDays>> {
  const rows = await queryRows<{ symbol: string; days: DayNumber[]; ratios: number[] }>(
    warehouse,
    'Reading ex-right days',
    `with steps as (
       select symbol, effective_date, created_at,
              factor / lag(factor) over (partition by symbol order by effective_date) as ratio
         from adjustment_factors where symbol = any ($1::text[]))
     select symbol,
            coalesce(array_agg(effective_date - date '1970-01-01' order by effective_date)
              filter (where ratio <> 1), '{}') as days,
            coalesce(array_agg(ratio::float8 order by effective_date) filter (where ratio <> 1), '{}') as ratios
       from steps group by symbol
     having greatest(max(effective_date), (max(created_at) at time zone 'Asia/Shanghai')::date) >= $2::date`,
    [[...symbols], until],
  );
  return new Map(
    rows.map(({ symbol, days, ratios }) => [
      symbol,
      { days: Int32Array.from(days), factors: Float64Array.from(ratios) },
    ]),
  );
}
