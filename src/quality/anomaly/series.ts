import { VALUE_COLUMNS, type ValueColumn } from '../../domain/bar.ts';
import { boardOf, type Board } from '../../domain/stock-symbol.ts';
import { tickOf } from '../market.ts';
import type { FeatureSheet } from './feature-sheet.ts';

/** What is usual for a symbol: medians over some of its bars. Never 0. */
export interface Usual {
  readonly return: number;
  readonly range: number;
  readonly volumeStep: number;
}

/** Zero and negative values are as far below everything as this. */
const LEAST = 1e-6;
const SAMPLED = 64;
const LEAST_USUAL = { return: 0.004, range: 0.004, volumeStep: 0.1 };
const PRICES = ['open', 'high', 'low', 'close'] as const;
const REPEATABLE = ['open', 'high', 'low', 'close', 'volume', 'amount'] as const;
const window = new Float64Array(64);

/** The usable bars of one symbol, seen in logarithms. Outside of its positions values are NaN. */
export class Series {
  readonly row: Uint32Array;
  readonly length: number;
  readonly board: Board;
  readonly tick: number;
  readonly usual: Usual;
  readonly #sheet: FeatureSheet;

  constructor(sheet: FeatureSheet, row: Uint32Array, symbol: string) {
    this.row = row;
    this.length = row.length;
    this.board = boardOf(symbol);
    this.tick = tickOf(symbol);
    this.#sheet = sheet;
    this.usual = this.#usual();
  }

  /** The logarithm of a value. */
  at(column: ValueColumn, position: number): number {
    if (position < 0 || position >= this.length) {
      return Number.NaN;
    }
    return logOf(this.#sheet.columns[column][this.row[position] ?? 0] ?? Number.NaN);
  }

  /** The logarithm of the median of the values at every `step`th position from `from` to `to` (exclusive), at most 64; NaN where none has a value. */
  median(column: ValueColumn, from: number, to: number, step = 1): number {
    const values = this.#sheet.columns[column];
    // Reading beyond an array's end is slow.
    const end = Math.min(to, this.length);
    let count = 0;
    for (let position = from; position < end; position += step) {
      const value = values[this.row[position] ?? 0] ?? Number.NaN;
      if (value === value) {
        let at = count;
        while (at > 0 && (window[at - 1] ?? 0) > value) {
          window[at] = window[at - 1] ?? 0;
          at -= 1;
        }
        window[at] = value;
        count += 1;
      }
    }
    return count === 0
      ? Number.NaN
      : logOf(((window[(count - 1) >> 1] ?? 0) + (window[count >> 1] ?? 0)) / 2);
  }

  /** How far the four prices are from whole ticks, in ticks, summed up. */
  tickResidue(position: number): number {
    const row = this.row[position] ?? 0;
    let residue = 0;
    for (const name of PRICES) {
      const ticks = (this.#sheet.columns[name][row] ?? Number.NaN) / this.tick;
      const part = Math.abs(ticks - Math.round(ticks));
      residue += part === part ? part : 0;
    }
    return residue;
  }

  emptyCells(position: number): number {
    const row = this.row[position] ?? 0;
    let empty = 0;
    for (const name of VALUE_COLUMNS) {
      empty += Number.isNaN(this.#sheet.columns[name][row]) ? 1 : 0;
    }
    return empty;
  }

  /** Values that are equal to those of the position before. */
  repeated(position: number): number {
    const row = this.row[position] ?? 0;
    const before = this.row[position - 1] ?? 0;
    let equal = 0;
    for (const name of REPEATABLE) {
      equal += this.#sheet.columns[name][row] === this.#sheet.columns[name][before] ? 1 : 0;
    }
    return equal;
  }

  /** Is there another bar of the same day? */
  hasSameDay(position: number): boolean {
    const { tradingDay } = this.#sheet.columns;
    const day = tradingDay[this.row[position] ?? 0];
    const before = this.row[position - 1];
    const after = this.row[position + 1];
    return (
      (before !== undefined && tradingDay[before] === day) ||
      (after !== undefined && tradingDay[after] === day)
    );
  }

  /** Prices that are multiples of so many ticks. */
  coarse(position: number, ticks: number): number {
    const row = this.row[position];
    if (row === undefined) {
      return 0;
    }
    let coarse = 0;
    for (const name of PRICES) {
      coarse += (this.#sheet.columns[name][row] ?? 1) % (ticks * this.tick) === 0 ? 1 : 0;
    }
    return coarse;
  }

  #usual(): Usual {
    const step = Math.max(1, Math.floor(this.length / SAMPLED));
    const returns: number[] = [];
    const ranges: number[] = [];
    const steps: number[] = [];
    for (let position = 1; position < this.length; position += step) {
      returns.push(Math.abs(this.at('close', position) - this.at('preClose', position)));
      ranges.push(this.at('high', position) - this.at('low', position));
      steps.push(Math.abs(this.at('volume', position) - this.at('volume', position - 1)));
    }
    return {
      return: Math.max(LEAST_USUAL.return, medianOf(returns)),
      range: Math.max(LEAST_USUAL.range, medianOf(ranges)),
      volumeStep: Math.max(LEAST_USUAL.volumeStep, medianOf(steps)),
    };
  }
}

/** The usable rows from `from` to `to` (exclusive), all of one symbol. */
export function openSeries(
  sheet: FeatureSheet,
  { from, to }: { readonly from: number; readonly to: number },
  usable: Uint8Array | undefined,
): Series {
  const rows = new Uint32Array(to - from);
  let count = 0;
  for (let row = from; row < to; row += 1) {
    if (usable === undefined || usable[row] === 1) {
      rows[count] = row;
      count += 1;
    }
  }
  const { symbols, symbolId } = sheet.columns;
  return new Series(sheet, rows.subarray(0, count), symbols[symbolId[from] ?? 0] ?? '');
}

function logOf(value: number): number {
  return Math.log(value < LEAST ? LEAST : value);
}

function medianOf(values: readonly number[]): number {
  const sorted = Float64Array.from(values.filter((value) => Number.isFinite(value))).toSorted();
  return sorted[sorted.length >> 1] ?? 0;
}
