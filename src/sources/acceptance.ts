import type { BarColumns } from '../domain/bar.ts';
import type {
  Judgement,
  StoredSessions,
  SymbolJudgement,
  WantedSymbol,
} from '../domain/acceptance.ts';
import { middleValue } from '../domain/middle-value.ts';
import { fromDayNumber, type DayNumber } from '../domain/trading-day.ts';

/** What a source's rows may differ by without being wrong. */
export interface SourceTolerance {
  /** Its volumes are rounded to lots. */
  readonly wholeLots: boolean;
}

/** A source's answers, decoded as far as that was possible. */
export interface DecodedRows {
  /** Sorted by symbol and day, distinct. */
  readonly columns: BarColumns;
  /** Days that the source itself reports as suspended. */
  readonly suspended: readonly { readonly symbol: string; readonly day: DayNumber }[];
  /** Symbols whose answers are of another shape or unit than their format promises. */
  readonly drifted: ReadonlyMap<string, { readonly code: string; readonly reason: string }>;
}

/** Prices are in 1/10,000 CNY: 0.01 CNY, the smallest step of a quotation. */
const TICK = 100;
const LOT_SHARES = 100;
/** 100 CNY: what amounts in ten thousands of CNY may be rounded by (docs/sources-failover.md). */
const AMOUNT_SLACK = 1_000_000;
/** Units that sources mix up: lots for shares, thousands or ten thousands of CNY for CNY, either way. */
const UNIT_RATIOS = [10, 100, 1000, 10_000, 100_000, 0.1, 0.01, 0.001, 0.0001, 0.00001];
/** How near to a unit ratio the average price must be: a price moves by far less within a day. */
const RATIO_TOLERANCE = 0.3;
const VOLUME_RATIO_TOLERANCE = 0.02;
/** Price differences count only where several stored sessions can be compared: one may have been restated. */
const MIN_PRICE_OVERLAP = 2;
/** From so many symbols at fault, and such a share, the source itself is at fault. */
const DRIFT_SYMBOLS = 3;
const DRIFT_SHARE = 0.05;

/** Another unit beyond doubt; the last one is the decoders' own finding. */
const UNIT_CODES: ReadonlySet<string> = new Set(['ETL-SRC-251', 'ETL-SRC-254', 'ETL-SRC-331']);

interface Reason {
  readonly code: string;
  readonly reason: string;
}

/**
 * Judges a source's decoded answers, symbol by symbol: do they cover what is expected, is the average price of a day's trades
 * within its low and high, do they agree with what is stored already? Pure.
 */
export function judgeAnswers(
  { columns, suspended, drifted }: DecodedRows,
  wanted: readonly WantedSymbol[],
  tolerance: SourceTolerance,
): Judgement {
  const ranges = rangesBySymbol(columns);
  const excused = new Map<string, Set<DayNumber>>();
  for (const { symbol, day } of suspended) {
    const days = excused.get(symbol) ?? new Set();
    excused.set(symbol, days.add(day));
  }
  const symbols = wanted.map((one) => {
    const range = ranges.get(one.symbol) ?? EMPTY;
    const drift = drifted.get(one.symbol);
    if (drift !== undefined) {
      const missing = [...one.expected];
      return { symbol: one.symbol, outcome: 'refused', rows: 1, missing, ...drift } as const;
    }
    return judgeSymbol(columns, range, one, { excused: excused.get(one.symbol), tolerance });
  });
  return { symbols, rows: columns.length, drift: driftOf(symbols) };
}

interface RowRange {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

const EMPTY: RowRange = { from: 0, to: 0 };

function rangesBySymbol({ length, symbolId, symbols }: BarColumns): Map<string, RowRange> {
  const ranges = new Map<string, RowRange>();
  let from = 0;
  for (let row = 1; row <= length; row += 1) {
    if (row === length || symbolId[row] !== symbolId[from]) {
      ranges.set(symbols[symbolId[from] ?? 0] ?? '', { from, to: row });
      from = row;
    }
  }
  return ranges;
}

function judgeSymbol(
  columns: BarColumns,
  range: RowRange,
  { symbol, expected, stored }: WantedSymbol,
  facts: { readonly excused: Set<DayNumber> | undefined; readonly tolerance: SourceTolerance },
): SymbolJudgement {
  const rows = range.to - range.from;
  const missing = missingDays(columns, range, expected, facts.excused);
  const fault = unitFault(columns, range, facts.tolerance) ?? overlapFault(columns, range, stored);
  if (fault !== undefined) {
    return { symbol, outcome: 'refused', rows, missing, ...fault };
  }
  if (rows === 0 && missing.length > 0) {
    return { symbol, outcome: 'empty', rows, missing };
  }
  return { symbol, outcome: missing.length > 0 ? 'short' : 'accepted', rows, missing };
}

function missingDays(
  { tradingDay }: BarColumns,
  { from, to }: RowRange,
  expected: Int32Array,
  excused: Set<DayNumber> | undefined,
): readonly DayNumber[] {
  const missing: DayNumber[] = [];
  let row = from;
  for (const day of expected) {
    while (row < to && (tradingDay[row] ?? 0) < day) {
      row += 1;
    }
    const isThere = row < to && tradingDay[row] === day;
    if (!isThere && excused?.has(day) !== true) {
      missing.push(day);
    }
  }
  return missing;
}

/** The unit guard: amount ÷ volume lies between low and high on most days, or the unit or the price basis is another. */
function unitFault(
  columns: BarColumns,
  { from, to }: RowRange,
  { wholeLots }: SourceTolerance,
): Reason | undefined {
  const slack = wholeLots ? LOT_SHARES : 1;
  const ratios: number[] = [];
  let guarded = 0;
  for (let row = from; row < to; row += 1) {
    const volume = columns.volume[row] ?? 0;
    const amount = columns.amount[row] ?? Number.NaN;
    const high = columns.high[row] ?? Number.NaN;
    const low = columns.low[row] ?? Number.NaN;
    if (!(volume > 0 && amount > 0 && low > 0 && high > 0)) {
      continue;
    }
    guarded += 1;
    const isTooLow = amount + AMOUNT_SLACK < (low - TICK) * (volume - slack);
    const isTooHigh = amount - AMOUNT_SLACK > (high + TICK) * (volume + slack);
    if (isTooLow || isTooHigh) {
      ratios.push(amount / volume / (columns.close[row] ?? Number.NaN));
    }
  }
  if (ratios.length * 2 <= guarded) {
    return undefined;
  }
  const ratio = middleValue(ratios);
  const unit = UNIT_RATIOS.find((one) => Math.abs(ratio / one - 1) < RATIO_TOLERANCE);
  const days = `${ratios.length} of ${guarded} days`;
  return unit === undefined
    ? {
        code: 'ETL-SRC-252',
        reason: `the average price is outside of low and high on ${days} (${ratio.toFixed(3)} × the close): adjusted prices, or another unit`,
      }
    : {
        code: 'ETL-SRC-251',
        reason: `amount ÷ volume is about ${unit} × the close on ${days}: volume or amount is in another unit`,
      };
}

/** What is stored already must come again: else the prices are adjusted, or the volumes in another unit. */
function overlapFault(
  columns: BarColumns,
  { from, to }: RowRange,
  stored: StoredSessions | undefined,
): Reason | undefined {
  if (stored === undefined) {
    return undefined;
  }
  const rowOf = new Map<DayNumber, number>();
  for (let row = from; row < to; row += 1) {
    rowOf.set(columns.tradingDay[row] ?? 0, row);
  }
  const volumeRatios: number[] = [];
  const differing: DayNumber[] = [];
  let compared = 0;
  for (const [index, day] of stored.days.entries()) {
    const row = rowOf.get(day);
    if (row === undefined) {
      continue;
    }
    compared += 1;
    const close = columns.close[row] ?? Number.NaN;
    if (Math.abs(close - (stored.closes[index] ?? 0)) > TICK) {
      differing.push(day);
    }
    volumeRatios.push((columns.volume[row] ?? Number.NaN) / (stored.volumes[index] ?? 0));
  }
  if (compared === 0) {
    return undefined;
  }
  const ratio = middleValue(volumeRatios.filter(Number.isFinite));
  const unit = UNIT_RATIOS.find((one) => Math.abs(ratio / one - 1) < VOLUME_RATIO_TOLERANCE);
  if (unit !== undefined) {
    return {
      code: 'ETL-SRC-254',
      reason: `volume is ${unit} × what is stored for the same days: another unit`,
    };
  }
  return compared >= MIN_PRICE_OVERLAP && differing.length * 2 > compared
    ? {
        code: 'ETL-SRC-253',
        reason: `the close differs from what is stored on ${differing.length} of ${compared} days, first ${fromDayNumber(Math.min(...differing))}: adjusted prices, or another security`,
      }
    : undefined;
}

/** One bad symbol may be the symbol's own fault; many, or all there are with a unit's own ratio, are the source's. */
function driftOf(symbols: readonly SymbolJudgement[]): Reason | undefined {
  const withRows = symbols.filter(({ rows, outcome }) => rows > 0 || outcome === 'refused');
  const refused = withRows.filter(({ outcome }) => outcome === 'refused');
  const isMany = refused.length >= DRIFT_SYMBOLS && refused.length >= DRIFT_SHARE * withRows.length;
  const isAllByUnit =
    refused.length === withRows.length && refused.some(({ code }) => UNIT_CODES.has(code ?? ''));
  const [first] = refused;
  if (first === undefined || !(isMany || isAllByUnit)) {
    return undefined;
  }
  return {
    code: first.code ?? 'ETL-SRC-251',
    reason: `${refused.length} of ${withRows.length} symbols, first ${first.symbol}: ${first.reason ?? ''}`,
  };
}
