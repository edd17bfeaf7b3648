import { openRandom } from '../random.ts';

export interface Contrast {
  readonly values: Float32Array;
  /** 1 for a row that is wrong. */
  readonly labels: Uint8Array;
}

export interface ContrastSettings {
  readonly width: number;
  readonly seed: number;
  /** Rows that are made up, as a share of the rows given. */
  readonly share: number;
}

/** Share of the right rows at either end of a feature that do not bound what is usual. */
const TAIL = 0.0005;
/** Features that a made-up row has out of bounds, at most. */
const MOST = 3;

/**
 * The rows, and made-up wrong ones beside them: right rows in which some features lie where none of a right row does. Faults
 * that were never injected have features that no injected fault moves, and trees would not look at those.
 */
export function withContrast(
  { values, labels }: Contrast,
  { width, seed, share }: ContrastSettings,
): Contrast {
  const right = Uint32Array.from(labels.keys()).filter((row) => labels[row] === 0);
  const extra = right.length === 0 ? 0 : Math.round(share * labels.length);
  const all = new Float32Array(values.length + extra * width);
  all.set(values);
  const allLabels = new Uint8Array(labels.length + extra);
  allLabels.set(labels);
  const bounds = Array.from({ length: width }, (_, feature) =>
    boundsOf(values, right, { width, feature }),
  );
  const random = openRandom(seed);
  for (let row = labels.length; row < allLabels.length; row += 1) {
    const from = right[Math.floor(random() * right.length)] ?? 0;
    all.copyWithin(row * width, from * width, (from + 1) * width);
    for (let count = Math.floor(random() * MOST); count >= 0; count -= 1) {
      const feature = Math.floor(random() * width);
      const [low, high] = bounds[feature] ?? [0, 0];
      const spread = high > low ? high - low : 1;
      const beyond = -Math.log(1 - random()) * spread;
      // What is never below zero in a right row is a count.
      const isAbove = low === 0 || random() < 0.5;
      all[row * width + feature] = isAbove ? high + beyond : low - beyond;
    }
    allLabels[row] = 1;
  }
  return { values: all, labels: allLabels };
}

function boundsOf(
  values: Float32Array,
  right: Uint32Array,
  { width, feature }: { readonly width: number; readonly feature: number },
): readonly [number, number] {
  const sorted = Float32Array.from(right, (row) => values[row * width + feature] ?? 0).toSorted();
  const tail = Math.floor(TAIL * sorted.length);
  return [sorted[tail] ?? 0, sorted[sorted.length - 1 - tail] ?? 0];
}
