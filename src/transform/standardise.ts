import {
  allocateBarColumns,
  copyRow,
  firstRows,
  MARK,
  takeRows,
  VALUE_COLUMNS,
  type BarColumns,
} from '../domain/bar.ts';
import type { StockSymbol } from '../domain/stock-symbol.ts';
import type { DayNumber } from '../domain/trading-day.ts';
import { sortedRows } from './sort-rows.ts';

/** The decoded rows of one answer. */
export interface DecodedAnswer {
  readonly columns: BarColumns;
  /** Its index in the batch's manifest. */
  readonly answer: number;
  /** ISO instant: of two answers the later one is believed. */
  readonly fetchedAt: string;
  /** The only symbols whose rows count, where it holds others that are taken from elsewhere; all where absent. */
  readonly symbols?: readonly StockSymbol[];
}

/** What the batch is about: rows of other symbols or days are not its own. */
export interface BatchScope {
  readonly symbols: readonly StockSymbol[];
  readonly startDay: DayNumber;
  readonly endDay: DayNumber;
}

export interface Standardised {
  /** Sorted by symbol and day, distinct, over the scope's symbols; `answer` is set. */
  readonly columns: BarColumns;
  /** Rows within the scope = columns.length + all duplicates + suspended + unreadable. */
  readonly extracted: number;
  readonly duplicates: {
    /** Equal in every value to the row that was kept. */
    readonly identical: number;
    /** Replaced by other values of a later answer. */
    readonly restated: number;
    /** Same answer, same key, other values: the kept row carries MARK.conflict. */
    readonly conflicting: number;
  };
  readonly suspended: readonly { symbol: StockSymbol; day: DayNumber; answer: number }[];
  /** Rows without a single price: nothing that could be judged. */
  readonly unreadable: number;
  /** Rows of other symbols or days, which an answer for many may hold. */
  readonly outOfScope: number;
}

/** Brings the answers of a batch to one table: in scope, sorted, one row a key, suspensions apart. Pure. */
export function standardiseBars(parts: readonly DecodedAnswer[], scope: BatchScope): Standardised {
  const ordered = parts.toSorted(byInstant);
  const { columns, outOfScope } = gather(ordered, scope);
  const extracted = columns.length;
  const order = sortedRows(columns);
  const sorted = order === undefined ? columns : takeRows(columns, order);
  const { rows, suspended, unreadable } = separate(sorted);
  const { kept, duplicates } = dropDuplicates(sorted, rows);
  const standard = kept.length === sorted.length ? sorted : takeRows(sorted, kept);
  return { columns: standard, extracted, duplicates, suspended, unreadable, outOfScope };
}

function byInstant(left: DecodedAnswer, right: DecodedAnswer): number {
  return left.fetchedAt < right.fetchedAt
    ? -1
    : Number(left.fetchedAt > right.fetchedAt) || left.answer - right.answer;
}

/** The rows in scope of all answers, one after the other, over the scope's own dictionary. */
function gather(
  parts: readonly DecodedAnswer[],
  { symbols, startDay, endDay }: BatchScope,
): { readonly columns: BarColumns; readonly outOfScope: number } {
  const dictionary = [...new Set(symbols)].toSorted();
  const idOf = new Map(dictionary.map((symbol, id) => [symbol, id]));
  const total = parts.reduce((sum, { columns }) => sum + columns.length, 0);
  const all = allocateBarColumns(total, dictionary);
  let next = 0;
  for (const { columns, answer, symbols: counted } of parts) {
    const only = counted === undefined ? undefined : new Set(counted);
    const ids = columns.symbols.map((symbol) =>
      only === undefined || only.has(symbol) ? (idOf.get(symbol) ?? -1) : -1,
    );
    for (let row = 0; row < columns.length; row += 1) {
      const id = ids[columns.symbolId[row] ?? 0] ?? -1;
      const day = columns.tradingDay[row] ?? 0;
      if (id < 0 || day < startDay || day > endDay) {
        continue;
      }
      copyRow(columns, row, all, next);
      all.symbolId[next] = id;
      all.answer[next] = answer;
      next += 1;
    }
  }
  return { columns: firstRows(all, next), outOfScope: total - next };
}

/** Bars on one side, evidence of suspensions and rows without any price on the other. */
function separate(columns: BarColumns): {
  readonly rows: Uint32Array;
  readonly suspended: Standardised['suspended'];
  readonly unreadable: number;
} {
  const rows = new Uint32Array(columns.length);
  const suspended: { symbol: StockSymbol; day: DayNumber; answer: number }[] = [];
  let count = 0;
  let unreadable = 0;
  for (let row = 0; row < columns.length; row += 1) {
    if (((columns.marks[row] ?? 0) & MARK.suspended) !== 0) {
      suspended.push({
        symbol: columns.symbols[columns.symbolId[row] ?? 0] ?? '',
        day: columns.tradingDay[row] ?? 0,
        answer: columns.answer[row] ?? 0,
      });
    } else if (hasNoPrice(columns, row)) {
      unreadable += 1;
    } else {
      rows[count] = row;
      count += 1;
    }
  }
  return { rows: rows.subarray(0, count), suspended, unreadable };
}

function hasNoPrice({ open, high, low, close }: BarColumns, row: number): boolean {
  return (
    Number.isNaN(open[row]) &&
    Number.isNaN(high[row]) &&
    Number.isNaN(low[row]) &&
    Number.isNaN(close[row])
  );
}

/** Of each run of equal keys the last row is kept. `rows` is ascending over sorted columns. */
function dropDuplicates(
  columns: BarColumns,
  rows: Uint32Array,
): { readonly kept: Uint32Array; readonly duplicates: Standardised['duplicates'] } {
  const kept = new Uint32Array(rows.length);
  const duplicates = { identical: 0, restated: 0, conflicting: 0 };
  let count = 0;
  for (let index = 0; index < rows.length; index += 1) {
    const row = rows[index] ?? 0;
    const next = rows[index + 1];
    if (next === undefined || !hasSameKey(columns, row, next)) {
      kept[count] = row;
      count += 1;
    } else if (columns.answer[row] !== columns.answer[next]) {
      duplicates[hasSameValues(columns, row, next) ? 'identical' : 'restated'] += 1;
    } else {
      const isEqual = hasSameValues(columns, row, next);
      duplicates[isEqual ? 'identical' : 'conflicting'] += 1;
      const doubt = isEqual ? (columns.marks[row] ?? 0) & MARK.conflict : MARK.conflict;
      columns.marks[next] = (columns.marks[next] ?? 0) | doubt;
    }
  }
  return { kept: kept.subarray(0, count), duplicates };
}

function hasSameKey({ symbolId, tradingDay }: BarColumns, left: number, right: number): boolean {
  return symbolId[left] === symbolId[right] && tradingDay[left] === tradingDay[right];
}

function hasSameValues(columns: BarColumns, left: number, right: number): boolean {
  return VALUE_COLUMNS.every((name) => Object.is(columns[name][left], columns[name][right]));
}
