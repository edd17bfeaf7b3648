import { VALUE_COLUMNS } from '../domain/bar.ts';
import { diagnoseRow, isComplete, brokenCells } from './edit-diagnosis.ts';
import { BROKEN, CELL } from './invariants.ts';
import { closeBefore } from './links.ts';
import { levelAround } from './level.ts';
import { cellsAt, STANDING, type Tape } from './tape.ts';
import { noteOf } from './notes.ts';
import type { TapeReport } from './tape-report.ts';

/** Worst first: the rule that speaks for a row that no edit explains. */
const RULE_OF_BIT: readonly (readonly [bit: number, rule: string])[] = [
  [BROKEN.negative, 'V07_negative'],
  [BROKEN.nonPositive, 'V09_non_positive'],
  [BROKEN.order, 'N01_ohlc'],
  [BROKEN.limit, 'A09_limit_breach'],
  [BROKEN.zeroTrade, 'V10_zero_volume'],
  [BROKEN.null, 'C01_null'],
  [BROKEN.vwap, 'A10_vwap_outside_range'],
  [BROKEN.fraction, 'V11_fractional_volume'],
  [BROKEN.tick, 'V08_tick'],
];

/** Finds what each row breaks by itself; such a row is no witness until it is repaired. */
export function inspectRows(tape: Tape): number {
  const cells = new Float64Array(VALUE_COLUMNS.length);
  let suspects = 0;
  for (let position = 0; position < tape.length; position += 1) {
    cellsAt(tape, position, cells);
    const isFull = isComplete(cells, tape.absent[position] ?? 0);
    const broken = brokenCells(tape, position, cells) | (isFull ? 0 : BROKEN.null);
    tape.broken[position] = broken;
    tape.standing[position] = broken === 0 ? STANDING.trusted : STANDING.suspect;
    suspects += broken === 0 ? 0 : 1;
  }
  return suspects;
}

/** Repairs rows by the smallest edit, first onwards, then back: a repaired row is a witness for the next. */
export function repairRows(tape: Tape, report: TapeReport): void {
  for (let position = 0; position < tape.length; position += 1) {
    repairRow(tape, report, position);
  }
  for (let position = tape.length - 1; position >= 0; position -= 1) {
    repairRow(tape, report, position);
  }
}

/** A row without a previous close is measured against the bar before, which may have been repaired by now. */
function inspectAgain(tape: Tape, report: TapeReport, position: number): void {
  const isOpen = tape.broken[position] === 0 && report.isExplained[position] === 0;
  if (isOpen && Number.isNaN(tape.values.preClose[position])) {
    const broken = brokenCells(tape, position, cellsAt(tape, position));
    tape.broken[position] = broken;
    tape.standing[position] = broken === 0 ? STANDING.trusted : STANDING.suspect;
  }
}

function repairRow(tape: Tape, report: TapeReport, position: number): void {
  inspectAgain(tape, report, position);
  const broken = tape.broken[position] ?? 0;
  if (broken === 0 || report.isExplained[position] === 1) {
    return;
  }
  const diagnosis = diagnoseRow(tape, position, levelAround(tape, position));
  if (diagnosis !== undefined) {
    const { edit, cells, confidence } = diagnosis;
    const isRaw = tape.values.preClose[position] === closeBefore(tape, position);
    const rule =
      edit.rule === 'N06_pre_close' && isRaw
        ? 'N07_pre_close_unadjusted'
        : ruleOfRepair(edit.rule, broken, tape.unreadable[position] === 1);
    report.repair(tape, position, cells, { rule, confidence, note: edit.note });
  }
}

/** A cell that was empty or zero is named for that, not for where its value came from. */
function ruleOfRepair(rule: string, broken: number, isUnreadable: boolean): string {
  const isFilled = rule === 'N06_pre_close' || rule === 'A07_close_vs_next_pre_close';
  if (isFilled && (broken & BROKEN.null) !== 0) {
    return isUnreadable ? 'V02_unparseable' : 'C01_null';
  }
  return isFilled && (broken & BROKEN.nonPositive) !== 0 ? 'V09_non_positive' : rule;
}

/** What is still broken when every explanation was tried: the row is held back, with the worst of its faults. */
export function holdUnexplained(tape: Tape, report: TapeReport): void {
  for (let position = 0; position < tape.length; position += 1) {
    const broken = tape.broken[position] ?? 0;
    if (broken !== 0 && report.isExplained[position] === 0) {
      holdRow(tape, report, position, broken);
    }
  }
}

function holdRow(tape: Tape, report: TapeReport, position: number, broken: number): void {
  const rules = RULE_OF_BIT.filter(([bit]) => (broken & bit) !== 0).map(([, rule]) => rule);
  for (const named of rules) {
    const isUnreadable = named === 'C01_null' && tape.unreadable[position] === 1;
    const rule = isUnreadable ? 'V02_unparseable' : named;
    if (broken === BROKEN.null && isOnlyOptionalMissing(tape, position)) {
      report.note(position, { rule });
      report.isExplained[position] = 1;
    } else {
      const note = noteOf(rule, tape, position);
      report.quarantine(tape, position, note === undefined ? { rule } : { rule, note });
    }
  }
}

/** The table takes a bar without a previous close or an amount; nothing else may be empty. */
function isOnlyOptionalMissing(tape: Tape, position: number): boolean {
  return isComplete(cellsAt(tape, position), (1 << CELL.preClose) | (1 << CELL.amount));
}
