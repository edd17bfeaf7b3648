import { isSound, witnessOf } from './edit-diagnosis.ts';
import { money } from './explain.ts';
import { CELL, type Cells } from './invariants.ts';
import { LINK, expectedClose, expectedPreClose, linkInto } from './links.ts';
import { cellsAt, type Tape } from './tape.ts';
import type { TapeReport } from './tape-report.ts';

/** One account of a broken link: which row is wrong, how, and what it should be. */
interface Account {
  readonly position: number;
  readonly rule: string;
  /** Minus the logarithm of its likelihood. */
  readonly cost: number;
  readonly note: string;
  /** Undefined where the row cannot be repaired. */
  readonly cells: Cells | undefined;
}

/** Scale of an opening gap, as ln(open / previous close): what tells a wrong close from a wrong previous close. */
const GAP_SCALE = 0.008;
/** Costs nearer to each other than this: both rows are doubted. */
const CLEAR = 2.5;
const LEAST_SPIKE = 0.03;
const THIN = -0.25;

/** For each broken link that no run explains: the likeliest account of it, and a remark on the other row where it is not clear. */
export function settleSingleLinks(tape: Tape, report: TapeReport): void {
  for (let position = 1; position < tape.length; position += 1) {
    const isOpen = report.fate[position] === 0 && report.fate[position - 1] === 0;
    if (isOpen && linkInto(tape, position) === LINK.broken) {
      settle(tape, report, position);
    }
  }
}

function settle(tape: Tape, report: TapeReport, position: number): void {
  // A row that breaks an invariant by itself is the wrong one.
  if ((tape.broken[position - 1] ?? 0) !== 0 || (tape.broken[position] ?? 0) !== 0) {
    holdSpike(tape, report, position - 1);
    return;
  }
  if (Number.isNaN(tape.factor[position] ?? Number.NaN)) {
    report.note(position, {
      rule: 'N08_unexplained_ex_right',
      note: 'higher than the last close; ex-right days of the symbol are not known',
    });
    return;
  }
  const accounts = accountsOf(tape, position).toSorted((a, b) => a.cost - b.cost);
  const [best, second] = accounts;
  if (best === undefined) {
    return;
  }
  const rival = accounts.find((one) => one.position !== best.position);
  const margin = (rival?.cost ?? Number.POSITIVE_INFINITY) - best.cost;
  const confidence = 1 / (1 + Math.exp(best.cost - (second?.cost ?? Number.POSITIVE_INFINITY)));
  const { rule, note } = best;
  if (best.cells === undefined) {
    report.quarantine(tape, best.position, { rule, note, confidence });
  } else {
    report.repair(tape, best.position, best.cells, { rule, note, confidence });
  }
  if (margin < CLEAR && rival !== undefined) {
    report.note(rival.position, { rule: 'L01_link_suspect', confidence: 0.6 });
  }
}

/** All prices of a session off by one ratio: scaled to the close that the next session names, the row is whole again. */
function holdSpike(tape: Tape, report: TapeReport, position: number): void {
  const ratio = expectedClose(tape, position) / (tape.values.close[position] ?? Number.NaN);
  const scaled = cellsAt(tape, position).map((value, cell) =>
    cell <= CELL.close ? Math.round((value * ratio) / tape.tick) * tape.tick : value,
  );
  const isWrong = (tape.broken[position] ?? 0) !== 0 && Math.abs(Math.log(ratio)) > LEAST_SPIKE;
  if (isWrong && isSound(tape, position, scaled, witnessOf(tape, position))) {
    report.quarantine(tape, position, { rule: 'A08_spike', note: spikeNote(ratio) });
  }
}

function spikeNote(ratio: number): string {
  return `${(100 * (1 / ratio - 1)).toFixed(1)} % off the close that the next session names`;
}

function accountsOf(tape: Tape, position: number): readonly Account[] {
  return [
    wrongPreClose(tape, position),
    swappedOpenClose(tape, position - 1),
    wrongClose(tape, position - 1),
    spike(tape, position - 1),
  ].filter((account) => account !== undefined);
}

function gapCost(open: number, preClose: number): number {
  return Math.min(12, Math.abs(Math.log(open / preClose)) / GAP_SCALE);
}

function wrongPreClose(tape: Tape, position: number): Account | undefined {
  const { values } = tape;
  const cells = cellsAt(tape, position);
  const expected = expectedPreClose(tape, position);
  if (Number.isNaN(expected)) {
    return undefined;
  }
  const edited = cells.slice();
  edited[CELL.preClose] = expected;
  const isRaw = values.preClose[position] === values.close[position - 1];
  const isStale = values.preClose[position] === values.preClose[position - 1];
  const isHealed = isSound(tape, position, edited, witnessOf(tape, position));
  const cost =
    3 +
    gapCost(cells[CELL.open] ?? Number.NaN, expected) -
    (isRaw ? 6 : 0) -
    (isStale ? 5 : 0) +
    (isHealed ? 0 : 8);
  return {
    position,
    rule: isRaw ? 'N07_pre_close_unadjusted' : 'N06_pre_close',
    cost,
    note: `${isStale ? 'it repeats the session before; ' : ''}the bar before lets expect ${money(expected)}`,
    cells: isHealed ? edited : undefined,
  };
}

function swappedOpenClose(tape: Tape, position: number): Account | undefined {
  const { values } = tape;
  const expected = expectedClose(tape, position);
  if (values.open[position] !== expected || values.open[position] === values.close[position]) {
    return undefined;
  }
  const edited = cellsAt(tape, position);
  edited[CELL.open] = values.close[position] ?? Number.NaN;
  edited[CELL.close] = expected;
  return {
    position,
    rule: 'N05_swap_open_close',
    cost: -2 + nextGap(tape, position),
    note: 'open is the close that the next session names',
    cells: edited,
  };
}

/** Cost of the next open, if the next previous close is right. */
function nextGap({ values }: Tape, position: number): number {
  return gapCost(
    values.open[position + 1] ?? Number.NaN,
    values.preClose[position + 1] ?? Number.NaN,
  );
}

function wrongClose(tape: Tape, position: number): Account | undefined {
  const expected = expectedClose(tape, position);
  const edited = cellsAt(tape, position);
  const low = edited[CELL.low] ?? Number.NaN;
  const high = edited[CELL.high] ?? Number.NaN;
  edited[CELL.close] = expected;
  const isInside = expected >= low && expected <= high;
  const isHealed = isSound(tape, position, edited, witnessOf(tape, position));
  // A wrong close is spread over the day's range, a wrong previous close over some 8 % either way.
  const spread = Math.log(Math.max(high / low - 1, 0.002) / 0.16);
  return {
    position,
    rule: 'A07_close_vs_next_pre_close',
    cost: (isInside ? 3 + spread : 5.5) + nextGap(tape, position),
    note: `the next session names ${money(expected)}${isInside ? '' : ', which the range does not reach'}`,
    cells:
      isInside && isHealed && tape.factor[position + 1] === 1 && !isThin(tape, position)
        ? edited
        : undefined,
  };
}

/** A bar stored before the day had ended has less volume than its neighbours: then more than its close is wrong. */
function isThin({ values }: Tape, position: number): boolean {
  const here = Math.log(values.volume[position] ?? Number.NaN);
  const before = Math.log(values.volume[position - 1] ?? Number.NaN);
  const after = Math.log(values.volume[position + 1] ?? Number.NaN);
  return here - (before + after) / 2 < THIN;
}

function spike(tape: Tape, position: number): Account | undefined {
  const { values } = tape;
  const ratio = expectedClose(tape, position) / (values.close[position] ?? Number.NaN);
  if (Math.abs(Math.log(ratio)) < LEAST_SPIKE) {
    return undefined;
  }
  return {
    position,
    rule: 'A08_spike',
    cost: 5 + nextGap(tape, position),
    note: spikeNote(ratio),
    cells: undefined,
  };
}
