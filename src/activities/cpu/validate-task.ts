import type { BarColumns } from '../../domain/bar.ts';
import type { BatchRef } from '../../domain/batch.ts';
import type { DayNumber } from '../../domain/trading-day.ts';
import type { RuleSettings } from '../../domain/rule-settings.ts';
import { judgeBars } from '../../quality/judge.ts';
import { KEY_RULES_ONLY } from '../../quality/rulebook.ts';
import { detailOf } from '../../quality/verdict-detail.ts';
import { FATE, type JudgeContext, type Verdict } from '../../quality/verdict.ts';
import type { ValidateOutcome, ValidateTask, VerdictSummary } from './tasks.ts';

export interface ValidateDeps {
  readColumns(ref: BatchRef): Promise<{ readonly columns: BarColumns }>;
  writeColumns(
    key: string,
    columns: BarColumns,
    extra: Readonly<Record<string, Uint8Array>>,
  ): Promise<BatchRef>;
  writeJson(key: string, value: unknown): Promise<BatchRef>;
}

/** Judges a staged batch and stages it again with a fate for each row. */
export function createValidateTask(
  staging: ValidateDeps,
): (task: ValidateTask) => Promise<ValidateOutcome> {
  return async function runValidate(task) {
    const { key, staged, context, validate, expectsOwnRange, ruleset } = task;
    const { columns } = await staging.readColumns(staged);
    const judging = expectsOwnRange ? { ...context, expected: ownRanges(columns) } : context;
    const judgedBy = validate ? judging : unjudged(judging);
    const verdict = judgeBars(columns, judgedBy);
    const judged = await staging.writeColumns(`${key}.arrow`, verdict.columns, {
      fate: verdict.fate,
    });
    return {
      judged,
      verdict: await staging.writeJson(
        `${key}.json`,
        summaryOf(verdict, { ruleset, rules: judgedBy.rules ?? {} }),
      ),
      models: verdict.models,
      score: verdict.score,
      publishable: count(verdict.fate, FATE.publish),
      quarantined: count(verdict.fate, FATE.quarantine),
      rawScore: verdict.rawScore,
      repairs: verdict.repairs.length,
      hits: Object.fromEntries(Object.entries(verdict.hits).filter(([, hits]) => hits > 0)),
    };
  };
}

/** Of each symbol, its first and last row; the columns are sorted by symbol and day. */
function ownRanges(columns: BarColumns): Map<string, { from: DayNumber; to: DayNumber }> {
  const ranges = new Map<string, { from: DayNumber; to: DayNumber }>();
  for (let row = 0; row < columns.length; row += 1) {
    const symbol = columns.symbols[columns.symbolId[row] ?? 0] ?? '';
    const day = columns.tradingDay[row] ?? 0;
    ranges.set(symbol, { from: ranges.get(symbol)?.from ?? day, to: day });
  }
  return ranges;
}

/** Without validation no symbol is held back for its score; rows that no table could hold still are. */
function unjudged(context: JudgeContext): JudgeContext {
  return { ...context, qualityThreshold: 0, cleanData: false, rules: KEY_RULES_ONLY };
}

function count(fate: Uint8Array, wanted: number): number {
  let rows = 0;
  for (const value of fate) {
    rows += value === wanted ? 1 : 0;
  }
  return rows;
}

function summaryOf(
  verdict: Verdict,
  judgedBy: { readonly ruleset: string; readonly rules: RuleSettings },
): VerdictSummary {
  const { score, rawScore, dimensions, symbolScores, hits } = verdict;
  return {
    score,
    rawScore,
    dimensions,
    symbolScores: Object.fromEntries(symbolScores),
    hits,
    findings: verdict.findings
      .filter(({ row }) => row !== undefined && verdict.fate[row] === FATE.quarantine)
      .map(({ rule, dimension, severity, symbol, tradingDay, row, message }) => ({
        rule,
        dimension,
        severity,
        symbol,
        tradingDay,
        row,
        message,
      })),
    detail: detailOf(verdict, judgedBy),
  };
}
