import {
  allocateBarColumns,
  firstRows,
  MISSING,
  VALUE_COLUMNS,
  type BarColumns,
} from '../../domain/bar.ts';
import type { DayNumber } from '../../domain/trading-day.ts';
import { symbolOfKey, type SymbolKey } from './symbol.ts';

/** `reason` for every value column of a row. */
function allMissing(reason: number): number {
  return VALUE_COLUMNS.reduce((bits, _, column) => bits | (reason << (4 * column)), 0) >>> 0;
}

const ALL_UNPARSEABLE = allMissing(MISSING.unparseable);

/** Columns that grow row by row; symbols come in any order and form the dictionary at the end. */
export class BarBuilder {
  length = 0;
  /** Rows whose symbol or day was not readable, wanted or not. */
  keyless = 0;
  /** The value columns, in the order of VALUE_COLUMNS. */
  values: readonly Float64Array[];
  missing: Uint32Array;
  marks: Uint8Array;
  private columns: BarColumns;
  private capacity: number;
  private readonly wanted: ReadonlySet<SymbolKey> | undefined;
  private readonly idOfKey = new Map<SymbolKey, number>();
  private readonly keys: SymbolKey[] = [];
  /** Whether the row before was kept; undefined before the first. */
  private keptLast: boolean | undefined;
  /** Rows without a key, seen before any other row. */
  private pending: number[] = [];

  /** Rows of other symbols than `wanted` are passed over; undefined wants all. */
  constructor(capacity: number, wanted?: ReadonlySet<SymbolKey>) {
    this.capacity = Math.max(16, Math.ceil(capacity));
    this.wanted = wanted;
    this.columns = allocateBarColumns(this.capacity, []);
    this.values = VALUE_COLUMNS.map((name) => this.columns[name]);
    this.missing = this.columns.missing;
    this.marks = this.columns.marks;
  }

  /** A new row, its values still zero. @returns its index, or -1 where its symbol is not wanted */
  addRow(symbol: SymbolKey, day: DayNumber, sourceRow: number): number {
    this.keptLast = this.wanted?.has(symbol) ?? true;
    if (!this.keptLast) {
      this.pending = [];
      return -1;
    }
    const row = this.append(symbol, day, sourceRow);
    if (this.pending.length > 0) {
      this.pending.forEach((keyless) => this.appendUnreadable(symbol, day, keyless));
      this.pending = [];
    }
    return row;
  }

  /** A row whose values are not readable, though its key is. */
  addUnreadable(symbol: SymbolKey, day: DayNumber, sourceRow: number): void {
    const row = this.addRow(symbol, day, sourceRow);
    if (row >= 0) {
      this.clear(row);
    }
  }

  /** A row whose symbol or day is not readable: it is counted beside its neighbour, so that it is not lost silently. */
  addKeyless(sourceRow: number): void {
    this.keyless += 1;
    if (this.keptLast === undefined) {
      this.pending.push(sourceRow);
    } else if (this.keptLast) {
      const last = this.length - 1;
      const key = this.keys[this.columns.symbolId[last] ?? 0] ?? 0;
      this.appendUnreadable(key, this.columns.tradingDay[last] ?? 0, sourceRow);
    }
  }

  /** The rows so far, with their dictionary in order. */
  finish(): BarColumns {
    const ranks = this.keys.map(rankOf);
    const order = this.keys
      .map((_, id) => id)
      .toSorted((left, right) => (ranks[left] ?? 0) - (ranks[right] ?? 0));
    const place = new Uint32Array(order.length);
    order.forEach((id, rank) => {
      place[id] = rank;
    });
    const symbolId = this.columns.symbolId.subarray(0, this.length);
    symbolId.forEach((id, row) => {
      symbolId[row] = place[id] ?? 0;
    });
    const symbols = order.map((id) => symbolOfKey(this.keys[id] ?? 0));
    return { ...firstRows(this.columns, this.length), symbols };
  }

  private append(symbol: SymbolKey, day: DayNumber, sourceRow: number): number {
    if (this.length === this.capacity) {
      this.grow();
    }
    let id = this.idOfKey.get(symbol);
    if (id === undefined) {
      id = this.keys.push(symbol) - 1;
      this.idOfKey.set(symbol, id);
    }
    const row = this.length;
    this.length += 1;
    this.columns.symbolId[row] = id;
    this.columns.tradingDay[row] = day;
    this.columns.sourceRow[row] = sourceRow;
    return row;
  }

  private appendUnreadable(symbol: SymbolKey, day: DayNumber, sourceRow: number): void {
    this.clear(this.append(symbol, day, sourceRow));
  }

  private clear(row: number): void {
    this.values.forEach((column) => {
      column[row] = Number.NaN;
    });
    this.missing[row] = ALL_UNPARSEABLE;
  }

  private grow(): void {
    const larger = allocateBarColumns(this.capacity * 2, []);
    copyInto(this.columns, larger);
    this.columns = larger;
    this.capacity *= 2;
    this.values = VALUE_COLUMNS.map((name) => this.columns[name]);
    this.missing = this.columns.missing;
    this.marks = this.columns.marks;
  }
}

/** A number by which keys lie as their symbols do: by code, then by the suffix's letters, BJ before SH before SZ. */
function rankOf(key: SymbolKey): number {
  const exchange = key & 3;
  return key - exchange + (exchange === 2 ? 0 : exchange + 1);
}

/** Every row of `from` at the beginning of `to`. */
function copyInto(from: BarColumns, to: BarColumns): void {
  to.symbolId.set(from.symbolId);
  to.tradingDay.set(from.tradingDay);
  VALUE_COLUMNS.forEach((name) => to[name].set(from[name]));
  to.missing.set(from.missing);
  to.marks.set(from.marks);
  to.sourceRow.set(from.sourceRow);
}
