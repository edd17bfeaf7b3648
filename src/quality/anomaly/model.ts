import type { ModelKind } from '../../domain/anomaly-model.ts';
import { boostedScores, growBoostedTrees, type BoostingSettings } from './boosted-trees.ts';
import { withContrast } from './contrast.ts';
import { FEATURE_NAMES, showFeature } from './feature-list.ts';
import { shareByFeature, sumLeaves, type Forest } from './forest.ts';
import {
  growIsolationForest,
  isolationScores,
  type IsolationSettings,
} from './isolation-forest.ts';
import { keysOf } from './keys.ts';

/** A trained model: all that scoring needs. */
export interface AnomalyModel {
  readonly kind: ModelKind;
  /** Names of its features, in the order of its trees' questions. */
  readonly features: readonly string[];
  /** Rows that each isolation tree was grown from; 0 for boosted trees. */
  readonly sampleSize: number;
  /** Rows that score at least this are flagged. */
  readonly threshold: number;
  readonly forest: Forest;
}

/** Without those that look at other bars than the two neighbours' and at the medians before: the ones of the benchmark. */
export const ISOLATION_FEATURES: readonly string[] = FEATURE_NAMES.slice(0, 18);

/** `values` are rows of all features, as `featuresOf` makes them. */
export function trainIsolationForest(
  values: Float32Array,
  settings: IsolationSettings & { readonly contamination: number },
): AnomalyModel {
  const features = ISOLATION_FEATURES;
  const keys = selectKeys(values, features);
  const forest = growIsolationForest(keys, features.length, settings);
  const sampleSize = Math.min(settings.sampleSize, keys.length / features.length);
  const scores = isolationScores(sumLeaves(forest, keys), forest.roots.length, sampleSize);
  const threshold = thresholdFor(scores, settings.contamination);
  return { kind: 'isolation_forest', features, sampleSize, threshold, forest };
}

/** More of them and what was injected is ranked worse; fewer, and what was not. */
const CONTRAST_SHARE = 0.012;

/** `labels` are 1 for rows that are wrong. The threshold is to be set from rows that the model has not seen. */
export function trainBoostedTrees(
  values: Float32Array,
  labels: Uint8Array,
  settings: BoostingSettings,
): AnomalyModel {
  const features = FEATURE_NAMES;
  const rows = withContrast(
    { values, labels },
    { width: features.length, seed: settings.seed, share: CONTRAST_SHARE },
  );
  const forest = growBoostedTrees(selectKeys(rows.values, features), rows.labels, settings);
  return { kind: 'boosted_trees', features, sampleSize: 0, threshold: 1, forest };
}

/** Of each row 0 to 1; the higher, the odder. `values` are rows of all features. */
export function scoreRows(model: AnomalyModel, values: Float32Array): Float64Array {
  const keys = selectKeys(values, model.features);
  return model.kind === 'isolation_forest'
    ? isolationScores(sumLeaves(model.forest, keys), model.forest.roots.length, model.sampleSize)
    : boostedScores(model.forest, keys);
}

/** The score that a share of the scores reaches or exceeds: what `contamination` means. */
export function thresholdFor(scores: Float64Array, contamination: number): number {
  const sorted = scores.toSorted();
  const flagged = Math.floor(contamination * sorted.length);
  return flagged === 0 ? nextAbove(sorted.at(-1) ?? 1) : (sorted[sorted.length - flagged] ?? 1);
}

function nextAbove(score: number): number {
  return score + Number.EPSILON;
}

const SHOWN = 3;

/** Which features pushed one row's score up most, with their values: `volume against the median … × 31; …`. */
export function explainScore(model: AnomalyModel, values: Float32Array): string {
  const keys = selectKeys(values, model.features);
  const shares = shareByFeature(model.forest, keys, 0);
  // A short path is odd: there less is more.
  const sign = model.kind === 'isolation_forest' ? -1 : 1;
  return [...shares.keys()]
    .toSorted((a, b) => sign * ((shares[b] ?? 0) - (shares[a] ?? 0)))
    .slice(0, SHOWN)
    .filter((at) => sign * (shares[at] ?? 0) > 0)
    .map((at) => {
      const index = FEATURE_NAMES.indexOf(model.features[at] ?? '');
      return showFeature(index, values[index] ?? 0);
    })
    .join('; ');
}

/** Keys of the named features, row by row. */
export function selectKeys(values: Float32Array, features: readonly string[]): Int32Array {
  const width = FEATURE_NAMES.length;
  if (features.length === width) {
    return keysOf(values);
  }
  const indices = features.map((name) => FEATURE_NAMES.indexOf(name));
  const rows = values.length / width;
  const selected = new Float32Array(rows * features.length);
  for (let row = 0; row < rows; row += 1) {
    for (let at = 0; at < indices.length; at += 1) {
      selected[row * indices.length + at] = values[row * width + (indices[at] ?? 0)] ?? 0;
    }
  }
  return keysOf(selected);
}
