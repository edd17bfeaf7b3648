import {
  allocateBarColumns,
  firstRows,
  MISSING,
  VALUE_COLUMNS,
  type BarColumns,
} from '../../domain/bar.ts';
import type { StockSymbol } from '../../domain/stock-symbol.ts';
import type { DayNumber } from '../../domain/trading-day.ts';

/** One row in our units: 1/10,000 of the currency and shares; NaN where missing. */
export interface ForeignRow {
  readonly day: DayNumber;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
  readonly marks: number;
  /** Index in the payload. */
  readonly sourceRow: number;
}

const GIVEN = ['open', 'high', 'low', 'close', 'volume'] as const;

/** Rows of one symbol of any market, without pre-close and amount, as columns. */
export function foreignColumns(symbol: StockSymbol, rows: readonly ForeignRow[]): BarColumns {
  const columns = allocateBarColumns(rows.length, rows.length === 0 ? [] : [symbol]);
  rows.forEach((row, index) => {
    columns.tradingDay[index] = row.day;
    columns.preClose[index] = Number.NaN;
    columns.amount[index] = Number.NaN;
    let missing = 0;
    for (const [column, name] of VALUE_COLUMNS.entries()) {
      const given = GIVEN.find((each) => each === name);
      if (given === undefined) {
        missing |= MISSING.noColumn << (4 * column);
        continue;
      }
      columns[given][index] = row[given];
      missing |= (Number.isNaN(row[given]) ? MISSING.empty : MISSING.given) << (4 * column);
    }
    columns.missing[index] = missing;
    columns.marks[index] = row.marks;
    columns.sourceRow[index] = row.sourceRow;
  });
  return firstRows(columns, rows.length);
}
