import { MAX_EXACT, MAX_PRICE, type BarColumns } from '../domain/bar.ts';
import type { BatchReport } from './batch-report.ts';
import { FATE } from './verdict.ts';

/** Holds back what the table could not take, whatever the rules said: they may be switched off, or a column may be missing. */
export function holdUnloadable(columns: BarColumns, report: BatchReport): void {
  const { open, high, low, close, preClose, volume, amount } = columns;
  for (let row = 0; row < columns.length; row += 1) {
    const top = high[row] ?? Number.NaN;
    const bottom = low[row] ?? Number.NaN;
    const first = open[row] ?? Number.NaN;
    const last = close[row] ?? Number.NaN;
    const before = preClose[row] ?? Number.NaN;
    const traded = volume[row] ?? Number.NaN;
    const turnover = amount[row] ?? Number.NaN;
    // One look that all but a few rows pass: NaN fails every comparison.
    const isFine =
      bottom > 0 &&
      bottom <= first &&
      bottom <= last &&
      first <= top &&
      last <= top &&
      top <= MAX_PRICE &&
      before > 0 &&
      before <= MAX_PRICE &&
      areWhole(bottom, first, top, last) &&
      areWhole(before, 0, traded, turnover) &&
      traded <= MAX_EXACT &&
      turnover <= MAX_EXACT;
    if (!isFine && report.fate[row] === FATE.publish) {
      const cell = unloadableCell(columns, row);
      if (cell !== undefined) {
        report.quarantine(row, { rule: 'G02_not_loadable', note: cell });
      }
    }
  }
}

/** Not negative and without fraction. Rounding down is much faster than a remainder. */
function areWhole(a: number, b: number, c: number, d: number): boolean {
  return (
    a >= 0 &&
    b >= 0 &&
    c >= 0 &&
    d >= 0 &&
    Math.floor(a) === a &&
    Math.floor(b) === b &&
    Math.floor(c) === c &&
    Math.floor(d) === d
  );
}

/** The table takes whole units, no negative and no empty value but for the previous close and the amount. */
function unloadableCell(columns: BarColumns, row: number): string | undefined {
  if (
    isWhole(columns.open[row]) &&
    isWhole(columns.high[row]) &&
    isWhole(columns.low[row]) &&
    isWhole(columns.close[row])
  ) {
    if (!isWhole(columns.volume[row])) {
      return 'the volume is missing or inexact';
    }
    return isWholeOrEmpty(columns.amount[row]) && isPriceOrEmpty(columns.preClose[row])
      ? disorderOf(columns, row)
      : 'the previous close or the amount is inexact, or not positive';
  }
  return 'a price is missing or inexact';
}

/** The table's own checks, for rows that no rule has held: the rules may be switched off. */
function disorderOf(columns: BarColumns, row: number): string | undefined {
  const high = columns.high[row] ?? Number.NaN;
  const low = columns.low[row] ?? Number.NaN;
  const open = columns.open[row] ?? Number.NaN;
  const close = columns.close[row] ?? Number.NaN;
  const isOrdered = low > 0 && low <= open && low <= close && open <= high && close <= high;
  return isOrdered && high <= MAX_PRICE
    ? undefined
    : 'the prices are not positive, or high and low do not enclose the others';
}

function isPriceOrEmpty(value: number | undefined): boolean {
  return (
    Number.isNaN(value) ||
    (isWhole(value) && value !== undefined && value > 0 && value <= MAX_PRICE)
  );
}

function isWhole(value: number | undefined): boolean {
  return value !== undefined && value >= 0 && Number.isSafeInteger(value);
}

function isWholeOrEmpty(value: number | undefined): boolean {
  return isWhole(value) || Number.isNaN(value);
}
