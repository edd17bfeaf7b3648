import type { DriftReference, DriftVerdict } from '../../domain/anomaly-model.ts';
import { lowerBound } from '../../domain/lower-bound.ts';
import { edgesOf } from './bins.ts';
import { selectKeys } from './model.ts';

const BINS = 20;
/** A bin that nobody is in counts as if this share were: a logarithm needs one. */
const LEAST_SHARE = 1e-4;
const WATCH = 0.1;
const DRIFTED = 0.25;
/** With fewer rows the shares of 20 bins are noise. */
const LEAST_ROWS = 1000;

/** Where the training rows lie: by feature, bins of about equally many rows, and the share in each. */
export function driftReference(values: Float32Array, features: readonly string[]): DriftReference {
  const keys = selectKeys(values, features);
  return Object.fromEntries(
    features.map((name, feature) => {
      const edges = edgesOf(keys, features.length, feature, BINS);
      return [
        name,
        { edges: [...edges], shares: sharesOf(keys, features.length, { feature, edges }) },
      ];
    }),
  );
}

/** Population stability index by feature: Σ (share − share then) × ln(share / share then) over the bins. */
export function driftOf(
  values: Float32Array,
  reference: DriftReference,
): Readonly<Record<string, number>> {
  const features = Object.keys(reference);
  const keys = selectKeys(values, features);
  return Object.fromEntries(
    Object.entries(reference).map(([name, then], feature) => {
      const edges = Int32Array.from(then.edges);
      const shares = sharesOf(keys, features.length, { feature, edges });
      let index = 0;
      for (let bin = 0; bin < shares.length; bin += 1) {
        const now = Math.max(LEAST_SHARE, shares[bin] ?? 0);
        const before = Math.max(LEAST_SHARE, then.shares[bin] ?? 0);
        index += (now - before) * Math.log(now / before);
      }
      return [name, index];
    }),
  );
}

export function driftVerdict(rows: number, worst: number): DriftVerdict {
  if (rows < LEAST_ROWS) {
    return 'too_few';
  }
  if (worst >= DRIFTED) {
    return 'drifted';
  }
  return worst >= WATCH ? 'watch' : 'steady';
}

function sharesOf(
  keys: Int32Array,
  width: number,
  { feature, edges }: { readonly feature: number; readonly edges: Int32Array },
): number[] {
  const rows = keys.length / width;
  const counts = Array.from({ length: edges.length + 1 }, () => 0);
  for (let row = 0; row < rows; row += 1) {
    const bin = lowerBound(edges, keys[row * width + feature] ?? 0);
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts.map((count) => count / Math.max(1, rows));
}
