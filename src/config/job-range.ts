import { addDays, shanghaiDayAt, toDayNumber, type TradingDay } from '../domain/trading-day.ts';
import type { Problem } from './problems.ts';

/** The Shanghai exchange's first session. */
export const FIRST_DAY: TradingDay = '1990-12-19';
const DEFAULT_DAYS_BACK = 7;
/** From this hour of Shanghai a session's bars are final: trading after hours ends at 15:30. */
const FINAL_AT_HOUR = 16;
const MS_PER_HOUR = 3_600_000;

export interface DayRange {
  readonly startDate: TradingDay;
  readonly endDate: TradingDay;
}

export interface RangeRules {
  /** ISO instant at which the job was due; nothing here reads a clock. */
  readonly dueAt: string;
  /** In place of the last days, where the caller gives no day: the range of the files to be read. */
  readonly range?: DayRange;
  /** What the trading calendar knows. */
  readonly horizon?: { readonly firstDay: TradingDay; readonly lastDay: TradingDay };
  /** A market that is simulated stands still where the calendar ends; a real one goes on, and the job is refused. */
  readonly standsStill?: boolean;
}

/** The last day whose bars are final: today in Shanghai from 16:00 on, else yesterday. */
export function lastCompletedDay(dueAt: string): TradingDay {
  const epochMs = Date.parse(dueAt);
  if (Number.isNaN(epochMs)) {
    throw new RangeError(`Not an instant: ${dueAt}`);
  }
  return shanghaiDayAt(epochMs - FINAL_AT_HOUR * MS_PER_HOUR);
}

export interface GivenRange {
  readonly startDate: TradingDay | undefined;
  readonly endDate: TradingDay | undefined;
  readonly daysBack: number | undefined;
  /** How the caller spelt the fields. */
  readonly names: { readonly start: string; readonly end: string; readonly daysBack: string };
}

export interface SettledRange extends DayRange {
  readonly notes: readonly string[];
  readonly problems: readonly Problem[];
}

/**
 * The fixed rules: no day before 1990-12-19 or after tomorrow or beyond the calendar; an end that is not completed
 * yet (today, tomorrow) is clipped with a note; a start after the last completed day has nothing to load and is refused.
 */
export function settleRange(given: GivenRange, rules: RangeRules): SettledRange {
  const { last: completed, isCalendarOver } = lastDayOf(rules);
  const problems = [...outOfBounds(given, rules)];
  const { names } = given;
  if (given.startDate !== undefined && given.daysBack !== undefined) {
    problems.push({
      field: names.daysBack,
      got: String(given.daysBack),
      expected: `${names.start} or this, not both`,
    });
  }
  if (
    given.startDate !== undefined &&
    given.endDate !== undefined &&
    given.startDate > given.endDate
  ) {
    problems.push({
      field: names.start,
      got: `"${given.startDate}"`,
      expected: `a day not after ${names.end} ("${given.endDate}")`,
    });
  }
  const notes: string[] = [];
  if (isCalendarOver && given.endDate === undefined) {
    notes.push(
      `as of ${completed}: the trading calendar ends there, and the simulated market with it`,
    );
  }
  let endDate = given.endDate ?? rules.range?.endDate ?? completed;
  if (given.endDate !== undefined && endDate > completed) {
    notes.push(`${names.end} clipped from ${endDate} to ${completed}, the last completed day`);
    endDate = completed;
  }
  const startDate = given.startDate ?? defaultStart(given, rules, endDate);
  if (problems.length === 0 && startDate > endDate) {
    problems.push({
      field: names.start,
      got: `"${startDate}"`,
      expected: `a completed day, at the latest ${endDate}`,
    });
  }
  return { startDate, endDate, notes, problems };
}

/** The last day that can be asked for. */
function lastDayOf({ dueAt, horizon, standsStill }: RangeRules): {
  readonly last: TradingDay;
  readonly isCalendarOver: boolean;
} {
  const completed = lastCompletedDay(dueAt);
  const isCalendarOver =
    standsStill === true && horizon !== undefined && horizon.lastDay < completed;
  return { last: isCalendarOver ? horizon.lastDay : completed, isCalendarOver };
}

function defaultStart(given: GivenRange, { range }: RangeRules, endDate: TradingDay): TradingDay {
  if (given.daysBack === undefined && range !== undefined) {
    return range.startDate;
  }
  const start = addDays(endDate, 1 - (given.daysBack ?? DEFAULT_DAYS_BACK));
  return start < FIRST_DAY ? FIRST_DAY : start;
}

function* outOfBounds(given: GivenRange, { dueAt, horizon }: RangeRules): Iterable<Problem> {
  const tomorrow = addDays(shanghaiDayAt(Date.parse(dueAt)), 1);
  const first =
    horizon === undefined || horizon.firstDay < FIRST_DAY ? FIRST_DAY : horizon.firstDay;
  const isCalendarShort = horizon !== undefined && horizon.lastDay < tomorrow;
  const last = isCalendarShort ? horizon.lastDay : tomorrow;
  const why = isCalendarShort ? ' (the trading calendar ends there)' : ' (tomorrow in Shanghai)';
  const fields = [
    [given.names.start, given.startDate],
    [given.names.end, given.endDate],
  ] as const;
  for (const [field, day] of fields) {
    if (day !== undefined && (day < first || day > last)) {
      yield { field, got: `"${day}"`, expected: `a day from ${first} to ${last}${why}` };
    }
  }
}

/** Days of a range, both ends included. */
export function daysIn({ startDate, endDate }: DayRange): number {
  return toDayNumber(endDate) - toDayNumber(startDate) + 1;
}
