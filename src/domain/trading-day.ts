/** An ISO date (`YYYY-MM-DD`) local to the exchange. Never a JavaScript Date: those carry a zone, a trading day has none. */
export type TradingDay = string;

/** Days since 1970-01-01, the form in which columns carry a trading day. */
export type DayNumber = number;

const MS_PER_DAY = 86_400_000;
const ISO_DAY = /^(\d{4})-(\d{2})-(\d{2})$/;

/** The day number of an ISO date, or undefined where there is no such day (`2023-02-29`, `20240203`). */
export function parseDay(text: string): DayNumber | undefined {
  const match = ISO_DAY.exec(text);
  if (match === null) {
    return undefined;
  }
  return dayNumberOf(Number(match[1]), Number(match[2]), Number(match[3]));
}

/** The day number of a calendar date, or undefined where there is no such day. `month` is 1 to 12. */
export function dayNumberOf(year: number, month: number, day: number): DayNumber | undefined {
  const ms = Date.UTC(year, month - 1, day);
  const date = new Date(ms);
  const isReal =
    year >= 1000 &&
    date.getUTCFullYear() === year &&
    date.getUTCMonth() === month - 1 &&
    date.getUTCDate() === day;
  return isReal ? ms / MS_PER_DAY : undefined;
}

/** As `parseDay`, for text that is known to be a day (a constant, a database column). @throws RangeError */
export function toDayNumber(day: TradingDay): DayNumber {
  const number = parseDay(day);
  if (number === undefined) {
    throw new RangeError(`Not a day: ${day}`);
  }
  return number;
}

export function fromDayNumber(day: DayNumber): TradingDay {
  return new Date(day * MS_PER_DAY).toISOString().slice(0, 10);
}

export function addDays(day: TradingDay, days: number): TradingDay {
  return fromDayNumber(toDayNumber(day) + days);
}

/** The day in Shanghai (UTC+8, no daylight saving since 1991) at an instant given in epoch milliseconds. */
export function shanghaiDayAt(epochMs: number): TradingDay {
  return fromDayNumber(Math.floor((epochMs + 8 * 3_600_000) / MS_PER_DAY));
}
