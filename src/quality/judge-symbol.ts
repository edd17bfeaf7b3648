import { copyValues, VALUE_COLUMNS } from '../domain/bar.ts';
import { boardOf } from '../domain/stock-symbol.ts';
import type { BatchReport } from './batch-report.ts';
import { buildTape } from './build-tape.ts';
import { findGaps } from './gaps.ts';
import { HIT } from './hit-list.ts';
import { settleKeys, type Group } from './keys.ts';
import { holdOddLevels } from './levels.ts';
import { isPlainSymbol } from './plain-symbol.ts';
import { holdUnexplained, inspectRows, repairRows } from './row-diagnosis.ts';
import { recheckRepairs } from './recheck.ts';
import { holdCoarseRuns, holdForeignRuns, restoreSwappedDays } from './runs.ts';
import { compareSecondSource, compareStored, storedVolumes } from './second-source.ts';
import type { Thresholds } from './settings.ts';
import type { Sheet } from './sheet.ts';
import { settleSingleLinks } from './single-links.ts';
import { findStaleRows } from './stale.ts';
import { valuesOfRows, type Tape } from './tape.ts';
import { TapeReport, type TapeHit } from './tape-report.ts';
import { holdCopiedRuns, type TwinIndex } from './twins.ts';
import { repairUnitsOfBoth } from './units-of-both.ts';
import { FATE, type JudgeContext } from './verdict.ts';

export interface JudgeTools {
  readonly context: JudgeContext;
  readonly thresholds: Thresholds;
  readonly twins: TwinIndex;
}

/** Everything about one symbol that its own rows can tell, in the order of QUALITY.md B.1. */
export function judgeSymbol(
  sheet: Sheet,
  group: Group,
  { context, thresholds, twins }: JudgeTools,
  report: BatchReport,
): void {
  if (isStranger(group.symbol, context)) {
    for (let row = group.from; row < group.to; row += 1) {
      report.quarantine(row, { rule: 'V01_symbol', note: group.symbol });
    }
    return;
  }
  if (isPlainSymbol(sheet, group, context, thresholds)) {
    return;
  }
  settleKeys(sheet, group, context, report);
  const rows = publishableRows(group, report);
  const tape = buildTape(sheet, group, rows, context, thresholds);
  const found = new TapeReport(tape.length, report.rulebook);
  inspectRows(tape);
  const sent = valuesOfRows(sheet.columns, rows);
  findStaleRows(tape, found, sent);
  repairRows(tape, found);
  restoreSwappedDays(tape, found);
  holdCoarseRuns(tape, found, thresholds.coarseRows);
  holdCopiedRuns(tape, found, twins, sheet.sent);
  holdForeignRuns(tape, found);
  settleSingleLinks(tape, found);
  holdUnexplained(tape, found);
  repairUnitsOfBoth(tape, found, storedVolumes(tape, context.stored));
  recheckRepairs(tape, found, sent);
  holdOddLevels(tape, found, thresholds);
  if (context.secondSource !== undefined) {
    compareSecondSource(tape, found, context.secondSource);
  }
  if (context.stored !== undefined) {
    compareStored(tape, found, context.stored, context.areRestatementsFine === true);
  }
  findGaps(tape, context, thresholds, report);
  transfer(sheet, tape, found, context.cleanData, report);
}

/** Neither known nor asked for, or with a code that no exchange gives out. Without a list of instruments nobody can tell. */
function isStranger(symbol: string, { instruments, symbols }: JudgeContext): boolean {
  const isUnknown = instruments.size > 0 && !instruments.has(symbol);
  return isUnknown && (!symbols.includes(symbol) || boardOf(symbol) === 'other');
}

function publishableRows({ from, to }: Group, report: BatchReport): Uint32Array {
  const rows: number[] = [];
  for (let row = from; row < to; row += 1) {
    if (report.fate[row] === FATE.publish) {
      rows.push(row);
    }
  }
  return Uint32Array.from(rows);
}

/** From positions to rows; repaired values enter the sheet, unless nothing is to be cleaned: then such rows are held. */
function transfer(
  sheet: Sheet,
  tape: Tape,
  found: TapeReport,
  cleanData: boolean,
  report: BatchReport,
): void {
  for (const { position, rule, confidence, state, note } of found.hits) {
    const row = tape.row[position] ?? 0;
    const isHeld = state === HIT.repaired && !cleanData;
    report.add(
      row,
      { rule, confidence, ...(note === undefined ? {} : { note }) },
      isHeld ? HIT.open : state,
    );
    if (isHeld) {
      found.fate[position] = FATE.quarantine;
      propose(sheet, tape, { position, rule, confidence }, report);
    }
  }
  for (let position = 0; position < tape.length; position += 1) {
    const row = tape.row[position] ?? 0;
    const fate = found.fate[position] ?? FATE.publish;
    report.fate[row] = fate;
    report.leavesHole[row] = fate === FATE.quarantine ? 1 : 0;
    report.oddity[row] = found.oddity[position] ?? 0;
    if (cleanData && fate !== FATE.quarantine) {
      copyValues(tape.values, position, sheet.columns, row);
    }
  }
}

/** The repair as it would be made, for the report: nothing of it is applied. */
function propose(
  { sent }: Sheet,
  { values, row: rows }: Tape,
  { position, rule, confidence }: Pick<TapeHit, 'position' | 'rule' | 'confidence'>,
  report: BatchReport,
): void {
  const row = rows[position] ?? 0;
  for (const column of VALUE_COLUMNS) {
    const original = sent[column][row] ?? Number.NaN;
    const repaired = values[column][position] ?? Number.NaN;
    if (!Object.is(original, repaired)) {
      report.proposals.push({ row, column, original, repaired, rule, confidence });
    }
  }
}
