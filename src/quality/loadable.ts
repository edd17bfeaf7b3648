import { MAX_EXACT, MAX_PRICE, type BarColumns } from '../domain/bar.ts';
import { valueFaultOf } from '../domain/value-fault.ts';
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
      const fault = valueFaultOf(columns, row);
      if (fault !== undefined) {
        report.quarantine(row, { rule: 'G02_not_loadable', note: fault });
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
