import type { StockSymbol } from '../domain/stock-symbol.ts';
import type { DayNumber, TradingDay } from '../domain/trading-day.ts';
import type { SpecialTreatment } from '../quality/special-treatment.ts';
import { queryRows, type Warehouse } from './pool.ts';

/** Days of a range on which symbols were ST, and of which of its sessions that is known: those of which the list was fetched. */
export async function readSpecialTreatment(
  warehouse: Warehouse,
  symbols: readonly StockSymbol[],
  { sessions, endDate }: { readonly sessions: Int32Array; readonly endDate: TradingDay },
): Promise<SpecialTreatment> {
  const doing = 'Reading special treatment';
  const [fetched, listed] = await Promise.all([
    queryRows<{ first: DayNumber; last: DayNumber }>(
      warehouse,
      doing,
      `select distinct start_date - date '1970-01-01' as first, end_date - date '1970-01-01' as last
         from reference_refreshes
        where dataset = 'st_status' and start_date <= $2 and end_date >= date '1970-01-01' + $1::integer
          and (symbols is null or symbols @> $3::text[])`,
      [sessions[0] ?? 0, endDate, [...symbols]],
    ),
    queryRows<{ symbol: string; days: DayNumber[] }>(
      warehouse,
      doing,
      `select symbol, array_agg(trade_date - date '1970-01-01' order by trade_date) as days
         from st_status where is_st and symbol = any ($3::text[])
          and trade_date between date '1970-01-01' + $1::integer and $2 group by symbol`,
      [sessions[0] ?? 0, endDate, [...symbols]],
    ),
  ]);
  return {
    knownDays: sessions.filter((day) =>
      fetched.some(({ first, last }) => first <= day && day <= last),
    ),
    days: new Map(listed.map(({ symbol, days }) => [symbol, Int32Array.from(days)])),
  };
}
