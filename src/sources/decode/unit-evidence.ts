import { MISSING, missingReasonAt, type BarColumns } from '../../domain/bar.ts';

/*
 * Amount / volume of a day is its mean price and lies between its low and its high: so units prove themselves, and adjusted
 * prices betray themselves, since amounts are never adjusted.
 */

/** 1/10,000 CNY: a cent, and the finest tick of any listed security. */
const CENT = 100;
const FINEST_TICK = 10;
/** Rows from which one in ten may be odd; of fewer only unanimity counts. */
export const ENOUGH_ROWS = 10;
const LEAST_INSIDE = 0.9;
const MOST_UNQUOTABLE = 0.1;
/** Powers of ten by which units are mistaken: lots for shares, thousands for units. */
export const POWERS = [1, 2, 3, 4, -1, -2, -3, -4] as const;

/** By how much a source rounds. */
export interface UnitSlack {
  /** Shares. */
  readonly volume: number;
  /** 1/10,000 CNY. */
  readonly amount: number;
}

/** What rows show of their units and their price basis. */
export interface UnitEvidence {
  priced: number;
  /** Open and close lie between low and high. */
  ordered: number;
  /** Prices that no exchange could have quoted. */
  unquotable: number;
  checked: number;
  inside: number;
  /** Amounts so large that no column of ours holds them, and no stock trades them. */
  tooLarge: number;
  /** Rows that would be inside were the mean price 10^POWERS[n] times as high. */
  readonly byPower: number[];
}

export function noEvidence(): UnitEvidence {
  return {
    priced: 0,
    ordered: 0,
    unquotable: 0,
    checked: 0,
    inside: 0,
    tooLarge: 0,
    byPower: POWERS.map(() => 0),
  };
}

/** A price that is missing is not. */
function isOffTick(price: number): boolean {
  return price === price && price % FINEST_TICK !== 0;
}

/** Adds what one row shows. */
export function weighRow(
  columns: BarColumns,
  row: number,
  slack: UnitSlack,
  evidence: UnitEvidence,
): void {
  const high = columns.high[row] ?? Number.NaN;
  const low = columns.low[row] ?? Number.NaN;
  if (!(high === high && low === low)) {
    return;
  }
  const open = columns.open[row] ?? Number.NaN;
  const close = columns.close[row] ?? Number.NaN;
  evidence.priced += 1;
  evidence.ordered += low <= open && low <= close && open <= high && close <= high ? 1 : 0;
  if (low < 0 || isOffTick(high) || isOffTick(low) || isOffTick(close)) {
    evidence.unquotable += 1;
  }
  const volume = columns.volume[row] ?? Number.NaN;
  const amount = columns.amount[row] ?? Number.NaN;
  if (Number.isNaN(amount) && missingReasonAt(columns, row, 'amount') === MISSING.outOfRange) {
    evidence.tooLarge += 1;
    return;
  }
  if (!(volume > 0 && amount > 0)) {
    return;
  }
  evidence.checked += 1;
  const mean = amount / volume;
  const doubt = CENT + (mean * slack.volume + slack.amount) / volume;
  if (mean >= low - doubt && mean <= high + doubt) {
    evidence.inside += 1;
    return;
  }
  const power = POWERS.findIndex((each) => {
    const scaled = mean * 10 ** each;
    return scaled >= low * 0.9 && scaled <= high * 1.1;
  });
  if (power >= 0) {
    evidence.byPower[power] = (evidence.byPower[power] ?? 0) + 1;
  }
}

export function addEvidence(total: UnitEvidence, part: UnitEvidence): void {
  total.priced += part.priced;
  total.ordered += part.ordered;
  total.unquotable += part.unquotable;
  total.checked += part.checked;
  total.inside += part.inside;
  total.tooLarge += part.tooLarge;
  part.byPower.forEach((count, power) => {
    total.byPower[power] = (total.byPower[power] ?? 0) + count;
  });
}

/** Of few rows only unanimity counts: one bad row among them is for the quality rules. */
export function isTooFew(good: number, all: number): boolean {
  return all > 0 && (all < ENOUGH_ROWS ? good === 0 : good < LEAST_INSIDE * all);
}

/** Index in POWERS of the power of ten by which most rows are off; -1 where there is none. */
export function powerOff({ byPower, checked }: UnitEvidence): number {
  return byPower.findIndex((count) => count > checked / 2);
}

/** So many prices are off any tick that they were computed, not quoted. */
export function areUnquotable({ priced, unquotable }: UnitEvidence): boolean {
  return priced < ENOUGH_ROWS
    ? priced > 0 && unquotable === priced
    : unquotable > MOST_UNQUOTABLE * priced;
}
