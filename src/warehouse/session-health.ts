import type { SessionHealth } from '../domain/health.ts';
import { addDays, type TradingDay } from '../domain/trading-day.ts';
import { queryRows, type Warehouse } from './pool.ts';

/** The nightly run begins at midnight of Shanghai; by six it should be over. */
const DUE_AT_HOUR = 6;

/**
 * Whether the last session that the nightly run should have brought by now is complete, of all that was ever asked for.
 * A newer one whose night is still to come says nothing, so that an old hole is not forgotten from close to morning.
 * Beyond the calendar nothing is complete, as nobody knows what is due; a simulated market has ended with it.
 */
export async function readSessionHealth(
  warehouse: Warehouse,
  asOf: string,
): Promise<SessionHealth> {
  const [row] = await queryRows<{
    day: TradingDay | null;
    ended: TradingDay | null;
    expected: number;
    missing: number;
  }>(
    warehouse,
    'Looking at the last session',
    `with night as (select ($1::timestamptz at time zone 'Asia/Shanghai' - make_interval(hours => $2))::date as day),
          last as (
       select max(trading_day) as day from exchange_sessions
        where exchange = 'SSE' and trading_day < (select day from night))
     select last.day, count(c.symbol)::int as expected,
            count(*) filter (where c.state = 'missing')::int as missing,
            (select last_day from calendar_horizon, night, candlewick_database
              where last_day < night.day - 1 and purpose <> 'demo') as ended
       from last left join coverage_of(null, last.day, last.day, $1::timestamptz) c on true
      group by last.day`,
    [asOf, DUE_AT_HOUR],
  );
  if (row === undefined || row.day === null || row.expected === 0) {
    return { lastSession: undefined, expected: 0, missing: 0, isComplete: true, dueAt: undefined };
  }
  const { day, ended, expected, missing } = row;
  const due = Date.parse(`${addDays(day, 1)}T00:00:00+08:00`) + DUE_AT_HOUR * 3_600_000;
  return {
    lastSession: day,
    expected,
    missing,
    isComplete: missing === 0 && ended === null,
    ...(ended === null ? {} : { calendarEnded: ended }),
    dueAt: new Date(due).toISOString(),
  };
}
