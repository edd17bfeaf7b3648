import { lowerBound } from '../../domain/lower-bound.ts';

/** Keys sorted into at most 256 bins of about equally many rows each: what histograms are made over. */
export interface Bins {
  readonly features: number;
  readonly rows: number;
  /** Feature by feature: `feature × rows + row`. */
  readonly bin: Uint8Array;
  /** Of each feature, ascending: a key at or below `edges[b]` is in bin `b` or before. */
  readonly edges: readonly Int32Array[];
}

const MOST_BINS = 255;
/** Rows that quantiles are taken from. */
const SAMPLED = 40_000;

export function binKeys(keys: Int32Array, features: number): Bins {
  const rows = keys.length / features;
  const bin = new Uint8Array(keys.length);
  const edges: Int32Array[] = [];
  for (let feature = 0; feature < features; feature += 1) {
    const own = edgesOf(keys, features, feature);
    for (let row = 0; row < rows; row += 1) {
      bin[feature * rows + row] = lowerBound(own, keys[row * features + feature] ?? 0);
    }
    edges.push(own);
  }
  return { features, rows, bin, edges };
}

/** Distinct quantiles of a feature, without its highest value: nothing lies above that. */
export function edgesOf(
  keys: Int32Array,
  features: number,
  feature: number,
  bins = MOST_BINS,
): Int32Array {
  const rows = keys.length / features;
  const step = Math.max(1, Math.floor(rows / SAMPLED));
  const sorted = new Int32Array(Math.ceil(rows / step));
  for (let at = 0; at < sorted.length; at += 1) {
    sorted[at] = keys[at * step * features + feature] ?? 0;
  }
  sorted.sort();
  const edges = new Set<number>();
  for (let quantile = 1; quantile < bins; quantile += 1) {
    const key = sorted[Math.floor((quantile * sorted.length) / bins)] ?? 0;
    if (key < (sorted.at(-1) ?? 0)) {
      edges.add(key);
    }
  }
  return Int32Array.from(edges);
}
