import { MARK, VALUE_COLUMNS, type BarColumns } from '../domain/bar.ts';
import { BatchReport } from './batch-report.ts';
import { explain } from './explain.ts';
import { HIT, type Hit } from './hit-list.ts';
import { judgeSymbol } from './judge-symbol.ts';
import { tickOf } from './market.ts';
import { scoreBatch, type Scores } from './score.ts';
import { DEFAULT_THRESHOLDS } from './settings.ts';
import { openSheet, type Sheet } from './sheet.ts';
import { openTwinIndex } from './twins.ts';
import {
  FATE,
  MAX_FINDINGS,
  SEVERITY_WEIGHT,
  type Finding,
  type JudgeContext,
  type Repair,
  type Verdict,
} from './verdict.ts';

/** Scores are sums of fractions: equal to the threshold means reached. */
const ROUNDING = 1e-9;

/** A judged batch with all that was found: what the verdict is made of. */
export interface Judgement {
  readonly sheet: Sheet;
  readonly report: BatchReport;
  readonly scores: Scores;
}

/**
 * Gives every row its fate and the batch its score. The verdict's columns are in the order of (symbol, day); findings
 * and repairs refer to them.
 */
export function judgeBars(columns: BarColumns, context: JudgeContext): Verdict {
  return verdictOf(judgeFully(columns, context), context);
}

export function judgeFully(columns: BarColumns, context: JudgeContext): Judgement {
  const sheet = openSheet(columns, context.sessions);
  const report = new BatchReport(sheet);
  const thresholds = { ...DEFAULT_THRESHOLDS, ...context.rules?.thresholds };
  const tools = { context, thresholds, twins: openTwinIndex(sheet.sent) };
  for (let at = 0; at + 1 < sheet.groupStart.length; at += 1) {
    const from = sheet.groupStart[at] ?? 0;
    const symbolId = sheet.sent.symbolId[from] ?? 0;
    const symbol = sheet.sent.symbols[symbolId] ?? '';
    const to = sheet.groupStart[at + 1] ?? from;
    const group = { from, to, symbol, symbolId, tick: tickOf(symbol) };
    judgeSymbol(sheet, group, tools, report);
  }
  const scores = scoreBatch({
    rows: sheet.length,
    symbolId: sheet.sent.symbolId,
    symbols: sheet.sent.symbols.length,
    hits: report.hits,
    leavesHole: report.leavesHole,
    isCounted: (row) => ((sheet.sent.marks[row] ?? 0) & MARK.suspended) === 0,
  });
  return { sheet, report, scores };
}

function verdictOf({ sheet, report, scores }: Judgement, context: JudgeContext): Verdict {
  const { symbols } = sheet.sent;
  const counts: Record<string, number> = {};
  for (const { rule } of report.hits) {
    counts[rule.id] = (counts[rule.id] ?? 0) + 1;
  }
  return {
    columns: sheet.columns,
    fate: fatesOf(sheet, report, scores, context.qualityThreshold),
    score: scores.load,
    rawScore: scores.raw,
    dimensions: scores.dimensions,
    symbolScores: new Map(symbols.map((symbol, id) => [symbol, scores.bySymbol[id] ?? 1])),
    hits: counts,
    findings: findingsOf(sheet, report),
    repairs: context.cleanData ? repairsOf(sheet, report) : [],
  };
}

/** A symbol below the threshold is held back whole. */
function fatesOf(sheet: Sheet, report: BatchReport, scores: Scores, threshold: number): Uint8Array {
  const isHeld = scores.bySymbol.map((score) => (score < threshold - ROUNDING ? 1 : 0));
  return report.fate.map((fate, row) =>
    fate === FATE.publish && isHeld[sheet.sent.symbolId[row] ?? 0] === 1 ? FATE.quarantine : fate,
  );
}

function findingsOf(sheet: Sheet, { hits }: BatchReport): readonly Finding[] {
  const listed = [...hits].toSorted(
    (a, b) => SEVERITY_WEIGHT[b.rule.severity] - SEVERITY_WEIGHT[a.rule.severity],
  );
  return listed.slice(0, MAX_FINDINGS).map((one) => toFinding(sheet, one));
}

function toFinding(sheet: Sheet, { rule, row, symbolId, day, note }: Hit): Finding {
  return {
    rule: rule.id,
    dimension: rule.dimension,
    severity: rule.severity,
    symbol: sheet.sent.symbols[symbolId] ?? '',
    tradingDay: day,
    row,
    message: explain(sheet, { rule, row, note }),
  };
}

/** Every cell that differs from what was sent, with the rule that proved it wrong. */
function repairsOf({ sent, columns }: Sheet, { hits }: BatchReport): readonly Repair[] {
  const repairs: Repair[] = [];
  for (const { row, rule, confidence, state } of hits) {
    if (row !== undefined && state === HIT.repaired) {
      for (const column of ['tradingDay', ...VALUE_COLUMNS] as const) {
        const original = sent[column][row] ?? Number.NaN;
        const repaired = columns[column][row] ?? Number.NaN;
        if (!Object.is(original, repaired)) {
          repairs.push({ row, column, original, repaired, rule: rule.id, confidence });
        }
      }
    }
  }
  return repairs;
}
