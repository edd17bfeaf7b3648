import { VALUE_COLUMNS } from '../domain/bar.ts';
import { abstentionsOf } from './abstentions.ts';
import type { BatchReport } from './batch-report.ts';
import type { ModelAccount } from './anomaly/rank-open-rows.ts';
import { explain } from './explain.ts';
import { HIT, type Hit } from './hit-list.ts';
import type { Scores } from './score.ts';
import type { Sheet } from './sheet.ts';
import { sentValues } from './verdict-detail.ts';
import {
  FATE,
  MAX_FINDINGS,
  SEVERITY_WEIGHT,
  type Finding,
  type FindingOutcome,
  type JudgeContext,
  type Repair,
  type Verdict,
} from './verdict.ts';

/** Scores are sums of fractions: equal to the threshold means reached. */
const ROUNDING = 1e-9;

/** A judged batch with all that was found. */
export interface Judgement {
  readonly sheet: Sheet;
  readonly report: BatchReport;
  readonly scores: Scores;
  readonly models: readonly ModelAccount[];
}

export function verdictOf(judgement: Judgement, context: JudgeContext): Verdict {
  const { sheet, report, scores } = judgement;
  const hits: Record<string, number> = {};
  for (const { rule } of report.hits) {
    hits[rule.id] = (hits[rule.id] ?? 0) + 1;
  }
  const fate = fatesOf(judgement, context.qualityThreshold);
  return {
    columns: sheet.columns,
    fate,
    score: scores.load,
    rawScore: scores.raw,
    dimensions: scores.dimensions,
    symbolScores: new Map(sheet.names.map((symbol, id) => [symbol, scores.bySymbol[id] ?? 1])),
    dayScores: scores.byDay,
    costs: scores.costs,
    loadCosts: scores.loadCosts,
    keys: scores.keys,
    symbolKeys: new Map(sheet.names.map((symbol, id) => [symbol, scores.keysBySymbol[id] ?? 0])),
    dayKeys: scores.keysByDay,
    costLines: scores.costLines,
    names: sheet.names,
    abstentions: abstentionsOf(sheet, context, report.rulebook),
    provisional: provisionalRows(sheet, fate),
    models: judgement.models,
    hits,
    findings: findingsOf(judgement, fate, context.qualityThreshold),
    repairs: context.cleanData ? repairsOf(sheet, report) : [],
    proposals: report.proposals,
  };
}

/** A symbol below the threshold is held back whole. */
function fatesOf({ sheet, report, scores }: Judgement, threshold: number): Uint8Array {
  const isHeld = scores.bySymbol.map((score) => (score < threshold - ROUNDING ? 1 : 0));
  return report.fate.map((fate, row) => {
    const isHeldBack = isHeld[sheet.sent.symbolId[row] ?? 0] === 1;
    return fate === FATE.publish && isHeldBack ? FATE.quarantine : fate;
  });
}

/** The last published row of each symbol: only the next session's previous close can confirm its close. */
function provisionalRows({ length, groupStart }: Sheet, fate: Uint8Array): Uint8Array {
  const provisional = new Uint8Array(length);
  for (let at = 0; at + 1 < groupStart.length; at += 1) {
    let row = (groupStart[at + 1] ?? 0) - 1;
    while (row > (groupStart[at] ?? 0) && fate[row] !== FATE.publish) {
      row -= 1;
    }
    provisional[row] = fate[row] === FATE.publish ? 1 : 0;
  }
  return provisional;
}

/** Worst first, capped; but a row that is held back always has its reason among them. */
function findingsOf(
  { sheet, report, scores }: Judgement,
  fate: Uint8Array,
  threshold: number,
): readonly Finding[] {
  const sorted = [...report.hits].toSorted(
    (a, b) => SEVERITY_WEIGHT[b.rule.severity] - SEVERITY_WEIGHT[a.rule.severity],
  );
  const hasReason = new Uint8Array(sheet.length);
  const findings: Finding[] = [];
  for (const hit of sorted) {
    const isFirstReason =
      hit.row !== undefined && fate[hit.row] === FATE.quarantine && hasReason[hit.row] === 0;
    if (isFirstReason || findings.length < MAX_FINDINGS) {
      findings.push(toFinding(sheet, hit, fate));
    }
    if (hit.row !== undefined) {
      hasReason[hit.row] = 1;
    }
  }
  for (let row = 0; row < sheet.length; row += 1) {
    if (fate[row] === FATE.quarantine && hasReason[row] === 0) {
      findings.push(heldWithSymbol(sheet, row, scores, threshold));
    }
  }
  return findings;
}

function toFinding(sheet: Sheet, hit: Hit, fate: Uint8Array): Finding {
  const { rule, row, symbolId, day, note, confidence } = hit;
  return {
    rule: rule.id,
    dimension: rule.dimension,
    severity: rule.severity,
    symbol: sheet.names[symbolId] ?? '',
    tradingDay: day,
    row,
    message: explain(sheet, { rule, row, note }),
    confidence,
    outcome: outcomeOf(hit, fate),
    sent: row === undefined ? undefined : sentValues(sheet.sent, row),
  };
}

function outcomeOf({ row, state }: Hit, fate: Uint8Array): FindingOutcome {
  if (row === undefined) {
    return 'absent';
  }
  if (fate[row] === FATE.publish) {
    return state === HIT.repaired ? 'repaired' : 'published';
  }
  return fate[row] === FATE.drop ? 'dropped' : 'held';
}

/** The reason of a row that is held for the others of its symbol. */
function heldWithSymbol(
  { columns, sent }: Sheet,
  row: number,
  { bySymbol }: Scores,
  threshold: number,
): Finding {
  const id = columns.symbolId[row] ?? 0;
  const symbol = columns.symbols[id] ?? '';
  const score = bySymbol[id] ?? 1;
  return {
    rule: 'G01_below_threshold',
    dimension: 'completeness',
    severity: 'info',
    symbol,
    tradingDay: columns.tradingDay[row] ?? 0,
    row,
    message: `${symbol} scores ${score.toFixed(3)}, below ${threshold}: all its rows are held`,
    confidence: 1,
    outcome: 'held',
    sent: sentValues(sent, row),
  };
}

/** Every cell that differs from what was sent, with the rule that proved it wrong. */
function repairsOf({ sent, columns }: Sheet, { hits, fate }: BatchReport): readonly Repair[] {
  const repairs: Repair[] = [];
  const isListed = new Set<number>();
  for (const { row, rule, confidence, state } of hits) {
    if (
      row !== undefined &&
      state === HIT.repaired &&
      !isListed.has(row) &&
      fate[row] !== FATE.drop
    ) {
      isListed.add(row);
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
