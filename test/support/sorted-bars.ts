import type { BarColumns } from '../../src/domain/bar.ts';
import { barColumns, type TestBar } from './bar-columns.ts';

/** Columns of the rows, sorted by symbol and day as stages after the transform have them. */
export function sortRowsOf(bars: readonly TestBar[]): BarColumns {
  function keyOf({ symbol = '', day = '' }: TestBar): string {
    return `${symbol} ${day}`;
  }
  return barColumns(bars.toSorted((left, right) => (keyOf(left) < keyOf(right) ? -1 : 1)));
}
