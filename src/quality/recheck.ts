import { brokenCells, isComplete, isWithinReach } from './edit-diagnosis.ts';
import { HIT } from './hit-list.ts';
import { LINK, linkInto } from './links.ts';
import { cellsAt, type Tape } from './tape.ts';
import type { TapeReport } from './tape-report.ts';
import { FATE } from './verdict.ts';

/**
 * Judges each repaired row once more, as the finished tape stands: what looked like a proof when it was made may have leant on a
 * neighbour that was held or repaired since. What does not hold is withdrawn, and the row held as it was sent.
 */
export function recheckRepairs(tape: Tape, report: TapeReport, sent: Tape['values']): void {
  const repaired = new Set(
    report.hits.filter(({ state }) => state === HIT.repaired).map(({ position }) => position),
  );
  for (const position of repaired) {
    if (report.fate[position] === FATE.publish && !holds(tape, report, position)) {
      report.withdraw(tape, position, cellsAt({ values: sent }, position));
    }
  }
}

function holds(tape: Tape, { fate }: TapeReport, position: number): boolean {
  const cells = cellsAt(tape, position);
  const isNextOpen = fate[position + 1] === FATE.publish && tape.broken[position + 1] === 0;
  const isBeforeOpen =
    position === 0 || (fate[position - 1] === FATE.publish && tape.broken[position - 1] === 0);
  return (
    isComplete(cells, tape.absent[position] ?? 0) &&
    brokenCells(tape, position, cells) === 0 &&
    isWithinReach(tape, position, cells) &&
    !(isBeforeOpen && linkInto(tape, position) === LINK.broken) &&
    !(isNextOpen && linkInto(tape, position + 1) === LINK.broken)
  );
}
