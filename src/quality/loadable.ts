import type { BarColumns } from '../domain/bar.ts';
import type { BatchReport } from './batch-report.ts';
import { FATE } from './verdict.ts';

/** Holds back what the table could not take, whatever the rules said: they may be switched off, or a column may be missing. */
export function holdUnloadable(columns: BarColumns, report: BatchReport): void {
  for (let row = 0; row < columns.length; row += 1) {
    if (report.fate[row] === FATE.publish) {
      const cell = unloadableCell(columns, row);
      if (cell !== undefined) {
        report.quarantine(row, { rule: 'G02_not_loadable', note: `${cell} is missing or inexact` });
      }
    }
  }
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
      return 'volume';
    }
    return isWholeOrEmpty(columns.preClose[row]) && isWholeOrEmpty(columns.amount[row])
      ? undefined
      : 'previous close or amount';
  }
  return 'a price';
}

function isWhole(value: number | undefined): boolean {
  return value !== undefined && value >= 0 && value % 1 === 0;
}

function isWholeOrEmpty(value: number | undefined): boolean {
  return isWhole(value) || Number.isNaN(value);
}
