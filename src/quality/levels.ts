import { isSound, witnessOf } from './edit-diagnosis.ts';
import { CELL, limitPrices, type Cells } from './invariants.ts';
import { levelAround, medianOf, trustedPositions } from './level.ts';
import { isTrusted } from './links.ts';
import type { Thresholds } from './settings.ts';
import { cellsAt, type Tape } from './tape.ts';
import type { TapeReport } from './tape-report.ts';

const SESSIONS_BEFORE = 20;
const SESSIONS_AFTER = 10;
const LEAST_BEFORE = 10;
const LEAST_AFTER = 5;
/** Rows this far from the last normal one are measured against their surroundings. */
const WORTH_A_LOOK = Math.log(6);
/** How far a volume in the right unit may be from its surroundings, as a logarithm. */
const UNIT_DOUBT = 1.8;
const UNIT_FACTORS = [100, 1e4, 0.01, 1e-4];
/** On a day that touches its limit volumes are wilder: the logarithm of the threshold is this many times larger. */
const LIMIT_DAY = 1.5;
/** Amounts are given to the cent, in 1/10,000 CNY. */
const CENT = 100;

/** Volumes differ from day to day by this many times their usual difference before a day is odd. */
const ODD_DIFFERENCES = 5;
const SAMPLED_DAYS = 64;

/** How much a symbol's volume usually changes from one day to the next: the median of |ln(volume / volume before)|. */
function roughnessOf({ values, length }: Tape): number {
  const step = Math.max(1, Math.floor(length / SAMPLED_DAYS));
  const changes: number[] = [];
  for (let position = 1; position < length; position += step) {
    const change = Math.abs(
      Math.log((values.volume[position] ?? 0) / (values.volume[position - 1] ?? 0)),
    );
    if (Number.isFinite(change)) {
      changes.push(change);
    }
  }
  return changes.toSorted((a, b) => a - b)[changes.length >> 1] ?? 0;
}

/** Volume and amount both in another unit keep their quotient: the level and the digits tell. */
export function repairUnitsOfBoth(tape: Tape, report: TapeReport): void {
  const repaired = new Set(
    report.hits.filter(({ rule }) => rule === 'A05_unit_both').map(({ position }) => position),
  );
  const positions = Array.from({ length: tape.length }, (_, position) => position);
  repairUnitsAlong(tape, report, positions, repaired);
  // A run whose first rows bear no trace is known from its later ones.
  repairUnitsAlong(tape, report, positions.toReversed(), repaired);
}

function repairUnitsAlong(
  tape: Tape,
  report: TapeReport,
  positions: readonly number[],
  repaired: Set<number>,
): void {
  const { volume } = tape.values;
  const worthALook = Math.max(WORTH_A_LOOK, ODD_DIFFERENCES * roughnessOf(tape));
  let normal = Number.NaN;
  for (const position of positions) {
    const here = volume[position] ?? Number.NaN;
    if (isTrusted(tape, position) && here > 0 && report.isExplained[position] === 0) {
      const isFar = Math.abs(Math.log(here / normal)) > worthALook;
      const isInRun = repaired.has(position - 1) || repaired.has(position + 1);
      const isSuspect = isFar || isInRun;
      if (isSuspect && repairUnits(tape, report, position, { normal, isInRun })) {
        repaired.add(position);
      } else {
        normal = here;
      }
    }
  }
}

interface UnitClue {
  /** The last volume in the right unit. */
  readonly normal: number;
  /** The neighbour had the same fault. */
  readonly isInRun: boolean;
}

function repairUnits(
  tape: Tape,
  report: TapeReport,
  position: number,
  { normal, isInRun }: UnitClue,
): boolean {
  const cells = cellsAt(tape, position);
  const level = levelAround(tape, position);
  for (const factor of UNIT_FACTORS) {
    const edited = cells.slice();
    edited[CELL.volume] = (cells[CELL.volume] ?? Number.NaN) * factor;
    edited[CELL.amount] = (cells[CELL.amount] ?? Number.NaN) * factor;
    const volume = edited[CELL.volume] ?? Number.NaN;
    const sent = cells[CELL.volume] ?? Number.NaN;
    const isNear =
      (isWithin(volume, level.volume) || isWithin(volume, normal)) &&
      isNearer(volume, sent, level.volume);
    if (
      isNear &&
      (isInRun || hasTraceOf(cells, factor)) &&
      isSound(tape, position, edited, witnessOf(tape, position))
    ) {
      const note = `volume and amount × ${factor}`;
      report.repair(tape, position, edited, { rule: 'A05_unit_both', note, confidence: 0.95 });
      return true;
    }
  }
  return false;
}

/** A low volume, as of a share locked at its limit, is no measure by itself. */
function isNearer(volume: number, sent: number, usual: number): boolean {
  return Math.abs(Math.log(volume / usual)) < Math.abs(Math.log(sent / usual));
}

function isWithin(volume: number, usual: number): boolean {
  return Math.abs(Math.log(volume / usual)) < UNIT_DOUBT;
}

/** A value made too large ends in zeros; one made too small has parts of cents left (parts of shares are another rule's). */
function hasTraceOf(cells: Cells, factor: number): boolean {
  if (factor > 1) {
    return (cells[CELL.amount] ?? 0) % CENT !== 0;
  }
  const zeros = Math.round(1 / factor);
  return (
    (cells[CELL.volume] ?? Number.NaN) % zeros === 0 &&
    (cells[CELL.amount] ?? Number.NaN) % (zeros * CENT) === 0
  );
}

/** One session's volume far above or below both its neighbours and its surroundings: no market does that and goes back. */
export function holdOddLevels(tape: Tape, report: TapeReport, thresholds: Thresholds): void {
  const least = ODD_DIFFERENCES * roughnessOf(tape);
  const spike = Math.max(least, Math.log(thresholds.volumeSpike));
  const dip = Math.max(least, Math.log(thresholds.volumeDip));
  for (let position = 1; position + 1 < tape.length; position += 1) {
    if (isTrusted(tape, position) && report.isExplained[position] === 0) {
      const excess = excessOf(tape, position, Math.min(spike, dip) / 2);
      const isOnePrice = tape.values.high[position] === tape.values.low[position];
      const ease = touchesLimit(tape, position) ? LIMIT_DAY : 1;
      // A share locked at its limit hardly trades: a dip in a one-price bar is no fault.
      const share = shareOf(excess, {
        spike: spike * ease,
        dip: isOnePrice ? Number.POSITIVE_INFINITY : dip * ease,
      });
      report.oddity[position] = Math.min(1, share) / 2;
      if (share >= 1) {
        const note = `${Math.exp(Math.abs(excess)).toFixed(0)} times ${excess > 0 ? 'more' : 'less'} than around it`;
        report.quarantine(tape, position, { rule: 'S01_volume_level', note, confidence: 0.9 });
      }
    }
  }
}

function touchesLimit(tape: Tape, position: number): boolean {
  const percent = tape.limit[position] ?? Number.NaN;
  const { up, down } = limitPrices(
    tape.values.preClose[position] ?? Number.NaN,
    percent,
    tape.tick,
  );
  return (
    (tape.values.high[position] ?? Number.NaN) >= up ||
    (tape.values.low[position] ?? Number.NaN) <= down
  );
}

/** How much of the threshold is reached. */
function shareOf(excess: number, { spike, dip }: { spike: number; dip: number }): number {
  return excess > 0 ? excess / spike : -excess / dip;
}

/** ln(volume / what its neighbours and surroundings allow): positive above all of them, negative below all, else 0. */
function excessOf(tape: Tape, position: number, least: number): number {
  const { volume } = tape.values;
  const here = Math.log(volume[position] ?? Number.NaN);
  const before = Math.log(volume[position - 1] ?? Number.NaN);
  const after = Math.log(volume[position + 1] ?? Number.NaN);
  const above = here - Math.max(before, after);
  const below = here - Math.min(before, after);
  if (!(above > least || below < -least)) {
    return 0;
  }
  const past = trustedPositions(tape, Math.max(0, position - SESSIONS_BEFORE), position, position);
  const future = trustedPositions(
    tape,
    position + 1,
    Math.min(tape.length, position + 1 + SESSIONS_AFTER),
    position,
  );
  if (past.length < LEAST_BEFORE || future.length < LEAST_AFTER) {
    return 0;
  }
  const overPast = here - Math.log(medianOf(volume, past));
  const overFuture = here - Math.log(medianOf(volume, future));
  return above > 0
    ? Math.max(0, Math.min(above, overPast, overFuture))
    : Math.min(0, Math.max(below, overPast, overFuture));
}
