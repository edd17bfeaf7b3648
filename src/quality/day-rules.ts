import { fromDayNumber } from '../domain/trading-day.ts';
import type { BatchReport } from './batch-report.ts';
import { sessionAtOrAfter, type Sheet } from './sheet.ts';
import type { Thresholds } from './settings.ts';

/** Fewer symbols than this say nothing about a session. */
const LEAST_SYMBOLS = 20;

/** What only the whole batch can tell: sessions that lack many symbols, or in which most repeat the session before. */
export function judgeDays(
  sheet: Sheet,
  sessions: Int32Array,
  thresholds: Thresholds,
  report: BatchReport,
): void {
  const symbols = sheet.names.length;
  if (symbols < LEAST_SYMBOLS) {
    return;
  }
  const partial = [...report.absentByDay.entries()]
    .filter(([, absent]) => absent / symbols > thresholds.partialUniverse)
    .map(([day]) => day)
    .toSorted((a, b) => a - b);
  for (const [first, last] of stretches(partial, sessions)) {
    const absent = report.absentByDay.get(first) ?? 0;
    const until = first === last ? '' : ` to ${fromDayNumber(last)}`;
    report.wholeDay(first, {
      rule: 'C04_partial_universe',
      note: `${absent} of ${symbols} symbols on ${fromDayNumber(first)}${until}`,
    });
  }
  for (const [day, stale] of staleByDay(report)) {
    const present = countDay(sheet, day);
    if (present >= LEAST_SYMBOLS && stale / present > thresholds.staleUniverse) {
      report.wholeDay(day, { rule: 'T05_stale_day', note: `${stale} of ${present} symbols` });
    }
  }
}

/** Consecutive sessions as pairs of first and last. */
function stretches(days: readonly number[], sessions: Int32Array): (readonly [number, number])[] {
  const found: [number, number][] = [];
  for (const day of days) {
    const open = found.at(-1);
    const isNext = open !== undefined && sessions[sessionAtOrAfter(sessions, open[1]) + 1] === day;
    if (isNext) {
      open[1] = day;
    } else {
      found.push([day, day]);
    }
  }
  return found;
}

function staleByDay({ hits }: BatchReport): ReadonlyMap<number, number> {
  const stale = new Map<number, number>();
  for (const { rule, day } of hits) {
    if (rule.id === 'T01_stale_row') {
      stale.set(day, (stale.get(day) ?? 0) + 1);
    }
  }
  return stale;
}

function countDay({ columns }: Sheet, day: number): number {
  return columns.tradingDay.reduce((count, here) => count + (here === day ? 1 : 0), 0);
}
