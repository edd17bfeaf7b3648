import { limitPrices, type LimitPrices } from './invariants.ts';
import type { Tape } from './tape.ts';
import { STANDING } from './tape.ts';

/**
 * Whether a bar's previous close agrees with the bar before. `unexplained`: it is lower, and whether the day is an ex-right
 * day is not known.
 */
export const LINK = { unknown: 0, holds: 1, broken: 2, unexplained: 3 } as const;

/** Off, for whatever reason: enough where a whole pattern must fit. */
export function isLinkOff(link: number): boolean {
  return link === LINK.broken || link === LINK.unexplained;
}

/** Share of the price by which a stored ex-right factor may be rounded. */
const FACTOR_SLACK = 2e-6;

/** The ex-right previous close that the bar before lets expect at `position`; NaN where it cannot tell. */
export function expectedPreClose(tape: Tape, position: number): number {
  const close = closeBefore(tape, position);
  const factor = tape.factor[position] ?? Number.NaN;
  return Math.round(close / factor / tape.tick) * tape.tick;
}

/** The close that the next bar lets expect at `position`; NaN where it cannot tell. Exact only without an event between. */
export function expectedClose(tape: Tape, position: number): number {
  const next = tape.values.preClose[position + 1] ?? Number.NaN;
  const factor = tape.factor[position + 1] ?? Number.NaN;
  return Math.round((next * factor) / tape.tick) * tape.tick;
}

/** Last close before `position`, raw. */
export function closeBefore({ values, before }: Tape, position: number): number {
  return (position === 0 ? before?.close : values.close[position - 1]) ?? Number.NaN;
}

/** The link into `position`, by the values alone. */
export function linkInto(tape: Tape, position: number): number {
  const preClose = tape.values.preClose[position] ?? Number.NaN;
  const close = closeBefore(tape, position);
  if (Number.isNaN(preClose) || !(close > 0)) {
    return LINK.unknown;
  }
  const tolerance = tape.tick * 0.51 + close * FACTOR_SLACK;
  const factor = tape.factor[position] ?? Number.NaN;
  if (Number.isNaN(factor)) {
    return unexplainedLink(preClose, close, tolerance, tape.gap[position] ?? 0);
  }
  if (Math.abs(preClose - close / factor) <= tolerance) {
    return LINK.holds;
  }
  return (tape.gap[position] ?? 0) > 0 ? LINK.unknown : LINK.broken;
}

/** Without knowledge of ex-right days a lower previous close may be one; a higher one hardly ever is (20 of 5,493). */
function unexplainedLink(preClose: number, close: number, tolerance: number, gap: number): number {
  if (Math.abs(preClose - close) <= tolerance) {
    return LINK.holds;
  }
  if (gap > 0) {
    return LINK.unknown;
  }
  return preClose > close ? LINK.broken : LINK.unexplained;
}

export function isTrusted({ standing, length }: Tape, position: number): boolean {
  return position >= 0 && position < length && standing[position] === STANDING.trusted;
}

/** Is the bar before one that bears witness, with no session between that lacks a bar? */
export function isNextToTrusted(tape: Tape, position: number): boolean {
  const isBefore = position === 0 ? tape.before !== undefined : isTrusted(tape, position - 1);
  return isBefore && (tape.gap[position] ?? 0) === 0;
}

/**
 * What a day's price limit is reckoned from: its previous close or, where the source gives none, the last close if no ex-right
 * day lies between; NaN where that is not known.
 */
export function limitBase(tape: Tape, position: number, preClose = Number.NaN): number {
  if (!Number.isNaN(preClose)) {
    return preClose;
  }
  const isPlain = tape.factor[position] === 1 && isNextToTrusted(tape, position);
  return isPlain ? closeBefore(tape, position) : Number.NaN;
}

/** The day's limit prices: the exchange's own or, where they are not known, those that follow from `base`; NaN without either. */
export function limitPricesAt(tape: Tape, position: number, base = Number.NaN): LimitPrices {
  const up = tape.upLimit[position] ?? Number.NaN;
  return Number.isNaN(up)
    ? limitPrices(base, tape.limit[position] ?? Number.NaN, tape.tick)
    : { up, down: tape.downLimit[position] ?? Number.NaN };
}
