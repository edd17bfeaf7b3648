import type { ClientBase } from 'pg';

import { CALENDAR_HORIZON, sessionsOf } from '../calendar/trading-calendar.ts';
import type { Exchange } from '../domain/stock-symbol.ts';
import { fromDayNumber } from '../domain/trading-day.ts';

const EXCHANGES: readonly Exchange[] = ['SSE', 'SZSE', 'BSE'];

/**
 * Makes the calendar in the database equal to the program's. Not a schema step: the exchanges publish each year's sessions
 * in December, and a database that is already migrated must learn them too. @returns how many rows changed.
 */
export async function refreshCalendar(client: ClientBase): Promise<number> {
  await client.query('begin');
  let changed = 0;
  for (const exchange of EXCHANGES) {
    const days = Array.from(sessionsOf(exchange), fromDayNumber);
    const { rows } = await client.query<{ changed: number }>(
      `with wanted as (select unnest($2::date[]) as trading_day),
            gone as (delete from exchange_sessions s where exchange = $1
                      and not exists (select from wanted w where w.trading_day = s.trading_day) returning 1),
            added as (insert into exchange_sessions select $1, trading_day from wanted
                      on conflict do nothing returning 1)
       select (select count(*) from gone) + (select count(*) from added) as changed`,
      [exchange, days],
    );
    changed += rows[0]?.changed ?? 0;
  }
  await client.query(
    `insert into calendar_horizon (first_day, last_day) values ($1, $2)
     on conflict (singleton) do update set first_day = excluded.first_day, last_day = excluded.last_day
     where (calendar_horizon.first_day, calendar_horizon.last_day) <> (excluded.first_day, excluded.last_day)`,
    [fromDayNumber(CALENDAR_HORIZON.firstDay), fromDayNumber(CALENDAR_HORIZON.lastDay)],
  );
  await client.query('commit');
  return changed;
}
