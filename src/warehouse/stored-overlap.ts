import type { StoredSessions } from '../domain/acceptance.ts';
import type { TradingDay } from '../domain/trading-day.ts';
import { queryRows, type Warehouse } from './pool.ts';

/** Of each symbol at most `sessions` of its last stored sessions in the range; symbols without any are left out. */
export async function readStoredOverlap(
  warehouse: Warehouse,
  symbols: readonly string[],
  range: { readonly startDate: TradingDay; readonly endDate: TradingDay },
  sessions: number,
): Promise<ReadonlyMap<string, StoredSessions>> {
  const rows = await queryRows<{
    symbol: string;
    days: number[];
    closes: number[];
    volumes: number[];
  }>(
    warehouse,
    'Reading stored sessions to compare with',
    `select s.symbol, array_agg(l.trade_date - date '1970-01-01') as days,
            array_agg((l.close * 10000)::double precision) as closes,
            array_agg(l.volume::double precision) as volumes
       from unnest($1::text[]) as s (symbol)
       cross join lateral (select trade_date, close, volume from daily_bars b
                            where b.symbol = s.symbol and b.trade_date between $2 and $3
                            order by b.trade_date desc limit $4) l
      group by s.symbol`,
    [[...symbols], range.startDate, range.endDate, sessions],
  );
  return new Map(
    rows.map(({ symbol, days, closes, volumes }) => [symbol, { days, closes, volumes }]),
  );
}
