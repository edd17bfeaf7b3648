import type { ClientBase } from 'pg';

import { takeRows, type BarColumns } from '../domain/bar.ts';
import type { StockSymbol } from '../domain/stock-symbol.ts';
import { fromDayNumber, type DayNumber } from '../domain/trading-day.ts';
import { instantOf, type LoadStamp } from './ledger.ts';
import type { LoadRequest } from './load-request.ts';
import type { Settled } from './write-verdict.ts';

/** Of each symbol of the batch, the day of its bar that no later session has confirmed yet. */
export type ProvisionalDays = ReadonlyMap<StockSymbol, DayNumber>;

/** Nothing is provisional to a load that comes without a verdict: it settles nothing. */
export async function readProvisional(
  client: ClientBase,
  { columns, quarantined, verdict }: LoadRequest,
): Promise<ProvisionalDays> {
  if (verdict.detail === undefined) {
    return new Map();
  }
  const { rows } = await client.query<{ symbol: string; day: number }>(
    `select symbol, trade_date - date '1970-01-01' as day from provisional_bars where symbol = any ($1::text[])`,
    [[...new Set([...columns.symbols, ...quarantined.columns.symbols])]],
  );
  return new Map(rows.map(({ symbol, day }) => [symbol, day]));
}

/** Rows that are provisional in the table: what is known of them now replaces them, also where stored rows are kept. */
export function provisionalRows(columns: BarColumns, days: ProvisionalDays): BarColumns {
  const rows = rowsOn(columns, days);
  return takeRows(columns, Uint32Array.from(rows));
}

/**
 * Settles what earlier runs left open, and notes what this batch leaves open. A published provisional bar that the same
 * values, judged with the next session at hand, do not pass any more is withdrawn: into the history, and its values into
 * quarantine with the batch's other held rows.
 */
export async function settleProvisional(
  client: ClientBase,
  request: LoadRequest,
  stamp: LoadStamp,
  before: { readonly days: ProvisionalDays; readonly corrected: BarColumns },
): Promise<Settled> {
  const { detail } = request.verdict;
  if (detail === undefined) {
    return { confirmed: 0, corrected: 0, withdrawn: 0 };
  }
  const withdrawn = await withdraw(client, request, stamp, before.days);
  const latest = new Map(detail.provisional.map(({ symbol, day }) => [symbol, day]));
  // Only a later bar settles: a batch that ends on the same day has learnt nothing.
  const settling = new Map(
    [...before.days].filter(([symbol, day]) => (latest.get(symbol) ?? 0) > day),
  );
  const followed = rowsOn(request.columns, settling).length;
  const corrected = rowsOn(before.corrected, settling).length;
  await client.query(
    `insert into provisional_bars as p (symbol, trade_date, batch_id, since)
     select symbol, trade_date, $3, ${instantOf('$4')} from unnest($1::text[], $2::date[]) as n (symbol, trade_date)
      order by symbol
     on conflict (symbol) do update
        set trade_date = excluded.trade_date, batch_id = excluded.batch_id, since = excluded.since
      where excluded.trade_date > p.trade_date`,
    [
      detail.provisional.map(({ symbol }) => symbol),
      detail.provisional.map(({ day }) => fromDayNumber(day)),
      stamp.batchId,
      String(stamp.loadedAtMicros),
    ],
  );
  return { confirmed: followed - corrected, corrected, withdrawn };
}

async function withdraw(
  client: ClientBase,
  { quarantined: { columns } }: LoadRequest,
  { loadedAtMicros }: LoadStamp,
  days: ProvisionalDays,
): Promise<number> {
  const rows = rowsOn(columns, days);
  if (rows.length === 0) {
    return 0;
  }
  function values(column: 'open' | 'high' | 'low' | 'close' | 'volume'): readonly number[] {
    return rows.map((row) => columns[column][row] ?? Number.NaN);
  }
  const { rows: taken } = await client.query<{ withdrawn: number }>(
    `select withdraw_bars(array_agg(b.symbol), array_agg(b.trade_date), ${instantOf('$8')}) as withdrawn
       from daily_bars b
       join unnest($1::text[], $2::date[], $3::float8[], $4::float8[], $5::float8[], $6::float8[], $7::float8[])
         as q (symbol, trade_date, open, high, low, close, volume) using (symbol, trade_date)
      where (b.open * 10000, b.high * 10000, b.low * 10000, b.close * 10000, b.volume)
          = (q.open::numeric, q.high::numeric, q.low::numeric, q.close::numeric, q.volume::numeric)`,
    [
      rows.map((row) => columns.symbols[columns.symbolId[row] ?? 0] ?? ''),
      rows.map((row) => fromDayNumber(columns.tradingDay[row] ?? 0)),
      values('open'),
      values('high'),
      values('low'),
      values('close'),
      values('volume'),
      String(loadedAtMicros),
    ],
  );
  await client.query(
    `delete from provisional_bars p where symbol = any ($1::text[]) and not exists (
       select from daily_bars b where b.symbol = p.symbol and b.trade_date = p.trade_date)`,
    [rows.map((row) => columns.symbols[columns.symbolId[row] ?? 0] ?? '')],
  );
  return taken[0]?.withdrawn ?? 0;
}

function rowsOn(columns: BarColumns, days: ProvisionalDays): readonly number[] {
  const rows: number[] = [];
  for (let row = 0; days.size > 0 && row < columns.length; row += 1) {
    const symbol = columns.symbols[columns.symbolId[row] ?? 0] ?? '';
    if (days.get(symbol) === columns.tradingDay[row]) {
      rows.push(row);
    }
  }
  return rows;
}
