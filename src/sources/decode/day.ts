import { dayNumberOf, type DayNumber } from '../../domain/trading-day.ts';
import { textOf } from './decimal.ts';

const ZERO = 0x30;
const DASH = 0x2d;
const SLASH = 0x2f;
const MONTH_DAYS = Uint8Array.of(0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31);
const MS_PER_DAY = 86_400_000;
const MS_PER_HOUR = 3_600_000;
const SHANGHAI_HOURS = 8;
/** Also the days that a spreadsheet writes, and days with a midnight behind them. */
const DAY_TEXT =
  /^(\d{4})([-/])(\d{1,2})\2(\d{1,2})(?:[ T]0?0:00(?::00(?:\.0+)?)?(?:Z|[+]00:?00|[+]08:?00)?)?$/;

/** Two digits, or a number below zero where they are none. */
function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = (bytes[at] ?? 0) - ZERO;
  const ones = (bytes[at + 1] ?? 0) - ZERO;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -10_000;
}

/** `20240102`, `2024-01-02`, `2024/1/2`, also with a midnight behind; NaN where the cell is no such day. */
export function parseDayCell(bytes: Uint8Array, start: number, end: number): DayNumber {
  const length = end - start;
  const year = twoDigits(bytes, start) * 100 + twoDigits(bytes, start + 2);
  if (length === 8 && bytes[start + 4] !== DASH && bytes[start + 4] !== SLASH) {
    return daysFrom(year, twoDigits(bytes, start + 4), twoDigits(bytes, start + 6));
  }
  if (length === 10 && bytes[start + 4] === DASH && bytes[start + 7] === DASH) {
    return daysFrom(year, twoDigits(bytes, start + 5), twoDigits(bytes, start + 8));
  }
  return parseDayText(textOf(bytes, start, end));
}

export function parseDayText(text: string): DayNumber {
  const compact = /^(\d{4})(\d{2})(\d{2})$/.exec(text);
  if (compact !== null) {
    const [, year, month, day] = compact;
    return dayNumberOf(Number(year), Number(month), Number(day)) ?? Number.NaN;
  }
  const [, year, , month, day] = DAY_TEXT.exec(text) ?? [];
  return dayNumberOf(Number(year), Number(month), Number(day)) ?? Number.NaN;
}

/** The day of an instant that stands for a midnight, in UTC or in Shanghai; NaN for any other. */
export function dayOfMidnight(epochMs: number): DayNumber {
  const inUtc = epochMs / MS_PER_DAY;
  const inShanghai = (epochMs + SHANGHAI_HOURS * MS_PER_HOUR) / MS_PER_DAY;
  if (Number.isInteger(inUtc)) {
    return inUtc;
  }
  return Number.isInteger(inShanghai) ? inShanghai : Number.NaN;
}

/** As `dayNumberOf` in the domain, without a Date (it is called for every row). */
function daysFrom(year: number, month: number, day: number): DayNumber {
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const last = month === 2 && !isLeap ? 28 : (MONTH_DAYS[month] ?? 0);
  if (!(year >= 1000 && month >= 1 && month <= 12 && day >= 1 && day <= last)) {
    return Number.NaN;
  }
  // Years that begin in March put the leap day last (H. Hinnant, chrono-compatible low-level date algorithms).
  const shifted = month > 2 ? year : year - 1;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const leapDays = Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100);
  return era * 146_097 + yearOfEra * 365 + leapDays + dayOfYear - 719_468;
}
