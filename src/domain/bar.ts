import type { DayNumber, TradingDay } from './trading-day.ts';
import type { StockSymbol } from './stock-symbol.ts';

/**
 * Prices and amounts travel as whole numbers of 1/10,000 CNY in Float64Arrays: exact up to 9.0e11 CNY, and aligned with
 * PostgreSQL's numeric, whose digits are base 10,000. A value that is no whole number was given with more than four
 * decimals (an adjusted price, most often); it is kept as it came so that a rule can see it, and is never loaded.
 */
export const MONEY_SCALE = 10_000;

/** The highest price that the table holds, in 1/10,000 CNY: numeric(12, 4). */
export const MAX_PRICE = 999_999_999_999;
/** The highest volume and amount: beyond it a number is no longer exact. */
export const MAX_EXACT = Number.MAX_SAFE_INTEGER;

/** One bar as a person reads it. Row objects appear only where a person reads them. */
export interface Bar {
  readonly symbol: StockSymbol;
  readonly tradingDay: TradingDay;
  /** CNY, unadjusted. */
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  /** CNY: the ex-right reference price, not simply the last close. */
  readonly preClose: number | undefined;
  /** Shares. */
  readonly volume: number;
  /** CNY. */
  readonly amount: number | undefined;
}

/** The value columns, in the order in which every table, file and bit mask has them. */
export const VALUE_COLUMNS = [
  'open',
  'high',
  'low',
  'close',
  'preClose',
  'volume',
  'amount',
] as const;
export type ValueColumn = (typeof VALUE_COLUMNS)[number];
/** The values of rows; BarColumns are such, with more beside them. */
export type ValueColumns = Readonly<Record<ValueColumn, Float64Array>>;

/**
 * Why a cell has no value (NaN). Four bits a cell in `BarColumns.missing`, at bit 4 × index in VALUE_COLUMNS.
 * `given` also stands for "there is a value".
 */
export const MISSING = {
  given: 0,
  /** The layout has no such column. */
  noColumn: 1,
  /** The cell is empty, null or NaN. */
  empty: 2,
  /** `--`, `N/A`, `None`: the source says that it has no value. */
  placeholder: 3,
  /** Text that is no number. */
  unparseable: 4,
  /** A number that our columns cannot hold exactly. */
  outOfRange: 5,
} as const;

/** What a source says about a row beside its values: bits of `BarColumns.marks`. */
export const MARK = {
  /** No trade on that day: evidence of a suspension, never a bar. */
  suspended: 1,
  /** Special treatment (ST, *ST): halves the main board's price limit. */
  st: 2,
  /** The source says whether the symbol was ST (absent bit `st` then means "not ST", else "unknown"). */
  stKnown: 4,
  /** Another row of the same answer has the same key and other values. */
  conflict: 8,
} as const;

/** A batch of bars, column by column. Length of each array = `length`. */
export interface BarColumns {
  readonly length: number;
  /** The dictionary of `symbolId`: distinct, ascending by code unit. */
  readonly symbols: readonly StockSymbol[];
  readonly symbolId: Uint32Array;
  /** Days since 1970-01-01. */
  readonly tradingDay: Int32Array;
  /** 1/10,000 CNY, unadjusted; NaN where missing. */
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly preClose: Float64Array;
  /** Shares; NaN where missing. */
  readonly volume: Float64Array;
  /** 1/10,000 CNY; NaN where missing. */
  readonly amount: Float64Array;
  /** Why cells are missing: see MISSING. */
  readonly missing: Uint32Array;
  /** See MARK. */
  readonly marks: Uint8Array;
  /** Index of the row in the payload it came from, so that a person can find it there. */
  readonly sourceRow: Uint32Array;
  /** Index of the row's answer in the batch's manifest: its source, request and payload. Decoders leave 0. */
  readonly answer: Uint16Array;
}

/** Columns of `length` rows, all zero, to be filled. `symbols` must be distinct and ascending. */
export function allocateBarColumns(length: number, symbols: readonly StockSymbol[]): BarColumns {
  return {
    length,
    symbols,
    symbolId: new Uint32Array(length),
    tradingDay: new Int32Array(length),
    open: new Float64Array(length),
    high: new Float64Array(length),
    low: new Float64Array(length),
    close: new Float64Array(length),
    preClose: new Float64Array(length),
    volume: new Float64Array(length),
    amount: new Float64Array(length),
    missing: new Uint32Array(length),
    marks: new Uint8Array(length),
    sourceRow: new Uint32Array(length),
    answer: new Uint16Array(length),
  };
}

/** The rows at `rows`, in that order, as new columns over the same dictionary. */
export function takeRows(columns: BarColumns, rows: Uint32Array): BarColumns {
  const taken = allocateBarColumns(rows.length, columns.symbols);
  for (let to = 0; to < rows.length; to += 1) {
    const from = rows[to] ?? 0;
    copyRow(columns, from, taken, to);
    taken.symbolId[to] = columns.symbolId[from] ?? 0;
    taken.answer[to] = columns.answer[from] ?? 0;
  }
  return taken;
}

/** All of a row but what refers to its own columns' dictionary and manifest: `symbolId` and `answer`. */
export function copyRow(from: BarColumns, row: number, to: BarColumns, place: number): void {
  to.tradingDay[place] = from.tradingDay[row] ?? 0;
  copyValues(from, row, to, place);
  to.missing[place] = from.missing[row] ?? 0;
  to.marks[place] = from.marks[row] ?? 0;
  to.sourceRow[place] = from.sourceRow[row] ?? 0;
}

/** The seven values of a row. */
export function copyValues(from: ValueColumns, row: number, to: ValueColumns, place: number): void {
  to.open[place] = from.open[row] ?? Number.NaN;
  to.high[place] = from.high[row] ?? Number.NaN;
  to.low[place] = from.low[row] ?? Number.NaN;
  to.close[place] = from.close[row] ?? Number.NaN;
  to.preClose[place] = from.preClose[row] ?? Number.NaN;
  to.volume[place] = from.volume[row] ?? Number.NaN;
  to.amount[place] = from.amount[row] ?? Number.NaN;
}

/** All rows of `from` as the first ones of `to`, which has room for them and the same dictionary. */
export function copyColumns(from: BarColumns, to: BarColumns): void {
  to.symbolId.set(from.symbolId);
  to.tradingDay.set(from.tradingDay);
  to.open.set(from.open);
  to.high.set(from.high);
  to.low.set(from.low);
  to.close.set(from.close);
  to.preClose.set(from.preClose);
  to.volume.set(from.volume);
  to.amount.set(from.amount);
  to.missing.set(from.missing);
  to.marks.set(from.marks);
  to.sourceRow.set(from.sourceRow);
  to.answer.set(from.answer);
}

/** The first rows, without a copy. */
export function firstRows(columns: BarColumns, length: number): BarColumns {
  return {
    length,
    symbols: columns.symbols,
    symbolId: columns.symbolId.subarray(0, length),
    tradingDay: columns.tradingDay.subarray(0, length),
    open: columns.open.subarray(0, length),
    high: columns.high.subarray(0, length),
    low: columns.low.subarray(0, length),
    close: columns.close.subarray(0, length),
    preClose: columns.preClose.subarray(0, length),
    volume: columns.volume.subarray(0, length),
    amount: columns.amount.subarray(0, length),
    missing: columns.missing.subarray(0, length),
    marks: columns.marks.subarray(0, length),
    sourceRow: columns.sourceRow.subarray(0, length),
    answer: columns.answer.subarray(0, length),
  };
}

/** The reason why a cell is missing. */
export function missingReasonAt(columns: BarColumns, row: number, column: ValueColumn): number {
  return ((columns.missing[row] ?? 0) >>> (4 * VALUE_COLUMNS.indexOf(column))) & 0xf;
}

/** The first and last day of non-empty columns, or undefined for no rows. */
export function dayRangeOf(columns: BarColumns): readonly [DayNumber, DayNumber] | undefined {
  if (columns.length === 0) {
    return undefined;
  }
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const day of columns.tradingDay) {
    first = Math.min(first, day);
    last = Math.max(last, day);
  }
  return [first, last];
}
