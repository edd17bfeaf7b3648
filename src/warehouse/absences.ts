import type { Absence } from '../domain/source-breaker.ts';
import { fromDayNumber, type TradingDay } from '../domain/trading-day.ts';
import { inTransaction, type Warehouse } from './pool.ts';

/**
 * Records the expected sessions for which a batch got no bar. Within the batch's symbols and days, absences that are no
 * longer found are forgotten. The same run, trying again, counts as one try.
 */
export async function recordAbsences(
  warehouse: Warehouse,
  scope: {
    readonly runId: string;
    readonly symbols: readonly string[];
    readonly startDate: TradingDay;
    readonly endDate: TradingDay;
  },
  absences: readonly Absence[],
): Promise<void> {
  const doing = `Recording absent bars of run ${scope.runId}`;
  await inTransaction(warehouse, doing, async (client) => {
    await client.query(
      `delete from absences a
        where a.symbol = any ($1::text[]) and a.trade_date between $2 and $3
          and not exists (select from unnest($4::text[], $5::date[]) as w (symbol, trade_date)
                           where w.symbol = a.symbol and w.trade_date = a.trade_date)`,
      [
        [...scope.symbols],
        scope.startDate,
        scope.endDate,
        absences.map(({ symbol }) => symbol),
        absences.map(({ day }) => fromDayNumber(day)),
      ],
    );
    if (absences.length === 0) {
      return;
    }
    const rows = absences.map(({ day, ...rest }) => ({ ...rest, trade_date: fromDayNumber(day) }));
    await client.query(
      `insert into absences as a (symbol, trade_date, reason, sources, detail, run_id)
       select symbol, trade_date, reason, array(select jsonb_array_elements_text(sources)), detail, $2
         from jsonb_to_recordset($1::jsonb) as w (symbol text, trade_date date, reason text, sources jsonb, detail text)
        order by symbol, trade_date
       on conflict (symbol, trade_date) do update
          set reason = excluded.reason, sources = excluded.sources, detail = excluded.detail,
              tries = a.tries + (a.run_id is distinct from excluded.run_id)::integer,
              run_id = excluded.run_id, last_seen_at = now()`,
      [JSON.stringify(rows), scope.runId],
    );
  });
}
