import type { BatchReport } from '../batch-report.ts';
import { HIT } from '../hit-list.ts';
import type { Sheet } from '../sheet.ts';
import { SEVERITY_WEIGHT } from '../verdict.ts';
import { FEATURES } from './feature-list.ts';
import { featuresOf } from './features.ts';
import { decodeModel } from './model-codec.ts';
import { explainScore, scoreRows, type AnomalyModel } from './model.ts';
import { oddestOpenRows, usableRows } from './open-rows.ts';

/** A stored model, as judging is given it. */
export interface RankingModel {
  readonly modelId: number;
  readonly sha256: string;
  readonly encoded: Uint8Array;
  /** Its flags are counted and nothing else. */
  readonly isShadow: boolean;
}

export interface AnomalySettings {
  readonly models: readonly RankingModel[];
  /** Share of the rows that are scored, at most. */
  readonly share: number;
}

/** What one model did with a batch. */
export interface ModelAccount {
  readonly modelId: number;
  readonly isShadow: boolean;
  readonly scored: number;
  readonly flagged: number;
}

const RULE = 'M01_anomaly';
const KEPT = 4;
const decoded = new Map<string, AnomalyModel>();

/** Models by their hash: the same one judges thousands of batches. */
function modelOf({ sha256, encoded }: RankingModel): AnomalyModel {
  const known = decoded.get(sha256);
  if (known !== undefined) {
    return known;
  }
  const model = decodeModel(encoded);
  const [oldest] = decoded.keys();
  if (decoded.size >= KEPT && oldest !== undefined) {
    decoded.delete(oldest);
  }
  decoded.set(sha256, model);
  return model;
}

/**
 * Rules decide, the model ranks what they leave open: of rows that may be published and bear no finding the oddest are
 * scored, and those above the model's threshold get a remark with what makes them odd. They are held back only where the
 * operator has given the rule a severity that does so.
 */
export function rankOpenRows(
  sheet: Sheet,
  report: BatchReport,
  { models, share }: AnomalySettings,
): readonly ModelAccount[] {
  if (models.length === 0 || report.rulebook.isOff(RULE)) {
    return [];
  }
  const usable = usableRows(sheet, report);
  const rows = oddestOpenRows(sheet, usable, { share, isDecided: rowsWithFinding(sheet, report) });
  const { values } = featuresOf(sheet, rows, usable);
  return models.map((one) => {
    const model = modelOf(one);
    const scores = scoreRows(model, values);
    let flagged = 0;
    rows.forEach((row, at) => {
      const score = scores[at] ?? 0;
      if (score >= model.threshold) {
        flagged += 1;
        if (!one.isShadow) {
          const own = values.subarray(at * FEATURES.length, (at + 1) * FEATURES.length);
          const note = `${explainScore(model, own)} (score ${score.toFixed(3)}, model ${one.modelId})`;
          flag(report, row, { confidence: score, note });
        }
      }
    });
    return { modelId: one.modelId, isShadow: one.isShadow, scored: rows.length, flagged };
  });
}

function rowsWithFinding(sheet: Sheet, { hits }: BatchReport): Uint8Array {
  const has = new Uint8Array(sheet.length);
  for (const { row } of hits) {
    if (row !== undefined) {
      has[row] = 1;
    }
  }
  return has;
}

function flag(
  report: BatchReport,
  row: number,
  found: { readonly confidence: number; readonly note: string },
): void {
  const { rulebook } = report;
  const severity = rulebook.rules[rulebook.indexOf.get(RULE) ?? -1]?.severity ?? 'info';
  if (SEVERITY_WEIGHT[severity] >= SEVERITY_WEIGHT.high) {
    report.quarantine(row, { rule: RULE, ...found });
  } else {
    report.add(row, { rule: RULE, ...found }, HIT.open);
  }
}
