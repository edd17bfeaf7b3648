import { MARK, type BarColumns } from '../domain/bar.ts';
import type { StockSymbol } from '../domain/stock-symbol.ts';

/** Who was under special treatment (ST), as lists of sources tell. */
export interface SpecialTreatment {
  /** Days of which the list is known: whoever is not on it then was not ST. Ascending. */
  readonly knownDays: Int32Array;
  /** Days on the list by symbol. */
  readonly days: ReadonlyMap<StockSymbol, Int32Array>;
}

/** Marks of the rows, with what the list says where a row's own source does not. */
export function withSpecialTreatment(
  columns: BarColumns,
  { knownDays, days }: SpecialTreatment,
): BarColumns {
  if (knownDays.length === 0) {
    return columns;
  }
  const known = new Set(knownDays);
  const listed = columns.symbols.map((symbol) => new Set(days.get(symbol)));
  const marks = columns.marks.map((mark, row) => {
    const day = columns.tradingDay[row] ?? 0;
    if ((mark & MARK.stKnown) !== 0 || !known.has(day)) {
      return mark;
    }
    const isSt = listed[columns.symbolId[row] ?? 0]?.has(day) === true;
    return mark | MARK.stKnown | (isSt ? MARK.st : 0);
  });
  return { ...columns, marks };
}
