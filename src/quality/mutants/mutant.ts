import {
  MISSING,
  VALUE_COLUMNS,
  takeRows,
  type BarColumns,
  type ValueColumn,
} from '../../domain/bar.ts';
import type { TextRow } from '../intake/read-rows.ts';
import type { JudgeContext } from '../verdict.ts';
import { rowOf, type Sample } from './sample.ts';

/** A fault on purpose: proof that its rule can fire. */
export type Mutant =
  | { readonly level: 'text'; readonly spoil: (rows: TextRow[]) => void }
  | { readonly level: 'columns'; readonly spoil: (sample: Sample) => Sample };

/** Row 60 of the first symbol: far from both ends. */
export const VICTIM = rowOf(60);

/** A mutant that changes values in place. */
export function inPlace(spoil: (columns: BarColumns, context: JudgeContext) => void): Mutant {
  return {
    level: 'columns',
    spoil: ({ columns, context }) => {
      const copy = takeRows(columns, rowsOf(columns.length));
      spoil(copy, context);
      return { columns: copy, context };
    },
  };
}

/** A mutant that changes what is known. */
export function inContext(change: (sample: Sample) => Partial<JudgeContext>): Mutant {
  return {
    level: 'columns',
    spoil: (sample) => ({
      columns: sample.columns,
      context: { ...sample.context, ...change(sample) },
    }),
  };
}

/** A mutant that takes rows out, or puts copies in. */
export function byRows(pick: (rows: number[]) => readonly number[]): Mutant {
  return {
    level: 'columns',
    spoil: ({ columns, context }) => {
      const rows = pick([...rowsOf(columns.length)]);
      return { columns: takeRows(columns, Uint32Array.from(rows)), context };
    },
  };
}

export function inText(spoil: (rows: TextRow[]) => void): Mutant {
  return { level: 'text', spoil };
}

export function rowsOf(length: number): Uint32Array {
  return Uint32Array.from({ length }, (_, row) => row);
}

export function scale(values: Float64Array, row: number, factor: number): void {
  values[row] = Math.round((values[row] ?? 0) * factor);
}

export function swap(a: Float64Array, b: Float64Array, row: number): void {
  const held = a[row] ?? 0;
  a[row] = b[row] ?? 0;
  b[row] = held;
}

export function blank(
  columns: BarColumns,
  row: number,
  column: ValueColumn,
  reason: number = MISSING.empty,
): void {
  columns[column][row] = Number.NaN;
  columns.missing[row] =
    (columns.missing[row] ?? 0) | (reason << (4 * VALUE_COLUMNS.indexOf(column)));
}

/** All values of row `from` also in row `to`. */
export function copyValues(columns: BarColumns, from: number, to: number): void {
  for (const name of VALUE_COLUMNS) {
    columns[name][to] = columns[name][from] ?? Number.NaN;
  }
}
