import type { ClientBase } from 'pg';

import { dayRangeOf, MISSING, missingReasonAt, takeRows, type BarColumns } from '../domain/bar.ts';
import type { LandedAnswer } from '../domain/batch.ts';
import { lowerBound } from '../domain/lower-bound.ts';
import type { StockSymbol } from '../domain/stock-symbol.ts';
import { fromDayNumber } from '../domain/trading-day.ts';
import { createBarReader, READ_COLUMNS, type StoredBar } from './copy-decoder.ts';
import { copyOut, type CopyHooks } from './copy-stream.ts';

/** Where a batch and the table differ. */
export interface Difference {
  /** Rows of the batch that the table does not hold. */
  readonly added: Uint32Array;
  /** Rows that it holds with other values, as they should become. */
  readonly changed: BarColumns;
  readonly unchanged: number;
}

/** COPY takes no parameters; settings of the transaction carry them, so that no value is ever spliced into SQL. */
export const BIND_KEYS = `select set_config('candlewick.symbols', $1, true), set_config('candlewick.first_day', $2, true),
  set_config('candlewick.last_day', $3, true)`;
const READ_BACK = `copy (
  select ${READ_COLUMNS} from daily_bars
   where symbol = any (string_to_array(current_setting('candlewick.symbols'), ','))
     and trade_date between current_setting('candlewick.first_day')::date
                        and current_setting('candlewick.last_day')::date
  ) to stdout (format binary)`;

/**
 * Compares a batch with what the table holds for its symbols and days, by key and never by position: the order in which
 * the server reads is its own affair. Only values count: equal values of another source or batch are no change.
 */
export async function compareStored(
  client: ClientBase,
  columns: BarColumns,
  answers: readonly LandedAnswer[],
  hooks: CopyHooks,
): Promise<Difference> {
  const comparison = new Comparison(columns, answers);
  const days = dayRangeOf(columns);
  if (days !== undefined) {
    const [first, last] = days;
    const symbols = [...comparison.ranges.keys()].join(',');
    await client.query(BIND_KEYS, [symbols, fromDayNumber(first), fromDayNumber(last)]);
    const reader = createBarReader((bar) => comparison.take(bar));
    await copyOut(client, READ_BACK, (chunk) => reader.push(chunk), hooks);
    reader.end();
  }
  return comparison.result();
}

/** The rows of a symbol: `next` is where its next stored day is expected, since days mostly come in order. */
interface SymbolRows {
  readonly start: number;
  readonly end: number;
  next: number;
}

class Comparison {
  readonly ranges: ReadonlyMap<StockSymbol, SymbolRows>;
  readonly #columns: BarColumns;
  readonly #answers: readonly LandedAnswer[];
  readonly #isStored: Uint8Array;
  readonly #changed: number[] = [];
  /** The stored values that a changed row keeps, since the batch has none: by index in `#changed`. */
  readonly #kept = new Map<number, { readonly preClose: number; readonly amount: number }>();
  #unchanged = 0;

  constructor(columns: BarColumns, answers: readonly LandedAnswer[]) {
    this.#columns = columns;
    this.#answers = answers;
    this.#isStored = new Uint8Array(columns.length);
    this.ranges = rangesOf(columns);
  }

  take(stored: StoredBar): void {
    const row = this.#find(stored);
    if (row === undefined) {
      return;
    }
    this.#isStored[row] = 1;
    const columns = this.#columns;
    const preClose = this.#settle(row, stored, 'preClose');
    const amount = this.#settle(row, stored, 'amount');
    const isEqual =
      columns.open[row] === stored.open &&
      columns.high[row] === stored.high &&
      columns.low[row] === stored.low &&
      columns.close[row] === stored.close &&
      columns.volume[row] === stored.volume &&
      Object.is(preClose, stored.preClose) &&
      Object.is(amount, stored.amount);
    if (isEqual) {
      this.#unchanged += 1;
      return;
    }
    if (!Object.is(preClose, columns.preClose[row]) || !Object.is(amount, columns.amount[row])) {
      this.#kept.set(this.#changed.length, { preClose, amount });
    }
    this.#changed.push(row);
  }

  result(): Difference {
    const changed = takeRows(this.#columns, Uint32Array.from(this.#changed));
    for (const [index, { preClose, amount }] of this.#kept) {
      changed.preClose[index] = preClose;
      changed.amount[index] = amount;
    }
    const added = new Uint32Array(this.#columns.length - this.#unchanged - this.#changed.length);
    let count = 0;
    for (let row = 0; row < this.#isStored.length; row += 1) {
      if (this.#isStored[row] === 0) {
        added[count] = row;
        count += 1;
      }
    }
    return { added, changed, unchanged: this.#unchanged };
  }

  #find({ symbol, tradingDay }: StoredBar): number | undefined {
    const range = this.ranges.get(symbol);
    if (range === undefined) {
      return undefined;
    }
    const days = this.#columns.tradingDay;
    let row = range.next;
    if (row >= range.end || days[row] !== tradingDay) {
      row = range.start + lowerBound(days.subarray(range.start, range.end), tradingDay);
    }
    range.next = row + 1;
    return row < range.end && days[row] === tradingDay ? row : undefined;
  }

  /**
   * The value that the row should have. A missing one does not erase what is stored, since other sources and layouts know
   * more or fewer columns; only the same source, leaving the cell empty in a column that it has, takes its value back.
   */
  #settle(row: number, stored: StoredBar, column: 'preClose' | 'amount'): number {
    const given = this.#columns[column][row] ?? Number.NaN;
    if (!Number.isNaN(given) || Number.isNaN(stored[column])) {
      return given;
    }
    const source = this.#answers[this.#columns.answer[row] ?? 0]?.source;
    const isTakenBack =
      missingReasonAt(this.#columns, row, column) !== MISSING.noColumn &&
      stored.source() === source;
    return isTakenBack ? given : stored[column];
  }
}

function rangesOf({ symbols, symbolId, length }: BarColumns): Map<StockSymbol, SymbolRows> {
  const ranges = new Map<StockSymbol, SymbolRows>();
  let start = 0;
  for (let row = 1; row <= length; row += 1) {
    if (row === length || symbolId[row] !== symbolId[start]) {
      ranges.set(symbols[symbolId[start] ?? 0] ?? '', { start, end: row, next: start });
      start = row;
    }
  }
  return ranges;
}
