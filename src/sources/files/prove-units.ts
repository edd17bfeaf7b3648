import type { BarColumns } from '../../domain/bar.ts';
import { SchemaDriftError } from '../../domain/errors.ts';
import type { StockSymbol } from '../../domain/stock-symbol.ts';
import { AMOUNT_UNITS, VOLUME_UNITS, type FileLayout } from './layout.ts';
import { adjustedPrices } from './recognise-layout.ts';

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
  /** Rows that would be inside were the mean price 10^FACTORS[n] times as high. */
  readonly byFactor: number[];
}

function noEvidence(): Evidence {
  return { priced: 0, unquotable: 0, checked: 0, inside: 0, byFactor: FACTORS.map(() => 0) };
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
  const { priced, unquotable, checked, inside, byFactor } = evidence;
  const where = symbol === undefined ? place : `${place}, ${symbol}`;
  if (checked > 0 && isTooFew(inside, checked)) {
    const factor = byFactor.findIndex((count) => count > checked / 2);
    if (factor >= 0) {
      return wrongUnits(where, layout, FACTORS[factor] ?? 0, evidence);
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

const VOLUME_WORDS = { share: 'shares', lot: 'lots' } as const;
const AMOUNT_WORDS = {
  cny: 'CNY',
  thousand_cny: 'thousands of CNY',
  ten_thousand_cny: 'ten thousands of CNY',
} as const;

function wrongUnits(
  where: string,
  layout: FileLayout,
  power: number,
  { checked, byFactor }: Evidence,
): SchemaDriftError {
  const count = byFactor[FACTORS.findIndex((factor) => factor === power)] ?? 0;
  return new SchemaDriftError(
    `${where}: ${unitsThatFit(layout, power)} (amount / volume is 10^${-power} times the price on ${count} of ${checked} rows)`,
    {
      code: 'ETL-SRC-221',
      hint: 'say which units the file has in a candlewick.layout.json beside it.',
      details: { layout: layout.name, power: -power },
    },
  );
}

/** The units that would explain the mean price's power of ten, one changed rather than both. */
function unitsThatFit({ volumeUnit, amountUnit, name }: FileLayout, power: number): string {
  const said = `the layout ${name} says ${VOLUME_WORDS[volumeUnit]} and ${AMOUNT_WORDS[amountUnit]}`;
  const candidates = (['share', 'lot'] as const)
    .flatMap((volume) =>
      (['cny', 'thousand_cny', 'ten_thousand_cny'] as const).map((amount) => ({ volume, amount })),
    )
    .filter(({ volume, amount }) => {
      const amountShift = AMOUNT_UNITS[amount] - AMOUNT_UNITS[amountUnit];
      return amountShift - (VOLUME_UNITS[volume] - VOLUME_UNITS[volumeUnit]) === power;
    })
    .toSorted((left, right) => changes(left) - changes(right));
  function changes({ volume, amount }: (typeof candidates)[number]): number {
    return Number(volume !== volumeUnit) + Number(amount !== amountUnit);
  }
  const [best] = candidates;
  if (best === undefined) {
    return `amount and volume do not fit the prices; ${said}`;
  }
  const found = [
    ...(best.volume === volumeUnit ? [] : [`volume looks like ${VOLUME_WORDS[best.volume]}`]),
    ...(best.amount === amountUnit ? [] : [`amount looks like ${AMOUNT_WORDS[best.amount]}`]),
  ];
  return `${found.join(' and ')}; ${said}`;
}
