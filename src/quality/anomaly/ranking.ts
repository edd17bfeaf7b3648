/** How well scores rank what is wrong above what is right. */
export interface Ranking {
  readonly rows: number;
  readonly faults: number;
  /** Area under the curve of true against false positives. */
  readonly auroc: number;
  /** Mean precision over recall. */
  readonly auprc: number;
  readonly bestF1: number;
  /** Recall where one, and ten, in 10,000 right rows are flagged. */
  readonly recallAt1: number;
  readonly recallAt10: number;
  /** The score from which the best F1 is reached, and those of the two recalls. */
  readonly thresholds: { readonly bestF1: number; readonly at1: number; readonly at10: number };
}

const PER_ROWS = 10_000;

/** Rows of equal score count together. `labels` are 1 for what is wrong. */
export function rankingOf(scores: Float64Array, labels: Uint8Array): Ranking {
  const order = orderOf(scores);
  let faults = 0;
  for (const label of labels) {
    faults += label;
  }
  const right = labels.length - faults;
  const best = { f1: 0, threshold: Number.POSITIVE_INFINITY };
  const at1 = { recall: 0, threshold: Number.POSITIVE_INFINITY };
  const at10 = { recall: 0, threshold: Number.POSITIVE_INFINITY };
  let found = 0;
  let wrong = 0;
  let area = 0;
  let precisions = 0;
  for (let at = 0; at < order.length;) {
    const score = scores[order[at] ?? 0] ?? 0;
    const foundBefore = found;
    const wrongBefore = wrong;
    for (; at < order.length && scores[order[at] ?? 0] === score; at += 1) {
      const isFault = labels[order[at] ?? 0] ?? 0;
      found += isFault;
      wrong += 1 - isFault;
    }
    area += ((wrong - wrongBefore) * (found + foundBefore)) / 2;
    precisions += ((found - foundBefore) * found) / (found + wrong);
    const f1 = (2 * found) / (found + wrong + faults);
    if (f1 > best.f1) {
      best.f1 = f1;
      best.threshold = score;
    }
    for (const [limit, mark] of [
      [1, at1],
      [10, at10],
    ] as const) {
      if (wrong * PER_ROWS <= limit * right) {
        mark.recall = found / faults;
        mark.threshold = score;
      }
    }
  }
  return {
    rows: labels.length,
    faults,
    auroc: area / (faults * right),
    auprc: precisions / faults,
    bestF1: best.f1,
    recallAt1: at1.recall,
    recallAt10: at10.recall,
    thresholds: { bestF1: best.threshold, at1: at1.threshold, at10: at10.threshold },
  };
}

/** Rows from the highest score down. */
function orderOf(scores: Float64Array): Uint32Array {
  return Uint32Array.from(scores, (_, row) => row).toSorted(
    (a, b) => (scores[b] ?? 0) - (scores[a] ?? 0),
  );
}
