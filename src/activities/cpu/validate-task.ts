import type { BarColumns } from '../../domain/bar.ts';
import type { BatchRef } from '../../domain/batch.ts';
import type { DayNumber } from '../../domain/trading-day.ts';
import { judgeBars } from '../../quality/judge.ts';
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
  return async function runValidate({ key, staged, context, validate, expectsOwnRange }) {
    const { columns } = await staging.readColumns(staged);
    const judging = expectsOwnRange ? { ...context, expected: ownRanges(columns) } : context;
    const verdict = judgeBars(columns, validate ? judging : unjudged(judging));
    const judged = await staging.writeColumns(`${key}.arrow`, verdict.columns, {
      fate: verdict.fate,
    });
    return {
      judged,
      verdict: await staging.writeJson(`${key}.json`, summaryOf(verdict)),
      score: verdict.score,
      publishable: count(verdict.fate, FATE.publish),
      quarantined: count(verdict.fate, FATE.quarantine),
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
  return { ...context, qualityThreshold: 0, cleanData: false };
}

function count(fate: Uint8Array, wanted: number): number {
  let rows = 0;
  for (const value of fate) {
    rows += value === wanted ? 1 : 0;
  }
  return rows;
}

function summaryOf(verdict: Verdict): VerdictSummary {
  const { score, rawScore, dimensions, symbolScores, hits, findings, repairs } = verdict;
  return {
    score,
    rawScore,
    dimensions,
    symbolScores: Object.fromEntries(symbolScores),
    hits,
    findings,
    repairs,
  };
}
