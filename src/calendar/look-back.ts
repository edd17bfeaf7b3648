import { fromDayNumber, toDayNumber, type TradingDay } from '../domain/trading-day.ts';
import { sessionsOf } from './trading-calendar.ts';
import { lowerBound } from '../domain/lower-bound.ts';

const DAYS_A_WEEK = 7;
const SESSIONS_A_WEEK = 5;

/**
 * Where a look-back from `start` to `end` has to begin so that a closure does not shorten it: for each whole week of it,
 * five sessions. Without that, a bar of the last session before a holiday of a week would never be looked at again.
 */
export function lookBackStart(start: TradingDay, end: TradingDay): TradingDay {
  const days = toDayNumber(end) - toDayNumber(start) + 1;
  const wanted = Math.floor(days / DAYS_A_WEEK) * SESSIONS_A_WEEK;
  const sessions = sessionsOf('SSE');
  const afterEnd = lowerBound(sessions, toDayNumber(end) + 1);
  const first = sessions[Math.max(0, afterEnd - wanted)];
  return wanted === 0 || first === undefined || first >= toDayNumber(start)
    ? start
    : fromDayNumber(first);
}
