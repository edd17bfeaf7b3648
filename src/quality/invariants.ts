/** What a row breaks by itself, as bits: "nothing" is one zero. */
export const BROKEN = {
  null: 1,
  negative: 2,
  tick: 4,
  nonPositive: 8,
  zeroTrade: 16,
  fraction: 32,
  order: 64,
  vwap: 128,
  limit: 256,
} as const;

/** Index of each value in `Cells`, as in VALUE_COLUMNS. */
export const CELL = {
  open: 0,
  high: 1,
  low: 2,
  close: 3,
  preClose: 4,
  volume: 5,
  amount: 6,
} as const;

/** The seven values of one row, in the order of VALUE_COLUMNS. */
export type Cells = Float64Array;

/** Half a tick and rounding, in 1/10,000 CNY: how far a mean price may lie outside the range. */
const VWAP_SLACK = 51;
const LOT = 100;

/**
 * The hard invariants of one bar. A missing value (NaN) breaks none of them. They hold on 1.65 million real bars with 9
 * exceptions (QUALITY.md §0), which is why they decide and models only rank.
 */
export function brokenByValues(cells: Cells, tick: number): number {
  const open = cells[CELL.open] ?? Number.NaN;
  const high = cells[CELL.high] ?? Number.NaN;
  const low = cells[CELL.low] ?? Number.NaN;
  const close = cells[CELL.close] ?? Number.NaN;
  const preClose = cells[CELL.preClose] ?? Number.NaN;
  const volume = cells[CELL.volume] ?? Number.NaN;
  const amount = cells[CELL.amount] ?? Number.NaN;
  let broken = 0;
  if (open < 0 || high < 0 || low < 0 || close < 0 || preClose < 0 || volume < 0 || amount < 0) {
    broken |= BROKEN.negative;
  }
  if (
    isOffTick(open, tick) ||
    isOffTick(high, tick) ||
    isOffTick(low, tick) ||
    isOffTick(close, tick) ||
    isOffTick(preClose, tick)
  ) {
    broken |= BROKEN.tick;
  }
  if (open === 0 || high === 0 || low === 0 || close === 0 || preClose === 0) {
    broken |= BROKEN.nonPositive;
  }
  if (volume === 0 || amount === 0) {
    // Nothing traded means no range; one of the two without the other is impossible.
    broken |= high > low || volume > 0 || amount > 0 ? BROKEN.zeroTrade : 0;
  }
  if (volume - Math.trunc(volume) > 0) {
    broken |= BROKEN.fraction;
  }
  if (high < open || high < close || high < low || low > open || low > close) {
    broken |= BROKEN.order;
  }
  if (isMeanOutside(amount, volume, low, high)) {
    broken |= BROKEN.vwap;
  }
  return broken;
}

/**
 * NaN is no multiple of anything, and no breach of the tick either. The same as a remainder, at a fraction of its time:
 * of whole numbers below 2^53 both are exact.
 */
function isOffTick(price: number, tick: number): boolean {
  return Math.abs(price - Math.round(price / tick) * tick) > 0;
}

/**
 * Is the day's mean price outside its range? A volume in whole lots may have been rounded to them by the source, so it
 * is taken as known to one lot only.
 */
function isMeanOutside(amount: number, volume: number, low: number, high: number): boolean {
  if (!(volume > 0 && amount > 0 && low > 0 && high > 0)) {
    return false;
  }
  const mean = amount / volume;
  if (mean >= low - VWAP_SLACK && mean <= high + VWAP_SLACK) {
    return false;
  }
  const doubt = volume % LOT === 0 ? LOT : 1;
  const least = amount / (volume + doubt);
  const most = volume > doubt ? amount / (volume - doubt) : Number.POSITIVE_INFINITY;
  return most < low - VWAP_SLACK || least > high + VWAP_SLACK;
}

/** Does a price of the row lie beyond the limits that follow from the previous close? */
export function isBeyondLimit(
  cells: Cells,
  preClose: number,
  percent: number,
  tick: number,
): boolean {
  const high = cells[CELL.high] ?? Number.NaN;
  const low = cells[CELL.low] ?? Number.NaN;
  const reach = (preClose * percent) / 100;
  // Half a tick of rounding and one tick at least: only a row beyond both is worth the exact sum.
  if (!(high > preClose + reach - tick || low < preClose - reach + tick)) {
    return false;
  }
  return isBeyondPrices(cells, limitPrices(preClose, percent, tick), tick);
}

/** Does a price of the row lie beyond these limit prices? */
export function isBeyondPrices(cells: Cells, { up, down }: LimitPrices, tick: number): boolean {
  const high = cells[CELL.high] ?? Number.NaN;
  const low = cells[CELL.low] ?? Number.NaN;
  return high > up + tick / 2 || low < down - tick / 2;
}

/** Do high and low lie further apart than two limits of `percent`, whatever the previous close was? */
export function isRangeTooWide(cells: Cells, percent: number, tick: number): boolean {
  const high = cells[CELL.high] ?? Number.NaN;
  const low = cells[CELL.low] ?? Number.NaN;
  return (high - tick) * (100 - percent) > (low + tick) * (100 + percent);
}

/** The highest and the lowest price of a session, in 1/10,000. */
export interface LimitPrices {
  readonly up: number;
  readonly down: number;
}

/** The limit prices, rounded half up to the tick, in 1/10,000; at least one tick away from the previous close. */
export function limitPrices(preClose: number, percent: number, tick: number): LimitPrices {
  // Whole numbers throughout: 2.05 × 1.1 must be 2.26, and binary fractions make it 2.25.
  const up = Math.floor((preClose * (100 + percent)) / (100 * tick) + 0.5) * tick;
  const down = Math.floor((preClose * (100 - percent)) / (100 * tick) + 0.5) * tick;
  return { up: Math.max(up, preClose + tick), down: Math.min(down, preClose - tick) };
}
