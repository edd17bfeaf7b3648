import { EDITS, type Edit, type Witness } from './edits.ts';
import {
  BROKEN,
  CELL,
  brokenByValues,
  isBeyondLimit,
  isBeyondPrices,
  isRangeTooWide,
  limitPrices,
  type Cells,
} from './invariants.ts';
import {
  closeBefore,
  expectedClose,
  expectedPreClose,
  isNextToTrusted,
  isTrusted,
  limitBase,
} from './links.ts';
import { cellsAt, type Tape } from './tape.ts';

export interface Diagnosis {
  readonly edit: Edit;
  readonly cells: Cells;
  /** 0 to 1: how much better it is than the next best that gives other values. */
  readonly confidence: number;
}

/** What a row's level is measured against; NaN where there is no history. */
export interface Level {
  readonly volume: number;
  readonly amount: number;
  readonly close: number;
}

/** Spread of ln(volume / median) of real bars, and of ln(close / nearest close), beyond which a value is dear. */
const VOLUME_SPREAD = 0.9;
const PRICE_SPREAD = 0.08;
const DEAREST = 30;
/** A close this near to the nearest trusted one, as a logarithm, is on its level. */
const NEAR = 0.3;
/** Dearer than this and the row is not explained but dressed up. */
const TOO_DEAR = 16;
/** Percent either way of the previous close: the first session of a share without a limit of its own. */
const UNLIMITED_REACH = 44;

/** The cheapest single fault that, undone, leaves a row with which every hard invariant and every trusted neighbour agrees. */
export function diagnoseRow(tape: Tape, position: number, level: Level): Diagnosis | undefined {
  const cells = cellsAt(tape, position);
  const witness = witnessOf(tape, position);
  let best: { edit: Edit; cells: Cells; cost: number } | undefined;
  let nextCost = Number.POSITIVE_INFINITY;
  for (const edit of EDITS) {
    const edited = edit.undo(cells, witness);
    if (
      edited !== undefined &&
      isSound(tape, position, edited, witness) &&
      isProven(edit, edited, witness, level)
    ) {
      const cost = edit.cost + levelCost(edited, level);
      if (best === undefined || cost < best.cost) {
        nextCost = best !== undefined && differs(best.cells, edited) ? best.cost : nextCost;
        best = { edit, cells: edited, cost };
      } else if (differs(best.cells, edited)) {
        nextCost = Math.min(nextCost, cost);
      }
    }
  }
  if (best === undefined || best.cost > TOO_DEAR) {
    return undefined;
  }
  const odds = Math.exp(best.cost - nextCost);
  return { edit: best.edit, cells: best.cells, confidence: 1 / (1 + odds) };
}

/** No repair without a proof: without amounts and links a row's own order says too little. */
function isProven({ proof }: Edit, cells: Cells, witness: Witness, level: Level): boolean {
  const hasMean = (cells[CELL.volume] ?? 0) > 0 && (cells[CELL.amount] ?? 0) > 0;
  const hasLink = !Number.isNaN(witness.preClose) || !Number.isNaN(witness.close);
  if (proof === 'none' || hasMean || hasLink) {
    return true;
  }
  return (
    proof === 'level' && Math.abs(Math.log((cells[CELL.close] ?? Number.NaN) / level.close)) < NEAR
  );
}

export function witnessOf(tape: Tape, position: number): Witness {
  const hasBefore = isNextToTrusted(tape, position);
  const hasNext = isTrusted(tape, position + 1) && (tape.gap[position + 1] ?? 0) === 0;
  return {
    tick: tape.tick,
    preClose: hasBefore ? expectedPreClose(tape, position) : Number.NaN,
    preCloseDoubt: tape.tick * 0.51,
    close: hasNext ? expectedClose(tape, position) : Number.NaN,
    closeDoubt: tape.tick * (tape.factor[position + 1] === 1 ? 0.51 : 1.51),
  };
}

/** Complete, unbroken, within a day's reach, and in agreement with each trusted neighbour. */
export function isSound(tape: Tape, position: number, cells: Cells, witness: Witness): boolean {
  return (
    isComplete(cells, tape.absent[position] ?? 0) &&
    brokenCells(tape, position, cells) === 0 &&
    agrees(cells[CELL.preClose], witness.preClose, witness.preCloseDoubt) &&
    agrees(cells[CELL.close], witness.close, witness.closeDoubt) &&
    isWithinReach(tape, position, cells)
  );
}

/**
 * Could one session's prices lie so far apart? A repair must not dress a row up by widening its range: an opening price
 * that is too high would fit a high ten times as high. Where no limit is known, the widest that a session usually has stands in.
 */
export function isWithinReach(tape: Tape, position: number, cells: Cells): boolean {
  const known = tape.limit[position] ?? Number.NaN;
  const percent = Number.isNaN(known) ? UNLIMITED_REACH : known;
  if (isRangeTooWide(cells, percent, tape.tick)) {
    return false;
  }
  if (Number.isNaN(known) || !Number.isNaN(cells[CELL.preClose] ?? Number.NaN)) {
    return true;
  }
  // An ex-right day may lower the prices by any share, but hardly ever raises them.
  const before = isNextToTrusted(tape, position) ? closeBefore(tape, position) : Number.NaN;
  return !(
    (cells[CELL.high] ?? Number.NaN) >
    limitPrices(before, percent, tape.tick).up + tape.tick
  );
}

/** Has a value in every column that its layout has? `absent` has a bit for each that it does not have. */
export function isComplete(cells: Cells, absent: number): boolean {
  for (let cell = 0; cell < cells.length; cell += 1) {
    if (Number.isNaN(cells[cell]) && (absent & (1 << cell)) === 0) {
      return false;
    }
  }
  return true;
}

/** All bits of a row that can be told without its neighbours. */
export function brokenCells(tape: Tape, position: number, cells: Cells): number {
  return brokenByValues(cells, tape.tick) | (breaksLimit(tape, position, cells) ? BROKEN.limit : 0);
}

/** Where nobody knows what the limit is reckoned from, the range itself may still be wider than any limit allows. */
function breaksLimit(tape: Tape, position: number, cells: Cells): boolean {
  const up = tape.upLimit[position] ?? Number.NaN;
  if (!Number.isNaN(up)) {
    return isBeyondPrices(cells, { up, down: tape.downLimit[position] ?? Number.NaN }, tape.tick);
  }
  const percent = tape.limit[position] ?? Number.NaN;
  if (Number.isNaN(percent)) {
    return false;
  }
  const base = limitBase(tape, position, cells[CELL.preClose]);
  return Number.isNaN(base)
    ? isRangeTooWide(cells, percent, tape.tick)
    : isBeyondLimit(cells, base, percent, tape.tick);
}

function agrees(value: number | undefined, expected: number, doubt: number): boolean {
  return (
    Number.isNaN(expected) ||
    value === undefined ||
    Number.isNaN(value) ||
    Math.abs(value - expected) <= doubt
  );
}

function levelCost(cells: Cells, { volume, amount, close }: Level): number {
  return (
    distance(cells[CELL.volume], volume, VOLUME_SPREAD) / 2 +
    distance(cells[CELL.amount], amount, VOLUME_SPREAD) / 2 +
    distance(cells[CELL.close], close, PRICE_SPREAD)
  );
}

function distance(value: number | undefined, usual: number, spread: number): number {
  if (Number.isNaN(usual) || !(usual > 0)) {
    return 0;
  }
  const far = Math.log((value ?? Number.NaN) / usual) / spread;
  return Number.isNaN(far) ? 0 : Math.min(DEAREST, (far * far) / 2);
}

function differs(a: Cells, b: Cells): boolean {
  return a.some((value, cell) => Math.abs(value - (b[cell] ?? Number.NaN)) > 0.5);
}
