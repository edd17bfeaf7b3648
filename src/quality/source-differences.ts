import type { BarColumns } from '../domain/bar.ts';
import type { SourceDifference } from '../domain/source-sample.ts';
import { fromDayNumber, toDayNumber } from '../domain/trading-day.ts';

/** Two bars of one key that differ: the fields, without the names of the sources. */
export type BarDifference = Omit<SourceDifference, 'source' | 'otherSource'>;

const PRICES = ['open', 'high', 'low', 'close'] as const;
/** Half a tick and rounding. */
const PRICE_SLACK = 51;
/** Volumes rounded to lots; amounts to what vendors cut off, in 1/10,000 CNY. */
const VOLUME_SLACK = 100;
const AMOUNT_SLACK = 1_000 * 10_000;
const SHARE = 0.005;
/** Since then trades go on after the close at its price, and only some vendors count them. */
const AFTER_HOURS_FROM = toDayNumber('2026-07-06');
const AFTER_HOURS_SHARE = 0.05;

/**
 * Where two sources disagree about the same bars, both in the order of (symbol, day). A value that one of them does not have
 * is no disagreement, and neither is a day that one of them lacks.
 */
export function differencesBetween(
  stored: BarColumns,
  other: BarColumns,
): { readonly bars: number; readonly differences: readonly BarDifference[] } {
  const rowOf = new Map<string, number>();
  for (let row = 0; row < other.length; row += 1) {
    rowOf.set(keyOf(other, row), row);
  }
  const differences: BarDifference[] = [];
  let bars = 0;
  for (let row = 0; row < stored.length; row += 1) {
    const otherRow = rowOf.get(keyOf(stored, row));
    if (otherRow !== undefined) {
      bars += 1;
      differences.push(...differencesOfBar(stored, row, other, otherRow));
    }
  }
  return { bars, differences };
}

function keyOf({ symbols, symbolId, tradingDay }: BarColumns, row: number): string {
  return `${symbols[symbolId[row] ?? 0] ?? ''}/${tradingDay[row] ?? 0}`;
}

function differencesOfBar(
  stored: BarColumns,
  row: number,
  other: BarColumns,
  otherRow: number,
): readonly BarDifference[] {
  const day = stored.tradingDay[row] ?? 0;
  const share = day >= AFTER_HOURS_FROM ? AFTER_HOURS_SHARE : SHARE;
  const slack = { volume: VOLUME_SLACK, amount: AMOUNT_SLACK } as const;
  return ([...PRICES, 'volume', 'amount'] as const).flatMap((field) => {
    const value = stored[field][row] ?? Number.NaN;
    const otherValue = other[field][otherRow] ?? Number.NaN;
    const allowed =
      field === 'volume' || field === 'amount'
        ? Math.max(slack[field], share * Math.abs(value))
        : PRICE_SLACK;
    const symbol = stored.symbols[stored.symbolId[row] ?? 0] ?? '';
    return Math.abs(value - otherValue) > allowed
      ? [{ symbol, tradingDay: fromDayNumber(day), field, value, otherValue }]
      : [];
  });
}
