import { allocateBarColumns, copyColumns, takeRows, type BarColumns } from '../domain/bar.ts';
import { lowerBound } from '../domain/lower-bound.ts';
import type { StockSymbol } from '../domain/stock-symbol.ts';
import type { DayNumber } from '../domain/trading-day.ts';

/** Where the calendar does not reach: rules that need a session abstain. */
const UNKNOWN_SESSION = -2;
export const NO_SESSION = -1;

/** Rows under judgement: sorted by symbol and day, with the session of each, and a copy to repair beside what was sent. */
export interface Sheet {
  readonly length: number;
  /** Of the rows, in the order of their ids; then those that were asked for and have no row. */
  readonly names: readonly StockSymbol[];
  /** As sent, in the sheet's order. Never changed. */
  readonly sent: BarColumns;
  /** As repaired so far. Its value columns are the sheet's own. */
  readonly columns: BarColumns;
  /** Index in the calendar, NO_SESSION or UNKNOWN_SESSION. */
  readonly session: Int32Array;
  /** Rows of one symbol: from `groupStart[g]` up to `groupStart[g + 1]`. */
  readonly groupStart: Uint32Array;
}

/**
 * `columns` as a sheet. Rows that are not in the order of (symbol, day) are brought into it, equal keys as they came.
 * `sessions` are all of the calendar from the first of them to `knownTo`, which may be a day without session.
 */
export function openSheet(
  columns: BarColumns,
  sessions: Int32Array,
  asked: readonly StockSymbol[] = [],
  knownTo: DayNumber = sessions.at(-1) ?? 0,
): Sheet {
  const sent = isSorted(columns) ? columns : takeRows(columns, sortedOrder(columns));
  return {
    length: sent.length,
    names: [...sent.symbols, ...withoutRows(sent, asked)],
    sent,
    columns: copyOf(sent),
    session: sessionsOf(sent.tradingDay, sessions, knownTo),
    groupStart: groupsOf(sent.symbolId),
  };
}

function withoutRows(
  { symbols }: BarColumns,
  asked: readonly StockSymbol[],
): readonly StockSymbol[] {
  const known = new Set(symbols);
  return asked.filter((symbol) => !known.has(symbol));
}

function isSorted({ symbolId, tradingDay, length }: BarColumns): boolean {
  for (let row = 1; row < length; row += 1) {
    const before = symbolId[row - 1] ?? 0;
    const here = symbolId[row] ?? 0;
    const isBehind = (tradingDay[row - 1] ?? 0) > (tradingDay[row] ?? 0);
    if (before > here || (before === here && isBehind)) {
      return false;
    }
  }
  return true;
}

function sortedOrder({ symbolId, tradingDay, length }: BarColumns): Uint32Array {
  return Uint32Array.from({ length }, (_, row) => row).toSorted(
    (a, b) =>
      (symbolId[a] ?? 0) - (symbolId[b] ?? 0) ||
      (tradingDay[a] ?? 0) - (tradingDay[b] ?? 0) ||
      a - b,
  );
}

function copyOf(columns: BarColumns): BarColumns {
  const copy = allocateBarColumns(columns.length, columns.symbols);
  copyColumns(columns, copy);
  return copy;
}

function sessionsOf(days: Int32Array, sessions: Int32Array, knownTo: DayNumber): Int32Array {
  const found = new Int32Array(days.length).fill(UNKNOWN_SESSION);
  const first = sessions[0];
  if (first === undefined) {
    return found;
  }
  const last = Math.max(knownTo, sessions.at(-1) ?? first);
  const byDay = new Int32Array(last - first + 1).fill(NO_SESSION);
  for (let index = 0; index < sessions.length; index += 1) {
    byDay[(sessions[index] ?? first) - first] = index;
  }
  for (let row = 0; row < days.length; row += 1) {
    const day = days[row] ?? 0;
    if (day >= first && day <= last) {
      found[row] = byDay[day - first] ?? NO_SESSION;
    }
  }
  return found;
}

function groupsOf(symbolId: Uint32Array): Uint32Array {
  const starts: number[] = [];
  for (let row = 0; row < symbolId.length; row += 1) {
    if (row === 0 || symbolId[row] !== symbolId[row - 1]) {
      starts.push(row);
    }
  }
  starts.push(symbolId.length);
  return Uint32Array.from(starts);
}

/** Index of the first session at or after `day`. */
export function sessionAtOrAfter(sessions: Int32Array, day: DayNumber): number {
  return lowerBound(sessions, day);
}
