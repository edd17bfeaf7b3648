import assert from 'node:assert/strict';

import fc from 'fast-check';

import {
  growBoostedTrees,
  BOOSTING_DEFAULTS,
} from '../../../../src/quality/anomaly/boosted-trees.ts';
import { shareByFeature, sumLeaves } from '../../../../src/quality/anomaly/forest.ts';
import {
  growIsolationForest,
  isolationScores,
  meanDepthOf,
} from '../../../../src/quality/anomaly/isolation-forest.ts';
import { keysOf } from '../../../../src/quality/anomaly/keys.ts';
import { rankingOf } from '../../../../src/quality/anomaly/ranking.ts';
import { openRandom } from '../../../../src/quality/random.ts';

const WIDTH = 3;

/** A cloud around zero, and `odd` rows far away from it in the second feature. */
function cloud(rows: number, odd: number, seed = 1): { values: Float32Array; labels: Uint8Array } {
  const random = openRandom(seed);
  const values = Float32Array.from({ length: rows * WIDTH }, () => random() + random() + random());
  const labels = new Uint8Array(rows);
  for (let at = 0; at < odd; at += 1) {
    const row = Math.floor((at * rows) / odd);
    values[row * WIDTH + 1] = 9 + random();
    labels[row] = 1;
  }
  return { values, labels };
}

describe('keys', () => {
  it('keep the order of floats, negative ones and zeros too', () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true }), fc.float({ noNaN: true }), (a, b) => {
        const [one = 0, other = 0] = keysOf(Float32Array.of(a, b));

        assert.ok(a < b ? one <= other : one >= other || a === b);
      }),
    );
  });

  it('differ by less than 32 bits, so that a difference cannot overflow', () => {
    const [least = 0, most = 0] = keysOf(Float32Array.of(-3.4e38, 3.4e38));

    assert.ok(most - least < 2 ** 31);
  });
});

describe('isolation forest', () => {
  it('ranks rows far from all others first', () => {
    const { values, labels } = cloud(2_000, 20);
    const keys = keysOf(values);

    const forest = growIsolationForest(keys, WIDTH, { trees: 100, sampleSize: 256, seed: 1 });

    const scores = isolationScores(sumLeaves(forest, keys), 100, 256);
    assert.ok(rankingOf(scores, labels).auroc > 0.999);
  });

  it('grows the same trees from the same seed, and others from another', () => {
    const keys = keysOf(cloud(500, 5).values);
    const settings = { trees: 10, sampleSize: 64, seed: 3 };

    const forest = growIsolationForest(keys, WIDTH, settings);

    assert.deepEqual(growIsolationForest(keys, WIDTH, settings), forest);
    assert.notDeepEqual(growIsolationForest(keys, WIDTH, { ...settings, seed: 4 }), forest);
  });

  it('takes every row to the leaf to which one question after another leads', () => {
    const keys = keysOf(cloud(1_003, 9).values);
    const forest = growIsolationForest(keys, WIDTH, { trees: 20, sampleSize: 200, seed: 5 });

    const sums = sumLeaves(forest, keys);

    const roots = rootsOf(forest);
    for (const row of [0, 1, 2, 500, 1_001, 1_002]) {
      const shares = shareByFeature(forest, keys, row).reduce((sum, share) => sum + share, 0);
      assert.ok(Math.abs(roots + shares - (sums[row] ?? 0)) < 1e-3, `row ${row}`);
    }
  });

  it('explains an odd row by the feature that makes it odd', () => {
    const { values, labels } = cloud(2_000, 20);
    const keys = keysOf(values);
    const forest = growIsolationForest(keys, WIDTH, { trees: 100, sampleSize: 256, seed: 1 });

    const [first = 0, second = 0, third = 0] = shareByFeature(forest, keys, labels.indexOf(1));

    assert.ok(second < first && second < third, 'the second feature shortens the paths most');
  });

  it('asks nothing about rows that are all equal', () => {
    const keys = keysOf(new Float32Array(300 * WIDTH).fill(2));

    const forest = growIsolationForest(keys, WIDTH, { trees: 3, sampleSize: 100, seed: 1 });

    assert.deepEqual([...forest.depths], [0, 0, 0]);
    assert.ok(Math.abs((forest.values[0] ?? 0) - meanDepthOf(100)) < 1e-4);
  });

  it('scores one half where the depth is as usual', () => {
    const [score = 0] = isolationScores(Float64Array.of(7 * meanDepthOf(256)), 7, 256);

    assert.ok(Math.abs(score - 0.5) < 1e-12);
  });
});

describe('boosted trees', () => {
  it('learn a rule that no single feature tells', () => {
    const { values } = cloud(6_000, 0, 2);
    const labels = labelsByTwo(values);
    const test = cloud(3_000, 0, 9).values;
    const settings = { ...BOOSTING_DEFAULTS, trees: 40, seed: 1 };

    const forest = growBoostedTrees(keysOf(values), labels, settings);

    const ranking = rankingOf(sumLeaves(forest, keysOf(test)), labelsByTwo(test));
    assert.ok(ranking.auroc > 0.98, `AUROC ${ranking.auroc}`);
  });

  it('start from the odds of all rows', () => {
    const keys = keysOf(cloud(100, 0).values);
    const labels = new Uint8Array(100).fill(1, 0, 20);

    const forest = growBoostedTrees(keys, labels, { ...BOOSTING_DEFAULTS, trees: 0 });

    assert.ok(Math.abs((forest.values[0] ?? 0) - Math.log(21 / 81)) < 1e-6);
  });

  it('are the same for the same seed', () => {
    const { values, labels } = cloud(800, 80);
    const settings = { ...BOOSTING_DEFAULTS, trees: 5 };

    const forest = growBoostedTrees(keysOf(values), labels, settings);

    assert.deepEqual(growBoostedTrees(keysOf(values), labels, settings), forest);
  });
});

describe('ranking', () => {
  it('is perfect where every wrong row scores above every right one', () => {
    const ranking = rankingOf(Float64Array.of(0.1, 0.9, 0.2, 0.8), Uint8Array.of(0, 1, 0, 1));

    assert.equal(ranking.auroc, 1);
    assert.equal(ranking.auprc, 1);
    assert.equal(ranking.bestF1, 1);
    assert.equal(ranking.thresholds.bestF1, 0.8);
  });

  it('is one half for rows of one score', () => {
    const ranking = rankingOf(new Float64Array(10), Uint8Array.of(1, 0, 0, 0, 1, 0, 0, 0, 0, 0));

    assert.equal(ranking.auroc, 0.5);
    assert.equal(ranking.auprc, 0.2);
    assert.equal(ranking.recallAt10, 0);
  });

  it('agrees with counting pairs', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.boolean()), { minLength: 2 }),
        (rows) => {
          const scores = Float64Array.from(rows, ([score]) => score);
          const labels = Uint8Array.from(rows, ([, isFault]) => (isFault ? 1 : 0));
          fc.pre(labels.includes(0) && labels.includes(1));

          const { auroc } = rankingOf(scores, labels);

          assert.ok(Math.abs(auroc - byPairs(rows)) < 1e-9);
        },
      ),
    );
  });
});

function rootsOf({ roots, values }: { roots: Int32Array; values: Float32Array }): number {
  return [...roots].reduce((sum, root) => sum + (values[root / 2] ?? 0), 0);
}

/** Wrong where the first two features lie on different sides of 1.5. */
function labelsByTwo(values: Float32Array): Uint8Array {
  return Uint8Array.from({ length: values.length / WIDTH }, (_, row) => {
    const isHigh = (values[row * WIDTH] ?? 0) > 1.5;
    return isHigh === (values[row * WIDTH + 1] ?? 0) > 1.5 ? 0 : 1;
  });
}

function byPairs(rows: readonly (readonly [number, boolean])[]): number {
  const faults = rows.filter(([, isFault]) => isFault);
  const right = rows.filter(([, isFault]) => !isFault);
  let won = 0;
  for (const [fault] of faults) {
    for (const [other] of right) {
      won += fault > other ? 1 : 0;
      won += fault === other ? 0.5 : 0;
    }
  }
  return won / (faults.length * right.length);
}
