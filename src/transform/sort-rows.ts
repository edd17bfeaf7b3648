import type { BarColumns } from '../domain/bar.ts';

/** Days since 1970 that a key can hold: up to the year 2149. */
const DAY_SPAN = 65_536;
const RADIX_BITS = 11;
const RADIX = 1 << RADIX_BITS;

/**
 * The rows of `columns` in the order of (symbol, day, position): ascending, and stable, so that of equal keys the later
 * row comes later. Least-significant-digit radix sort over typed arrays; undefined where the rows are in order already.
 */
export function sortedRows(
  columns: Pick<BarColumns, 'length' | 'symbolId' | 'tradingDay' | 'symbols'>,
): Uint32Array | undefined {
  const { length, symbolId, tradingDay } = columns;
  const keys = new Float64Array(length);
  let isSorted = true;
  for (let row = 0; row < length; row += 1) {
    const key = (symbolId[row] ?? 0) * DAY_SPAN + (tradingDay[row] ?? 0);
    keys[row] = key;
    isSorted &&= row === 0 || (keys[row - 1] ?? 0) <= key;
  }
  if (isSorted) {
    return undefined;
  }
  const rows = new Uint32Array(length);
  for (let row = 0; row < length; row += 1) {
    rows[row] = row;
  }
  return radixSort(keys, rows, columns.symbols.length * DAY_SPAN);
}

function radixSort(keys: Float64Array, rows: Uint32Array, limit: number): Uint32Array {
  let from: Uint32Array = rows;
  let to: Uint32Array = new Uint32Array(rows.length);
  for (let divisor = 1; divisor < limit; divisor *= RADIX) {
    const starts = new Uint32Array(RADIX + 1);
    for (const key of keys) {
      const digit = Math.floor(key / divisor) % RADIX;
      starts[digit + 1] = (starts[digit + 1] ?? 0) + 1;
    }
    for (let digit = 0; digit < RADIX; digit += 1) {
      starts[digit + 1] = (starts[digit + 1] ?? 0) + (starts[digit] ?? 0);
    }
    for (const row of from) {
      const digit = Math.floor((keys[row] ?? 0) / divisor) % RADIX;
      const place = starts[digit] ?? 0;
      to[place] = row;
      starts[digit] = place + 1;
    }
    [from, to] = [to, from];
  }
  return from;
}
