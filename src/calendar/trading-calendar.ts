import { ConfigurationError } from '../domain/errors.ts';
import type { Exchange } from '../domain/stock-symbol.ts';
import {
  fromDayNumber,
  toDayNumber,
  type DayNumber,
  type TradingDay,
} from '../domain/trading-day.ts';
import { WEEKDAY_CLOSURES } from './closures.ts';
import { lowerBound } from '../domain/lower-bound.ts';

/** The days of which the calendar knows whether they are sessions. Beyond it nothing is known, not even "closed". */
export const CALENDAR_HORIZON = {
  firstDay: toDayNumber('1990-12-19'),
  lastDay: toDayNumber('2026-12-31'),
} as const;

/** The same as days. */
export const CALENDAR_DAYS = {
  firstDay: fromDayNumber(CALENDAR_HORIZON.firstDay),
  lastDay: fromDayNumber(CALENDAR_HORIZON.lastDay),
} as const;

/**
 * The first session of each exchange. SSE: its opening. SZSE: its official opening (it traded on trial from 1990-12-01, of
 * which no source serves bars by this calendar). BSE: its opening; its symbols' earlier bars on the NEEQ are not its own.
 */
const FIRST_SESSION: Readonly<Record<Exchange, DayNumber>> = {
  SSE: CALENDAR_HORIZON.firstDay,
  SZSE: toDayNumber('1991-07-03'),
  BSE: toDayNumber('2021-11-15'),
};

const DAYS_PER_WEEK = 7;

/** 0 = Sunday; 1970-01-01 was a Thursday. */
export function weekdayOf(day: DayNumber): number {
  return (((day + 4) % DAYS_PER_WEEK) + DAYS_PER_WEEK) % DAYS_PER_WEEK;
}

function closuresOf(year: string, text: string): readonly DayNumber[] {
  return text.split(' ').flatMap((run) => {
    const [first = '', last = first] = run.split('/');
    const from = toDayNumber(`${year}-${first}`);
    const length = toDayNumber(`${year}-${last}`) - from + 1;
    return Array.from({ length }, (_, offset) => from + offset);
  });
}

function computeSessions(): Int32Array {
  const closed = new Set(
    Object.entries(WEEKDAY_CLOSURES).flatMap(([year, text]) => closuresOf(year, text)),
  );
  const sessions: DayNumber[] = [];
  for (let day: DayNumber = CALENDAR_HORIZON.firstDay; day <= CALENDAR_HORIZON.lastDay; day += 1) {
    const weekday = weekdayOf(day);
    if (weekday !== 0 && weekday !== 6 && !closed.has(day)) {
      sessions.push(day);
    }
  }
  return Int32Array.from(sessions);
}

const SESSIONS = computeSessions();
const SESSIONS_OF: Readonly<Record<Exchange, Int32Array>> = {
  SSE: SESSIONS,
  SZSE: SESSIONS.subarray(lowerBound(SESSIONS, FIRST_SESSION.SZSE)),
  BSE: SESSIONS.subarray(lowerBound(SESSIONS, FIRST_SESSION.BSE)),
};

const CALENDAR_HINT = `a newer Candlewick knows the next year (then run \`candlewick db migrate\`); until then name days within it: --to ${CALENDAR_DAYS.lastDay}.`;

/** @throws ConfigurationError ETL-CAL-001 for a day outside the horizon. */
function checkHorizon(day: DayNumber): void {
  // Negated so that NaN fails too (with a RangeError, being no day) and is never taken for "closed".
  if (!(day >= CALENDAR_HORIZON.firstDay && day <= CALENDAR_HORIZON.lastDay)) {
    throw new ConfigurationError(
      `calendar unknown for ${fromDayNumber(day)}: it is known from ${CALENDAR_DAYS.firstDay} to ${CALENDAR_DAYS.lastDay}`,
      { code: 'ETL-CAL-001', hint: CALENDAR_HINT },
    );
  }
}

/** All sessions of an exchange within the horizon, ascending. Not to be written to. */
export function sessionsOf(exchange: Exchange): Int32Array {
  return SESSIONS_OF[exchange];
}

/** @throws ConfigurationError ETL-CAL-001 beyond the horizon. */
export function isSession(exchange: Exchange, day: DayNumber): boolean {
  checkHorizon(day);
  const sessions = SESSIONS_OF[exchange];
  return sessions[lowerBound(sessions, day)] === day;
}

/** Sessions from `from` to `to`, both included. @throws ConfigurationError ETL-CAL-001 beyond the horizon. */
export function sessionsBetween(exchange: Exchange, from: TradingDay, to: TradingDay): Int32Array {
  const [first, last] = [toDayNumber(from), toDayNumber(to)];
  checkHorizon(first);
  checkHorizon(last);
  const sessions = SESSIONS_OF[exchange];
  return sessions.subarray(lowerBound(sessions, first), lowerBound(sessions, last + 1));
}

/** The last session on or before a day; undefined before the exchange opened. */
export function sessionAtOrBefore(exchange: Exchange, day: DayNumber): DayNumber | undefined {
  checkHorizon(day);
  const sessions = SESSIONS_OF[exchange];
  return sessions[lowerBound(sessions, day + 1) - 1];
}

/** The session before a day, the day itself excluded; undefined before the second one. */
export function previousSession(exchange: Exchange, day: DayNumber): DayNumber | undefined {
  checkHorizon(day);
  const sessions = SESSIONS_OF[exchange];
  return sessions[lowerBound(sessions, day) - 1];
}

/** The session after a day, the day itself excluded. @throws ConfigurationError ETL-CAL-001 where that lies beyond the horizon. */
export function nextSession(exchange: Exchange, day: DayNumber): DayNumber {
  checkHorizon(day);
  const sessions = SESSIONS_OF[exchange];
  const next = sessions[lowerBound(sessions, day + 1)];
  if (next === undefined) {
    checkHorizon(CALENDAR_HORIZON.lastDay + 1);
  }
  return next ?? day;
}
