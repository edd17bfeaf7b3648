import {
  allocateBarColumns,
  MISSING,
  MONEY_SCALE,
  VALUE_COLUMNS,
  type BarColumns,
} from '../../src/domain/bar.ts';
import { toDayNumber } from '../../src/domain/trading-day.ts';

/** One row of a test; only what matters need be named. Money in CNY, volume in shares; null is a missing cell. */
export interface TestBar {
  readonly symbol?: string;
  readonly day?: string;
  readonly open?: number | null;
  readonly high?: number | null;
  readonly low?: number | null;
  readonly close?: number | null;
  readonly preClose?: number | null;
  readonly volume?: number | null;
  readonly amount?: number | null;
  readonly marks?: number;
  readonly answer?: number;
}

const ORDINARY = {
  symbol: '600000.SH',
  day: '2024-01-02',
  open: 10,
  high: 10.5,
  low: 9.8,
  close: 10.2,
  preClose: 10,
  volume: 10_000,
  amount: 101_000,
  marks: 0,
  answer: 0,
} as const;

function unitsOf(name: string, value: number | null): number {
  if (value === null) {
    return Number.NaN;
  }
  return name === 'volume' ? value : Math.round(value * MONEY_SCALE);
}

/** Columns of the rows, in the order given. */
export function barColumns(bars: readonly TestBar[]): BarColumns {
  const rows = bars.map((bar) => ({ ...ORDINARY, ...bar }));
  const symbols = [...new Set(rows.map(({ symbol }) => symbol))].toSorted();
  const columns = allocateBarColumns(rows.length, symbols);
  for (const [row, bar] of rows.entries()) {
    columns.symbolId[row] = symbols.indexOf(bar.symbol);
    columns.tradingDay[row] = toDayNumber(bar.day);
    columns.marks[row] = bar.marks;
    columns.answer[row] = bar.answer;
    columns.sourceRow[row] = row;
    for (const [index, name] of VALUE_COLUMNS.entries()) {
      columns[name][row] = unitsOf(name, bar[name]);
      if (bar[name] === null) {
        columns.missing[row] = (columns.missing[row] ?? 0) | (MISSING.empty << (4 * index));
      }
    }
  }
  return columns;
}
