import type { ScheduleDescription } from '@temporalio/client';

const MONTHS =
  'JANUARY FEBRUARY MARCH APRIL MAY JUNE JULY AUGUST SEPTEMBER OCTOBER NOVEMBER DECEMBER'.split(
    ' ',
  );
const WEEKDAYS = 'SUNDAY MONDAY TUESDAY WEDNESDAY THURSDAY FRIDAY SATURDAY'.split(' ');
const BOUNDS = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 6],
] as const;

/** The times of a cron expression (checked before) in a canonical form: minute, hour, day, month and weekday as sorted lists. */
export function timesOfCron(expression: string): string {
  const fields = expression.trim().split(/\s+/);
  return BOUNDS.map(([min, max], index) => {
    const names = [MONTHS, WEEKDAYS][index - 3] ?? [];
    const values = (fields[index] ?? '*').split(',').flatMap((item) => {
      const [range = '*', step = '1'] = item.split('/');
      const [first = '*', last = item.includes('/') ? '*' : first] = range.split('-');
      const from = first === '*' ? min : numberOf(first, names, min);
      const to = last === '*' ? max : numberOf(last, names, min);
      return steps(from, to, Number(step));
    });
    return sorted(values.map((value) => (index === 4 ? value % 7 : value)));
  }).join(' ');
}

type Calendars = ScheduleDescription['spec']['calendars'];

/** The same form of what a schedule on the server has; undefined where it is more than one plain calendar. */
export function timesOfCalendars(calendars: Calendars): string | undefined {
  const [calendar, ...others] = calendars ?? [];
  if (calendar === undefined || others.length > 0) {
    return undefined;
  }
  const { minute, hour, dayOfMonth, month, dayOfWeek } = calendar;
  return [
    expand(minute, Number),
    expand(hour, Number),
    expand(dayOfMonth, Number),
    expand(month, (name) => MONTHS.indexOf(String(name)) + 1),
    expand(dayOfWeek, (name) => WEEKDAYS.indexOf(String(name))),
  ].join(' ');
}

interface TimeRange {
  readonly start: number | string;
  readonly end: number | string;
  readonly step: number;
}

function expand(
  ranges: readonly TimeRange[],
  toNumber: (value: number | string) => number,
): string {
  return sorted(
    ranges.flatMap(({ start, end, step }) => {
      const from = toNumber(start);
      return steps(from, Math.max(from, toNumber(end)), Math.max(1, step));
    }),
  );
}

function numberOf(text: string, names: readonly string[], offset: number): number {
  const named = names.findIndex((name) => name.startsWith(text.toUpperCase()));
  return named >= 0 && !/^\d/.test(text) ? named + offset : Number(text);
}

function steps(from: number, to: number, step: number): readonly number[] {
  return Array.from(
    { length: Math.floor((to - from) / step) + 1 },
    (_, index) => from + index * step,
  );
}

function sorted(values: readonly number[]): string {
  return [...new Set(values)].toSorted((left, right) => left - right).join(',');
}
