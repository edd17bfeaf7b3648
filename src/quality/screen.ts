import { MARK, MISSING, VALUE_COLUMNS, type BarColumns } from '../domain/bar.ts';

/** What a row breaks by itself: bits, so that the fast pass can say "nothing" with one zero. */
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
  link: 512,
} as const;

/** Half a tick and rounding, in 1/10,000 CNY: how far a mean price may lie outside the range. */
const VWAP_SLACK = 51;
const LOT = 100;

/** The bits of one row that need no other row. */
export function brokenInRow(columns: BarColumns, row: number, tick: number): number {
  const open = columns.open[row] ?? Number.NaN;
  const high = columns.high[row] ?? Number.NaN;
  const low = columns.low[row] ?? Number.NaN;
  const close = columns.close[row] ?? Number.NaN;
  const preClose = columns.preClose[row] ?? Number.NaN;
  const volume = columns.volume[row] ?? Number.NaN;
  const amount = columns.amount[row] ?? Number.NaN;
  // One sum says whether anything is missing: NaN is contagious.
  const sum = open + high + low + close + preClose + volume + amount;
  let broken = Number.isNaN(sum) && hasEmptyCell(columns, row) ? BROKEN.null : 0;
  if (open < 0 || high < 0 || low < 0 || close < 0 || preClose < 0 || volume < 0 || amount < 0) {
    broken |= BROKEN.negative;
  }
  if (
    open % tick !== 0 ||
    high % tick !== 0 ||
    low % tick !== 0 ||
    close % tick !== 0 ||
    preClose % tick !== 0
  ) {
    broken |= isOffTick(columns, row, tick) ? BROKEN.tick : 0;
  }
  if (open === 0 || high === 0 || low === 0 || close === 0 || preClose === 0) {
    broken |= BROKEN.nonPositive;
  }
  if ((volume === 0 || amount === 0) && high > low) {
    broken |= BROKEN.zeroTrade;
  }
  if (volume % 1 !== 0 && !Number.isNaN(volume)) {
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

/** An empty cell costs only where the layout has such a column. */
function hasEmptyCell(columns: BarColumns, row: number): boolean {
  const reasons = columns.missing[row] ?? 0;
  for (let column = 0; column < VALUE_COLUMNS.length; column += 1) {
    const name = VALUE_COLUMNS[column] ?? 'open';
    const reason = (reasons >>> (4 * column)) & 0xf;
    const isOptional = name === 'preClose' || name === 'amount';
    const isMissing = Number.isNaN(columns[name][row] ?? Number.NaN);
    if (isMissing && !(isOptional && reason === MISSING.noColumn)) {
      return true;
    }
  }
  return false;
}

/** NaN is no multiple of anything, and no breach of the tick either. */
function isOffTick(columns: BarColumns, row: number, tick: number): boolean {
  return (
    isOff(columns.open[row], tick) ||
    isOff(columns.high[row], tick) ||
    isOff(columns.low[row], tick) ||
    isOff(columns.close[row], tick) ||
    isOff(columns.preClose[row], tick)
  );
}

function isOff(price: number | undefined, tick: number): boolean {
  return price !== undefined && !Number.isNaN(price) && price % tick !== 0;
}

/**
 * Is the day's mean price outside its range? A volume in whole lots may have been rounded to them by the vendor, so it
 * is taken as known to one lot only.
 */
export function isMeanOutside(amount: number, volume: number, low: number, high: number): boolean {
  if (!(volume > 0) || !(amount > 0) || !(low > 0) || !(high > 0)) {
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

export function isSuspendedRow(columns: BarColumns, row: number): boolean {
  return ((columns.marks[row] ?? 0) & MARK.suspended) !== 0;
}
