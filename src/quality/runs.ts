import { middleValue } from '../domain/middle-value.ts';
import { closeBefore, isLinkOff, linkInto } from './links.ts';
import { cellsAt, setCells, type Tape } from './tape.ts';
import type { TapeReport } from './tape-report.ts';

const LONGEST_RUN = 65;
/** A jump by this factor at both ends, back to the old level, is no market event. */
const FOREIGN_JUMP = Math.log(1.25);
const FOREIGN_DRIFT = 0.25;
const LONGEST_FOREIGN_RUN = 30;
const LEVEL_ROWS = 40;
const PLACE_SPREAD = 0.5;
const DEAREST_PLACE = 8;
const LEAST_GAIN = 2;
/** Rows in a run whose jumps cancel to the cent: shorter ones are as likely two unrelated errors. */
const LEAST_EXACT_RUN = 4;
const COARSE = 1000;
const ODDS_OF_COARSE = 0.1;
const CERTAIN = 1e-6;

/** Three broken links that all heal when two neighbouring sessions change places. */
export function restoreSwappedDays(tape: Tape, report: TapeReport): void {
  for (let position = 0; position + 1 < tape.length; position += 1) {
    if (
      !isBusy(report, position) &&
      !isBusy(report, position + 1) &&
      isLinkOff(linkInto(tape, position + 1)) &&
      healsSwapped(tape, position)
    ) {
      const first = cellsAt(tape, position);
      const second = cellsAt(tape, position + 1);
      const mark = { rule: 'A06_date_swap', note: 'exchanged with the neighbouring session' };
      report.repair(tape, position, second, mark);
      report.repair(tape, position + 1, first, mark);
    }
  }
}

function healsSwapped(tape: Tape, position: number): boolean {
  const brokenBefore = brokenAround(tape, position);
  const first = cellsAt(tape, position);
  const second = cellsAt(tape, position + 1);
  setCells(tape, position, second);
  setCells(tape, position + 1, first);
  const brokenAfter = brokenAround(tape, position);
  setCells(tape, position, first);
  setCells(tape, position + 1, second);
  return brokenBefore >= 2 && brokenAfter === 0;
}

function brokenAround(tape: Tape, position: number): number {
  let broken = 0;
  for (let at = position; at <= position + 2 && at < tape.length; at += 1) {
    broken += isLinkOff(linkInto(tape, at)) ? 1 : 0;
  }
  return broken;
}

function isBusy(report: TapeReport, position: number): boolean {
  return report.isExplained[position] === 1;
}

/** Where a link is broken, by how much. */
interface Break {
  readonly position: number;
  readonly shift: number;
  readonly jump: number;
}

/** Runs whose level leaves and comes back: prices adjusted by a factor or a dividend, or another symbol's. */
export function holdForeignRuns(tape: Tape, report: TapeReport): void {
  const breaks = breaksOf(tape, report);
  for (let at = 0; at + 1 < breaks.length; at += 1) {
    const start = breaks[at];
    const end = breaks[at + 1];
    const note = start && end ? runBetween(tape, start, end) : undefined;
    if (start !== undefined && end !== undefined && note !== undefined) {
      for (let position = start.position; position < end.position; position += 1) {
        if (!isBusy(report, position)) {
          report.quarantine(tape, position, { rule: 'A11_foreign_or_adjusted_run', note });
        }
      }
      at += 1;
    }
  }
}

/** Broken links between rows that have no diagnosis yet. */
function breaksOf(tape: Tape, report: TapeReport): readonly Break[] {
  const breaks: Break[] = [];
  for (let position = 0; position < tape.length; position += 1) {
    const isOpen =
      report.fate[position] === 0 && (position === 0 || report.fate[position - 1] === 0);
    if (isOpen && isLinkOff(linkInto(tape, position))) {
      const preClose = tape.values.preClose[position] ?? Number.NaN;
      const factor = tape.factor[position] ?? 1;
      const expected = closeBefore(tape, position) / (Number.isNaN(factor) ? 1 : factor);
      breaks.push({
        position,
        shift: preClose - expected,
        jump: Math.log(preClose / expected),
      });
    }
  }
  return breaks;
}

function runBetween(tape: Tape, start: Break, end: Break): string | undefined {
  const length = end.position - start.position;
  if (length > LONGEST_RUN || start.position === 0) {
    return undefined;
  }
  const preClose = Math.min(
    tape.values.preClose[start.position] ?? Number.NaN,
    closeBefore(tape, end.position),
    closeBefore(tape, start.position),
  );
  // Half a tick of rounding at each of the four prices that make the two jumps.
  const rounding = (2.2 * tape.tick) / preClose;
  const isExact = length >= LEAST_EXACT_RUN && Math.abs(start.shift + end.shift) < tape.tick / 2;
  const isShifted = isExact || doCancel(start.shift, end.shift, 1.2 * tape.tick);
  const isScaled = doCancel(start.jump, end.jump, rounding);
  if (Math.abs(start.shift) > 1.5 * tape.tick && (isShifted || isScaled)) {
    // Two unrelated errors may cancel by chance: the mean price must agree that the level is wrong.
    const gain = meanPriceGain(tape, start, end, isShifted);
    if (gain > (isExact ? 0 : LEAST_GAIN)) {
      return isShifted
        ? 'all prices shifted by one amount (forward adjustment by dividends)'
        : 'all prices scaled by one factor (adjusted prices)';
    }
  }
  const isForeign =
    Math.abs(start.jump) > FOREIGN_JUMP &&
    Math.abs(end.jump) > FOREIGN_JUMP &&
    start.jump * end.jump < 0 &&
    Math.abs(start.jump + end.jump) < FOREIGN_DRIFT &&
    length <= LONGEST_FOREIGN_RUN &&
    !isBrokenNear(tape, start.position, end.position) &&
    isOffLevel(tape, start.position, end.position);
  return isForeign ? 'the level of another symbol' : undefined;
}

/** Are two jumps opposite, but for rounding? Jumps hardly larger than that cancel in any two rows of a cheap share. */
function doCancel(first: number, second: number, rounding: number): boolean {
  const least = Math.min(Math.abs(first), Math.abs(second));
  return Math.abs(first + second) <= rounding && least > 2 * rounding;
}

/** Is it the run that leaves the symbol's level, and not the rows around it? */
function isOffLevel({ values, length }: Tape, from: number, to: number): boolean {
  const around = [
    ...values.close.subarray(Math.max(0, from - LEVEL_ROWS), from),
    ...values.close.subarray(to, Math.min(length, to + LEVEL_ROWS)),
  ].filter((close) => close > 0);
  const level = middleValue(around);
  const inside = Math.abs(Math.log(middleValue([...values.close.subarray(from, to)]) / level));
  const before = Math.abs(Math.log((values.close[from - 1] ?? Number.NaN) / level));
  const after = Math.abs(Math.log((values.preClose[to] ?? Number.NaN) / level));
  return inside > 2 * Math.max(before, after);
}

/** Another symbol's rows are whole, and so are the rows around them: a broken one explains a link better. */
function isBrokenNear({ broken }: Tape, from: number, to: number): boolean {
  let wrong = 0;
  for (let position = from; position < to; position += 1) {
    wrong += broken[position] === 0 ? 0 : 1;
  }
  return wrong * 2 > to - from || broken[from - 1] !== 0 || (broken[to] ?? 0) !== 0;
}

/**
 * How much likelier the run's mean prices are within their ranges once the jump at its start is undone (as a difference of
 * logarithms); infinite where the source gives no amounts.
 */
function meanPriceGain(tape: Tape, start: Break, end: Break, isShifted: boolean): number {
  let gain = 0;
  let rows = 0;
  for (let position = start.position; position < end.position; position += 1) {
    const low = tape.values.low[position] ?? Number.NaN;
    const high = tape.values.high[position] ?? Number.NaN;
    const mean =
      (tape.values.amount[position] ?? Number.NaN) / (tape.values.volume[position] ?? Number.NaN);
    const undo = Math.exp(-start.jump);
    const fixedLow = isShifted ? low - start.shift : low * undo;
    const fixedHigh = isShifted ? high - start.shift : high * undo;
    if (mean > 0 && low > 0) {
      rows += 1;
      gain += placeCost(mean, low, high) - placeCost(mean, fixedLow, fixedHigh);
    }
  }
  return rows === 0 ? Number.POSITIVE_INFINITY : gain;
}

/** Cost of a mean price's place in its day's range: real ones lie at 0.49 ± 0.25. */
function placeCost(mean: number, low: number, high: number): number {
  const half = Math.max((high - low) / 2, low * 0.001);
  const place = (mean - (low + high) / 2) / half;
  return Math.min(DEAREST_PLACE, (place * place) / (2 * PLACE_SPREAD ** 2));
}

/** Rows whose prices are all multiples of 0.1, more of them in a row than chance allows, and links that rounding broke. */
export function holdCoarseRuns(tape: Tape, report: TapeReport, leastRows: number): void {
  let from = 0;
  let odds = 1;
  for (let position = 0; position <= tape.length; position += 1) {
    const distinct = position < tape.length ? coarsePrices(tape, position) : 0;
    if (distinct > 0) {
      odds *= ODDS_OF_COARSE ** distinct;
    } else {
      if (position - from >= leastRows && odds < CERTAIN && hasBrokenLink(tape, from, position)) {
        holdCoarse(tape, report, from, position);
      }
      from = position + 1;
      odds = 1;
    }
  }
}

function hasBrokenLink(tape: Tape, from: number, to: number): boolean {
  for (let position = from + 1; position <= Math.min(to, tape.length - 1); position += 1) {
    if (isLinkOff(linkInto(tape, position))) {
      return true;
    }
  }
  return false;
}

function holdCoarse(tape: Tape, report: TapeReport, from: number, to: number): void {
  for (let position = from; position < to; position += 1) {
    if (!isBusy(report, position)) {
      report.quarantine(tape, position, { rule: 'A12_precision_loss', confidence: 0.9 });
    }
  }
}

/** How many different prices a row has, if all are multiples of 0.1; else 0. */
function coarsePrices({ values }: Tape, position: number): number {
  const open = values.open[position] ?? Number.NaN;
  const high = values.high[position] ?? Number.NaN;
  const low = values.low[position] ?? Number.NaN;
  const close = values.close[position] ?? Number.NaN;
  if (close % COARSE !== 0 || open % COARSE !== 0 || high % COARSE !== 0 || low % COARSE !== 0) {
    return 0;
  }
  return new Set([open, high, low, close]).size;
}
