import type { ClientBase } from 'pg';

import { SPRING_FESTIVAL_YEARS, springFestival } from '../calendar/spring-festival.ts';
import { CALENDAR_HORIZON, sessionsOf } from '../calendar/trading-calendar.ts';
import type { Exchange } from '../domain/stock-symbol.ts';
import { fromDayNumber, type DayNumber } from '../domain/trading-day.ts';

const SESSIONS_AROUND_FESTIVAL = 60;
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
  await refreshFestivals(client);
  await client.query('commit');
  return changed;
}

async function refreshFestivals(client: ClientBase): Promise<void> {
  const festivals = SPRING_FESTIVAL_YEARS.map(springFestival);
  await client.query(
    `insert into spring_festivals as f (year, new_year_day, last_session_before, first_session_after)
     select * from unnest($1::int[], $2::date[], $3::date[], $4::date[])
     on conflict (year) do update
       set new_year_day = excluded.new_year_day, last_session_before = excluded.last_session_before,
           first_session_after = excluded.first_session_after
       where f is distinct from excluded`,
    [
      festivals.map(({ year }) => year),
      festivals.map(({ newYearDay }) => fromDayNumber(newYearDay)),
      festivals.map(({ lastSessionBefore }) => fromDayNumber(lastSessionBefore)),
      festivals.map(({ firstSessionAfter }) => fromDayNumber(firstSessionAfter)),
    ],
  );
  const days = SPRING_FESTIVAL_YEARS.flatMap(sessionsAround);
  await client.query(
    `with wanted as (select * from unnest($1::date[], $2::int[], $3::int[]) as w (trading_day, year, sessions)),
          gone as (delete from spring_festival_days d
                    where not exists (select from wanted w where w.trading_day = d.trading_day and w.year = d.year))
     insert into spring_festival_days select * from wanted
     on conflict (trading_day, year) do update set sessions = excluded.sessions
       where spring_festival_days.sessions <> excluded.sessions`,
    [
      days.map(({ day }) => fromDayNumber(day)),
      days.map(({ year }) => year),
      days.map(({ offset }) => offset),
    ],
  );
}

interface FestivalDay {
  readonly year: number;
  readonly day: DayNumber;
  readonly offset: number;
}

/** The sessions on either side of a closure: -1 is the last before it, 1 the first after it. */
function sessionsAround(year: number): readonly FestivalDay[] {
  const { firstSessionAfter } = springFestival(year);
  const sessions = sessionsOf('SSE');
  const after = sessions.indexOf(firstSessionAfter);
  return Array.from(
    sessions.subarray(
      Math.max(0, after - SESSIONS_AROUND_FESTIVAL),
      after + SESSIONS_AROUND_FESTIVAL,
    ),
    (day) => {
      const distance = sessions.indexOf(day) - after;
      return { year, day, offset: distance < 0 ? distance : distance + 1 };
    },
  );
}
