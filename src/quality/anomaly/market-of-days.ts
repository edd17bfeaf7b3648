import type { FeatureSheet } from './feature-sheet.ts';

/** What the market did on a day, as far as the batch shows it; 0 where it shows too little. */
export interface MarketOfDays {
  /** Median of ln(close / previous close). */
  returnOn(day: number): number;
  /** Median of ln(volume / volume of the bar before). */
  volumeStepOn(day: number): number;
}

/** Symbols of a day that are looked at; with fewer than the second nobody knows what the market did. */
const SAMPLED = 31;
const LEAST = 10;
/** Days that a table by day may span; more can only be dates gone wrong, and those belong to no market. */
const MOST_DAYS = 40_000;

/** Medians by day over the first symbols of the batch that have a bar. */
export function marketOfDays(sheet: FeatureSheet, usable: Uint8Array | undefined): MarketOfDays {
  const { tradingDay, symbolId, close, preClose, volume } = sheet.columns;
  const [first, days] = rangeOf(tradingDay);
  const counts = new Uint8Array(days);
  const returns = new Float64Array(days * SAMPLED);
  const steps = new Float64Array(days * SAMPLED);
  for (let row = 1; row < sheet.length; row += 1) {
    const at = (tradingDay[row] ?? 0) - first;
    const count = counts[at] ?? SAMPLED;
    const isTaken = count < SAMPLED && (usable === undefined || usable[row] === 1);
    if (isTaken && symbolId[row] === symbolId[row - 1]) {
      const change = (close[row] ?? 0) / (preClose[row] ?? 0);
      const step = (volume[row] ?? 0) / (volume[row - 1] ?? 0);
      if (change > 0 && change < Infinity && step > 0 && step < Infinity) {
        returns[at * SAMPLED + count] = Math.log(change);
        steps[at * SAMPLED + count] = Math.log(step);
        counts[at] = count + 1;
      }
    }
  }
  const returnOf = mediansOf(returns, counts);
  const stepOf = mediansOf(steps, counts);
  return {
    returnOn: (day) => returnOf[day - first] ?? 0,
    volumeStepOn: (day) => stepOf[day - first] ?? 0,
  };
}

function rangeOf(days: Int32Array): readonly [number, number] {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const day of days) {
    first = Math.min(first, day);
    last = Math.max(last, day);
  }
  return days.length === 0 ? [0, 0] : [first, Math.min(MOST_DAYS, last - first + 1)];
}

function mediansOf(values: Float64Array, counts: Uint8Array): Float64Array {
  const medians = new Float64Array(counts.length);
  for (let at = 0; at < counts.length; at += 1) {
    const count = counts[at] ?? 0;
    if (count >= LEAST) {
      const sorted = values.subarray(at * SAMPLED, at * SAMPLED + count).toSorted();
      medians[at] = sorted[count >> 1] ?? 0;
    }
  }
  return medians;
}
