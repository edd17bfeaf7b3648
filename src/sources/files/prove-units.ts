import { MISSING, missingReasonAt, type BarColumns } from '../../domain/bar.ts';
import type { SchemaDriftError } from '../../domain/errors.ts';
import type { StockSymbol } from '../../domain/stock-symbol.ts';
import type { FileLayout } from './layout.ts';
import { adjustedPrices } from './recognise-layout.ts';
import { tooLargeAmounts, wrongUnits } from './wrong-units.ts';

/** 1/10,000 CNY: one cent of tolerance, and the finest tick of any listed security. */
const CENT = 100;
const FINEST_TICK = 10;
/** Half a lot: what a volume in whole lots may be off by. */
const HALF_LOT = 50;
/** Share of a symbol's rows whose mean price must lie within the day's range. */
const LEAST_INSIDE = 0.9;
/** Share of a symbol's rows whose prices no exchange could have quoted. */
const MOST_UNQUOTABLE = 0.1;
/** Rows from which a symbol is judged by its own; the others of a file are judged together. */
const OWN_JUDGEMENT = 10;
/** Units may be off by these powers of ten. */
const FACTORS = [1, 2, 3, 4, -1, -2, -3, -4] as const;

/** What the rows of one symbol, or of several, show. */
interface Evidence {
  priced: number;
  unquotable: number;
  checked: number;
  inside: number;
  /** Rows whose amount is more than any stock could trade, so much that no column of ours holds it. */
  tooLarge: number;
  /** Rows that would be inside were the mean price 10^FACTORS[n] times as high. */
  readonly byFactor: number[];
}

function noEvidence(): Evidence {
  return {
    priced: 0,
    unquotable: 0,
    checked: 0,
    inside: 0,
    tooLarge: 0,
    byFactor: FACTORS.map(() => 0),
  };
}

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
  const slack = layout.volumeUnit === 'lot' ? HALF_LOT : 0;
  for (let row = 0; row < columns.length; row += 1) {
    const evidence = bySymbol[columns.symbolId[row] ?? 0];
    if (evidence !== undefined) {
      weigh(columns, row, slack, evidence);
    }
  }
  const together = noEvidence();
  const few = bySymbol.filter(({ priced }) => priced < OWN_JUDGEMENT);
  few.forEach((evidence) => add(together, evidence));
  const ofFew = isWhole ? faultOf(together, layout, place) : undefined;
  const refused = new Map<StockSymbol, SchemaDriftError>();
  for (const [id, symbol] of columns.symbols.entries()) {
    const evidence = bySymbol[id] ?? together;
    const fault =
      evidence.priced < OWN_JUDGEMENT ? ofFew : faultOf(evidence, layout, place, symbol);
    if (fault !== undefined) {
      refused.set(symbol, fault);
    }
  }
  return refused;
}

function weigh(columns: BarColumns, row: number, slack: number, evidence: Evidence): void {
  const high = columns.high[row] ?? Number.NaN;
  const low = columns.low[row] ?? Number.NaN;
  const close = columns.close[row] ?? Number.NaN;
  if (!(high === high && low === low && close === close)) {
    return;
  }
  evidence.priced += 1;
  if (low < 0 || high % FINEST_TICK !== 0 || low % FINEST_TICK !== 0 || close % FINEST_TICK !== 0) {
    evidence.unquotable += 1;
  }
  const volume = columns.volume[row] ?? Number.NaN;
  const amount = columns.amount[row] ?? Number.NaN;
  const isTooLarge =
    Number.isNaN(amount) && missingReasonAt(columns, row, 'amount') === MISSING.outOfRange;
  if (volume > 0 && isTooLarge) {
    evidence.checked += 1;
    evidence.tooLarge += 1;
    return;
  }
  if (!(volume > 0 && amount > 0)) {
    return;
  }
  evidence.checked += 1;
  const mean = amount / volume;
  const doubt = CENT + (mean * slack) / volume;
  if (mean >= low - doubt && mean <= high + doubt) {
    evidence.inside += 1;
    return;
  }
  const factor = FACTORS.findIndex((power) => {
    const scaled = mean * 10 ** power;
    return scaled >= low * 0.9 && scaled <= high * 1.1;
  });
  if (factor >= 0) {
    evidence.byFactor[factor] = (evidence.byFactor[factor] ?? 0) + 1;
  }
}

function add(total: Evidence, part: Evidence): void {
  total.priced += part.priced;
  total.unquotable += part.unquotable;
  total.checked += part.checked;
  total.inside += part.inside;
  total.tooLarge += part.tooLarge;
  part.byFactor.forEach((count, factor) => {
    total.byFactor[factor] = (total.byFactor[factor] ?? 0) + count;
  });
}

/** Of few rows only unanimity counts: one bad row among them is for the quality rules. */
function isTooFew(good: number, all: number): boolean {
  return all < OWN_JUDGEMENT ? good === 0 : good < LEAST_INSIDE * all;
}

function faultOf(
  evidence: Evidence,
  layout: FileLayout,
  place: string,
  symbol?: StockSymbol,
): SchemaDriftError | undefined {
  const { priced, unquotable, checked, inside, tooLarge, byFactor } = evidence;
  const where = symbol === undefined ? place : `${place}, ${symbol}`;
  if (checked > 0 && isTooFew(inside, checked)) {
    const factor = byFactor.findIndex((count) => count > (checked - tooLarge) / 2);
    if (factor >= 0) {
      const rows = byFactor[factor] ?? 0;
      return wrongUnits(where, layout, FACTORS[factor] ?? 0, { rows, of: checked });
    }
    if (tooLarge > checked / 2) {
      return tooLargeAmounts(where, layout, { rows: tooLarge, of: checked });
    }
    return adjustedPrices(
      where,
      `amount / volume lies within the day's range on ${inside} of ${checked} rows only`,
    );
  }
  const isUnquotable =
    priced < OWN_JUDGEMENT
      ? priced > 0 && unquotable === priced
      : unquotable > MOST_UNQUOTABLE * priced;
  return isUnquotable
    ? adjustedPrices(
        where,
        `${unquotable} of ${priced} rows have negative prices or ones finer than 0.001 CNY`,
      )
    : undefined;
}
