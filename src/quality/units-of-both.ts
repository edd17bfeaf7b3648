import { isSound, witnessOf } from './edit-diagnosis.ts';
import { CELL, type Cells } from './invariants.ts';
import { levelAround, oddDifferenceOf, trustedPositions } from './level.ts';
import { isTrusted } from './links.ts';
import { cellsAt, type Tape } from './tape.ts';
import type { TapeReport } from './tape-report.ts';

/** Rows this far from the last normal one are measured against their surroundings. */
const WORTH_A_LOOK = Math.log(6);
/** How far a volume in the right unit may be from its surroundings, as a logarithm. */
const UNIT_DOUBT = 1.8;
const UNIT_FACTORS = [100, 1e4, 0.01, 1e-4];
/** Amounts are given to the cent, in 1/10,000 CNY. */
const CENT = 100;
const LOT = 100;
/** Rows on either side that show what digits the source usually sends, and how likely a trace may be by chance. */
const HABIT_ROWS = 40;
const TRACE_BY_CHANCE = 1 / 64;

/**
 * Volume and amount both in another unit keep their quotient: the level and the digits tell. `stored` is the volume that the table
 * holds for each position; NaN where it has no bar, undefined where nobody has looked.
 */
export function repairUnitsOfBoth(
  tape: Tape,
  report: TapeReport,
  stored: Float64Array | undefined,
): void {
  const repaired = new Set(
    report.hits.filter(({ rule }) => rule === 'A05_unit_both').map(({ position }) => position),
  );
  repairUnitsAlong(tape, report, { stored, repaired, isBackwards: false });
  // A run whose first rows bear no trace is known from its later ones.
  repairUnitsAlong(tape, report, { stored, repaired, isBackwards: true });
}

interface Walk {
  readonly stored: Float64Array | undefined;
  readonly repaired: Set<number>;
  readonly isBackwards: boolean;
}

function repairUnitsAlong(tape: Tape, report: TapeReport, walk: Walk): void {
  const { repaired, isBackwards, stored } = walk;
  const { volume } = tape.values;
  const quotient = Math.exp(Math.max(WORTH_A_LOOK, oddDifferenceOf(tape)));
  let normal = Number.NaN;
  for (let step = 0; step < tape.length; step += 1) {
    const position = isBackwards ? tape.length - 1 - step : step;
    const here = volume[position] ?? Number.NaN;
    if (isTrusted(tape, position) && here > 0 && report.isExplained[position] === 0) {
      const isFar = here > normal * quotient || here * quotient < normal;
      const isInRun =
        repaired.size > 0 && (repaired.has(position - 1) || repaired.has(position + 1));
      const clue = { normal, isInRun, stored: stored?.[position] };
      if ((isFar || isInRun) && repairUnits(tape, report, position, clue)) {
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
  readonly stored: number | undefined;
}

function repairUnits(tape: Tape, report: TapeReport, position: number, clue: UnitClue): boolean {
  const cells = cellsAt(tape, position);
  const sent = cells[CELL.volume] ?? Number.NaN;
  const level = levelAround(tape, position);
  for (const factor of UNIT_FACTORS) {
    const edited = cells.slice();
    edited[CELL.volume] = sent * factor;
    edited[CELL.amount] = (cells[CELL.amount] ?? Number.NaN) * factor;
    const volume = edited[CELL.volume] ?? Number.NaN;
    const isNear =
      (isWithin(volume, level.volume) || isWithin(volume, clue.normal)) &&
      isNearer(volume, sent, level.volume);
    if (
      isNear &&
      isBorneOut(tape, position, { ...clue, factor }) &&
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

/**
 * A row whose mean price fits is whole by itself, and a level alone is no proof. Where the table has the bar, the volume sent is in
 * another unit if the stored one says so, and only then; else the digits must tell.
 */
function isBorneOut(
  tape: Tape,
  position: number,
  { isInRun, stored = Number.NaN, factor }: UnitClue & { readonly factor: number },
): boolean {
  if (stored > 0) {
    const volume = (tape.values.volume[position] ?? Number.NaN) * factor;
    return Math.abs(volume - stored) <= LOT;
  }
  return isInRun || isUnusualTrace(tape, position, factor);
}

/**
 * The row and its neighbours on the same level bear a trace of `factor` that the rows on the usual level hardly ever bear. Where a
 * source sends whole lots, zeros at the end say nothing.
 */
function isUnusualTrace(tape: Tape, position: number, factor: number): boolean {
  const sent = tape.values.volume[position] ?? Number.NaN;
  function bears(at: number): boolean {
    return hasTraceOf(cellsAt(tape, at), factor);
  }
  function isUsual(at: number): boolean {
    return isNearer(sent * factor, sent, tape.values.volume[at] ?? Number.NaN);
  }
  function isAlike(at: number): boolean {
    return isTrusted(tape, at) && !isUsual(at) && bears(at);
  }
  if (!bears(position)) {
    return false;
  }
  let first = position;
  let last = position;
  while (isAlike(first - 1)) {
    first -= 1;
  }
  while (isAlike(last + 1)) {
    last += 1;
  }
  const from = Math.max(0, first - HABIT_ROWS);
  const to = Math.min(tape.length, last + 1 + HABIT_ROWS);
  const usual = trustedPositions(tape, from, to, position).filter(isUsual);
  const chance = (usual.filter(bears).length + 1) / (usual.length + 2);
  return chance ** (last + 1 - first) <= TRACE_BY_CHANCE;
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
