import { MARK, type BarColumns } from '../domain/bar.ts';
import { lowerBound } from '../domain/lower-bound.ts';
import { toDayNumber } from '../domain/trading-day.ts';
import type { BatchReport } from './batch-report.ts';
import { HIT } from './hit-list.ts';
import { brokenByValues } from './invariants.ts';
import { NO_SESSION, type Sheet } from './sheet.ts';
import { FATE, type JudgeContext } from './verdict.ts';

/** The rows of one symbol on a sheet. */
export interface Group {
  readonly from: number;
  readonly to: number;
  readonly symbol: string;
  readonly symbolId: number;
  readonly tick: number;
}

/** Settles which rows of a symbol stand for a session: shifted dates, days without session or trade, twins. */
export function settleKeys(
  sheet: Sheet,
  group: Group,
  context: JudgeContext,
  report: BatchReport,
): void {
  if (context.cleanData) {
    restoreShiftedDays(sheet, group, context, report);
  }
  const suspended = context.suspensions.get(group.symbol);
  const range = rangeOf(group.symbol, context);
  for (let row = group.from; row < group.to; row += 1) {
    judgeDay(sheet, row, { suspended, range }, report);
  }
  settleTwins(sheet, group, report);
}

/** A filler row is a habit of some vendors, hardly an error. */
const FILLER = 0.02;

interface DayFacts {
  readonly suspended: Int32Array | undefined;
  readonly range: readonly [number, number];
}

function judgeDay(sheet: Sheet, row: number, facts: DayFacts, report: BatchReport): void {
  const { columns } = sheet;
  const day = columns.tradingDay[row] ?? 0;
  if (((columns.marks[row] ?? 0) & MARK.suspended) !== 0) {
    report.fate[row] = FATE.drop;
  } else if (sheet.session[row] === NO_SESSION) {
    report.drop(row, { rule: 'K02_non_session' });
  } else if (facts.suspended !== undefined && includesDay(facts.suspended, day)) {
    const hasTraded = (columns.volume[row] ?? 0) > 0;
    report.drop(row, {
      rule: 'K03_bar_on_suspension',
      note: hasTraded ? 'with volume' : 'filler without volume',
      confidence: hasTraded ? 1 : FILLER,
    });
  } else if (day < facts.range[0] || day > facts.range[1]) {
    report.drop(row, { rule: 'K04_outside_range' });
  }
}

/** The days on which a bar of the symbol can be: the request, its listing life, what was expected of it. */
export function rangeOf(symbol: string, context: JudgeContext): readonly [number, number] {
  const { startDay, endDay } = context;
  const expected = context.expected?.get(symbol);
  const { listDate, delistDate } = context.instruments.get(symbol) ?? {};
  const firstListed = listDate === undefined ? startDay : toDayNumber(listDate);
  const lastListed = delistDate === undefined ? endDay : toDayNumber(delistDate) - 1;
  return [
    Math.max(startDay, expected?.from ?? startDay, firstListed),
    Math.min(endDay, expected?.to ?? endDay, lastListed),
  ];
}

/** Whether a day is among these, which ascend. */
export function includesDay(days: Int32Array, day: number): boolean {
  return days[lowerBound(days, day)] === day;
}

/** Of rows with one key the one with the fewest broken invariants stays, not the first. */
function settleTwins(sheet: Sheet, group: Group, report: BatchReport): void {
  const live: number[] = [];
  for (let row = group.from; row < group.to; row += 1) {
    if (report.fate[row] === FATE.publish) {
      live.push(row);
    }
  }
  for (let at = 0; at < live.length;) {
    let end = at + 1;
    while (end < live.length && dayAt(sheet, live[end]) === dayAt(sheet, live[at])) {
      end += 1;
    }
    if (end - at > 1) {
      settleTwinSet(
        sheet,
        group,
        { twins: live.slice(at, end), before: live[at - 1], after: live[end] },
        report,
      );
    } else if (((sheet.columns.marks[live[at] ?? 0] ?? 0) & MARK.conflict) !== 0) {
      report.add(live[at] ?? 0, { rule: 'U02_conflicting_duplicate', confidence: 0.5 }, HIT.open);
    }
    at = end;
  }
}

function dayAt({ columns }: Sheet, row: number | undefined): number | undefined {
  return row === undefined ? undefined : columns.tradingDay[row];
}

interface TwinSet {
  readonly twins: readonly number[];
  readonly before: number | undefined;
  readonly after: number | undefined;
}

function settleTwinSet(sheet: Sheet, group: Group, set: TwinSet, report: BatchReport): void {
  const faults = set.twins.map((row) => faultsOf(sheet.columns, group, row, set));
  let winner = 0;
  for (let at = 1; at < faults.length; at += 1) {
    const isBetter = (faults[at] ?? 0) < (faults[winner] ?? 0);
    const isFuller =
      faults[at] === faults[winner] &&
      volumeAt(sheet, set.twins[at]) > volumeAt(sheet, set.twins[winner]);
    winner = isBetter || isFuller ? at : winner;
  }
  const kept = set.twins[winner] ?? 0;
  for (const row of set.twins) {
    if (row !== kept) {
      if (hasEqualValues(sheet.sent, row, kept)) {
        report.drop(row, { rule: 'U01_duplicate' });
      } else {
        report.supersede(row, { rule: 'U02_conflicting_duplicate' });
      }
    }
  }
}

function volumeAt({ columns }: Sheet, row: number | undefined): number {
  return row === undefined ? 0 : (columns.volume[row] ?? 0);
}

/** Broken invariants and broken links of a row among its neighbours. */
function faultsOf(
  columns: BarColumns,
  { tick }: Group,
  row: number,
  { before, after }: TwinSet,
): number {
  const cells = Float64Array.of(
    columns.open[row] ?? Number.NaN,
    columns.high[row] ?? Number.NaN,
    columns.low[row] ?? Number.NaN,
    columns.close[row] ?? Number.NaN,
    columns.preClose[row] ?? Number.NaN,
    columns.volume[row] ?? Number.NaN,
    columns.amount[row] ?? Number.NaN,
  );
  let faults = cells.some((value) => Number.isNaN(value)) ? 2 : 0;
  for (let bits = brokenByValues(cells, tick); bits !== 0; bits &= bits - 1) {
    faults += 2;
  }
  faults += before !== undefined && columns.close[before] !== columns.preClose[row] ? 1 : 0;
  faults += after !== undefined && columns.close[row] !== columns.preClose[after] ? 1 : 0;
  return faults;
}

export function hasEqualValues(columns: BarColumns, a: number, b: number): boolean {
  return (
    Object.is(columns.open[a], columns.open[b]) &&
    Object.is(columns.high[a], columns.high[b]) &&
    Object.is(columns.low[a], columns.low[b]) &&
    Object.is(columns.close[a], columns.close[b]) &&
    Object.is(columns.preClose[a], columns.preClose[b]) &&
    Object.is(columns.volume[a], columns.volume[b]) &&
    Object.is(columns.amount[a], columns.amount[b])
  );
}

/**
 * A time zone read wrongly moves days back by one: Mondays become Sundays. A run of such rows starts at a twin or at a
 * day without session, ends at a gap, and each of its days plus one is a session that is free.
 */
function restoreShiftedDays(
  sheet: Sheet,
  group: Group,
  context: JudgeContext,
  report: BatchReport,
): void {
  for (let row = group.from; row < group.to; row += 1) {
    if (sheet.session[row] === NO_SESSION && isShiftable(sheet, group, row, context)) {
      const from = startOfShift(sheet, group, row, context);
      const to = endOfShift(sheet, group, row, context);
      if (to - from > 1) {
        shiftRows(sheet, from, to, context, report);
      }
      row = Math.max(row, to - 1);
    }
  }
}

/** Is the day after a row's a session on which the symbol may have traded? */
function isShiftable(
  { columns }: Sheet,
  { symbol }: Group,
  row: number,
  { sessions, suspensions }: JudgeContext,
): boolean {
  const day = (columns.tradingDay[row] ?? 0) + 1;
  const suspended = suspensions.get(symbol);
  return includesDay(sessions, day) && (suspended === undefined || !includesDay(suspended, day));
}

/** Back within the week to the row that has the day of the row before it. */
function startOfShift(sheet: Sheet, group: Group, row: number, context: JudgeContext): number {
  const { tradingDay } = sheet.columns;
  for (
    let at = row - 1;
    at > group.from && row - at < 6 && isShiftable(sheet, group, at, context);
    at -= 1
  ) {
    if (tradingDay[at] === tradingDay[at - 1]) {
      return at;
    }
  }
  return row;
}

/** Past the last row that only a shift explains: behind it lies a gap, and no further day without session within a week. */
function endOfShift(sheet: Sheet, group: Group, row: number, context: JudgeContext): number {
  const { tradingDay } = sheet.columns;
  let end = row + 1;
  let lastOddRow = row;
  let at = row + 1;
  while (at < group.to && isShiftable(sheet, group, at, context) && at - lastOddRow < 8) {
    lastOddRow = sheet.session[at] === NO_SESSION ? at : lastOddRow;
    const isFree = (tradingDay[at + 1] ?? Number.POSITIVE_INFINITY) > (tradingDay[at] ?? 0) + 1;
    if (isFree || at + 1 === group.to) {
      end = at + 1;
    }
    at += 1;
  }
  return end;
}

function shiftRows(
  sheet: Sheet,
  from: number,
  to: number,
  { sessions }: JudgeContext,
  report: BatchReport,
): void {
  for (let row = from; row < to; row += 1) {
    const day = (sheet.columns.tradingDay[row] ?? 0) + 1;
    sheet.columns.tradingDay[row] = day;
    sheet.session[row] = sessions.indexOf(day);
    report.add(row, { rule: 'T03_date_shift', note: 'one day early' }, HIT.repaired);
  }
}
