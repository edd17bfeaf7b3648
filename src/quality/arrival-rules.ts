import { VALUE_COLUMNS, type BarColumns, type ValueColumn } from '../domain/bar.ts';
import { fromDayNumber } from '../domain/trading-day.ts';
import type { BatchReport } from './batch-report.ts';
import { includesDay } from './keys.ts';
import { sessionAtOrAfter, type Sheet } from './sheet.ts';
import { FATE, type JudgeContext } from './verdict.ts';

/** Fewer symbols, or rows, than this say nothing about a source. */
const LEAST_SYMBOLS = 20;
const LEAST_ROWS = 20;
const REQUIRED = ['open', 'high', 'low', 'close', 'volume'] as const satisfies ValueColumn[];

const MS_PER_DAY = 86_400_000;
const MS_PER_MINUTE = 60_000;
const SHANGHAI_OFFSET_MS = 8 * 60 * MS_PER_MINUTE;
/** Trading after hours (STAR, ChiNext) ends at 15:30; until then a day's bar may still change. */
const FINAL_AT_MS = (15 * 60 + 30) * MS_PER_MINUTE;

/** What an answer as a whole tells: a column that it lost, a session that it does not have yet, a bar asked for too early. */
export function judgeArrival(sheet: Sheet, context: JudgeContext, report: BatchReport): void {
  judgeSchema(sheet.sent, report);
  judgeFreshness(sheet, context, report);
  holdUnfinishedBars(sheet, context, report);
}

/** A required column without a value in any row of an answer was renamed or lost on the way. */
function judgeSchema(sent: BarColumns, report: BatchReport): void {
  const rows: number[] = [];
  const emptyInAll: number[] = [];
  for (let row = 0; row < sent.length; row += 1) {
    const answer = sent.answer[row] ?? 0;
    rows[answer] = (rows[answer] ?? 0) + 1;
    emptyInAll[answer] = (emptyInAll[answer] ?? ~0) & emptyCells(sent.missing[row] ?? 0);
  }
  for (const [answer, empty] of emptyInAll.entries()) {
    const lost = REQUIRED.filter((column) => (empty & cellBit(column)) !== 0);
    if ((rows[answer] ?? 0) >= LEAST_ROWS && lost.length > 0) {
      const note = `no row of the answer has a value for ${lost.join(', ')}`;
      for (let row = 0; row < sent.length; row += 1) {
        if (sent.answer[row] === answer && report.fate[row] !== FATE.drop) {
          report.quarantine(row, { rule: 'K01_schema_drift', note });
        }
      }
    }
  }
}

/** Of the four bits that each cell has in `missing`, the lowest is set where any is: the cell has no value. */
function emptyCells(missing: number): number {
  const pairs = missing | (missing >>> 1);
  return (pairs | (pairs >>> 2)) & 0x1111_1111;
}

function cellBit(column: ValueColumn): number {
  return 1 << (4 * VALUE_COLUMNS.indexOf(column));
}

/** The last session of the request, which no symbol has: the source was asked before it was ready. */
function judgeFreshness(sheet: Sheet, context: JudgeContext, report: BatchReport): void {
  const { sessions, startDay, endDay, instruments, suspensions } = context;
  const last = sessions[sessionAtOrAfter(sessions, endDay + 1) - 1];
  // Files hold what they hold: nobody expects them to be up to date.
  if (last === undefined || last < startDay || context.expected !== undefined) {
    return;
  }
  const waiting = sheet.names.filter((symbol) => {
    const delisted = instruments.get(symbol)?.delistDate;
    const suspended = suspensions.get(symbol);
    const isTrading = delisted === undefined || delisted > fromDayNumber(last);
    return isTrading && (suspended === undefined || !includesDay(suspended, last));
  });
  if (waiting.length >= LEAST_SYMBOLS && !sheet.sent.tradingDay.some((day) => day >= last)) {
    const note = `none of ${waiting.length} symbols has ${fromDayNumber(last)}`;
    report.wholeDay(last, { rule: 'T06_late', note });
  }
}

/** Bars of a day on which they were fetched before that day's trading was over. */
function holdUnfinishedBars(
  { sent, columns }: Sheet,
  { fetchedAt = [] }: JudgeContext,
  report: BatchReport,
): void {
  const openDays = fetchedAt.map(unfinishedDay);
  if (openDays.every((day) => day === undefined)) {
    return;
  }
  for (let row = 0; row < columns.length; row += 1) {
    const answer = sent.answer[row] ?? 0;
    if (openDays[answer] === columns.tradingDay[row] && report.fate[row] !== FATE.drop) {
      const at = new Date((fetchedAt[answer] ?? 0) + SHANGHAI_OFFSET_MS).toISOString();
      const note = `fetched at ${at.slice(11, 16)} of the same day in Shanghai`;
      report.quarantine(row, { rule: 'T07_partial_bar', note });
    }
  }
}

function unfinishedDay(epochMs: number): number | undefined {
  const local = epochMs + SHANGHAI_OFFSET_MS;
  return local % MS_PER_DAY < FINAL_AT_MS ? Math.floor(local / MS_PER_DAY) : undefined;
}
