import type { BarColumns } from '../../domain/bar.ts';
import type { SchemaDriftError } from '../../domain/errors.ts';
import type { StockSymbol } from '../../domain/stock-symbol.ts';
import {
  addEvidence,
  areUnquotable,
  ENOUGH_ROWS,
  isTooFew,
  noEvidence,
  powerOff,
  POWERS,
  weighRow,
  type UnitEvidence,
} from '../decode/unit-evidence.ts';
import type { FileLayout } from './layout.ts';
import { adjustedPrices } from './recognise-layout.ts';
import { tooLargeAmounts, wrongUnits } from './wrong-units.ts';

/** Half a lot: what a volume in whole lots may be off by. */
const HALF_LOT = 50;
/**
 * Amount / volume of a day is its mean price and lies between its low and its high: so units prove themselves, and adjusted
 * prices betray themselves, since amounts are never adjusted. Where a file has no amounts, only impossible prices can be seen.
 * Symbols with few rows are judged together, and only where the file is whole (`isWhole`), not a choice of its symbols.
 * @returns the symbols whose rows may not be used, each with the reason
 */
export function disproveUnits(
  columns: BarColumns,
  layout: FileLayout,
  place: string,
  { isWhole }: { readonly isWhole: boolean },
): ReadonlyMap<StockSymbol, SchemaDriftError> {
  const bySymbol = columns.symbols.map(noEvidence);
  const slack = { volume: layout.volumeUnit === 'lot' ? HALF_LOT : 0, amount: 0 };
  for (let row = 0; row < columns.length; row += 1) {
    const evidence = bySymbol[columns.symbolId[row] ?? 0];
    if (evidence !== undefined) {
      weighRow(columns, row, slack, evidence);
    }
  }
  const together = noEvidence();
  const few = bySymbol.filter(({ priced }) => priced < ENOUGH_ROWS);
  few.forEach((evidence) => addEvidence(together, evidence));
  const ofFew = isWhole ? faultOf(together, layout, place) : undefined;
  const refused = new Map<StockSymbol, SchemaDriftError>();
  for (const [id, symbol] of columns.symbols.entries()) {
    const evidence = bySymbol[id] ?? together;
    const fault = evidence.priced < ENOUGH_ROWS ? ofFew : faultOf(evidence, layout, place, symbol);
    if (fault !== undefined) {
      refused.set(symbol, fault);
    }
  }
  return refused;
}

function faultOf(
  evidence: UnitEvidence,
  layout: FileLayout,
  place: string,
  symbol?: StockSymbol,
): SchemaDriftError | undefined {
  const { priced, unquotable, inside, tooLarge, byPower } = evidence;
  const where = symbol === undefined ? place : `${place}, ${symbol}`;
  const of = evidence.checked + tooLarge;
  if (isTooFew(inside, of)) {
    const power = powerOff(evidence);
    if (power >= 0) {
      return wrongUnits(where, layout, POWERS[power] ?? 0, { rows: byPower[power] ?? 0, of });
    }
    if (tooLarge > of / 2) {
      return tooLargeAmounts(where, layout, { rows: tooLarge, of });
    }
    const fits = `amount / volume lies within the day's range on ${inside} of ${of} rows only`;
    return adjustedPrices(where, fits);
  }
  return areUnquotable(evidence)
    ? adjustedPrices(
        where,
        `${unquotable} of ${priced} rows have negative prices or ones finer than 0.001 CNY`,
      )
    : undefined;
}
