import { MARK, type BarColumns } from '../domain/bar.ts';
import type { StockSymbol } from '../domain/stock-symbol.ts';

/** The known suspensions and those that the batch itself tells of: some sources send a row for a day without trade. */
export function withSuspendedRows(
  columns: BarColumns,
  suspensions: ReadonlyMap<StockSymbol, Int32Array>,
): ReadonlyMap<StockSymbol, Int32Array> {
  const told = new Map<StockSymbol, number[]>();
  for (let row = 0; row < columns.length; row += 1) {
    if (isNoTrade(columns, row)) {
      const symbol = columns.symbols[columns.symbolId[row] ?? 0] ?? '';
      const days = told.get(symbol) ?? [];
      days.push(columns.tradingDay[row] ?? 0);
      told.set(symbol, days);
    }
  }
  if (told.size === 0) {
    return suspensions;
  }
  const merged = new Map(suspensions);
  for (const [symbol, days] of told) {
    const known = suspensions.get(symbol) ?? new Int32Array(0);
    merged.set(symbol, Int32Array.from([...known, ...days]).toSorted());
  }
  return merged;
}

/** A row that says so, or one without volume at a single price: some vendors fill such days in. */
export function isNoTrade(columns: BarColumns, row: number): boolean {
  return (
    ((columns.marks[row] ?? 0) & MARK.suspended) !== 0 ||
    (columns.volume[row] === 0 &&
      columns.high[row] === columns.low[row] &&
      columns.open[row] === columns.close[row])
  );
}
