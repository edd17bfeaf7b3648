import assert from 'node:assert/strict';

import {
  BOOSTING_DEFAULTS,
  boostedScores,
  growBoostedTrees,
} from '../../../../src/quality/anomaly/boosted-trees.ts';
import { withContrast } from '../../../../src/quality/anomaly/contrast.ts';
import { keysOf } from '../../../../src/quality/anomaly/keys.ts';
import { openRandom } from '../../../../src/quality/random.ts';

const WIDTH = 3;
const ROWS = 4_000;
const SETTINGS = { width: WIDTH, seed: 1, share: 0.05 };

/** The first feature tells a known fault, the second moves between 0 and 1, the third never moves in any row. */
function rows(): { values: Float32Array; labels: Uint8Array } {
  const random = openRandom(3);
  const values = new Float32Array(ROWS * WIDTH);
  const labels = new Uint8Array(ROWS);
  for (let row = 0; row < ROWS; row += 1) {
    labels[row] = row % 50 === 0 ? 1 : 0;
    values.set([labels[row] === 1 ? 9 : random(), random(), 0], row * WIDTH);
  }
  return { values, labels };
}

function scoreOf(
  { values, labels }: ReturnType<typeof rows>,
  row: readonly [number, number, number],
): number {
  const settings = { ...BOOSTING_DEFAULTS, trees: 30 };
  const forest = growBoostedTrees(keysOf(values), labels, settings);
  return boostedScores(forest, keysOf(Float32Array.from(row)))[0] ?? 0;
}

describe('contrast', () => {
  it('keeps the rows as they are and adds wrong ones, the same for a seed', () => {
    const given = rows();

    const all = withContrast(given, SETTINGS);

    assert.deepEqual(all.values.subarray(0, given.values.length), given.values);
    assert.deepEqual(all.labels.subarray(0, ROWS), given.labels);
    assert.equal(all.labels.length, ROWS * 1.05);
    assert.ok(all.labels.subarray(ROWS).every((label) => label === 1));
    assert.deepEqual(withContrast(given, SETTINGS), all);
  });

  it('makes rows that lie beyond the right ones in one feature at least', () => {
    const { values } = withContrast(rows(), SETTINGS);

    for (let row = ROWS; row < values.length / WIDTH; row += 1) {
      const [first = 0, second = 0, third = 0] = values.subarray(row * WIDTH, (row + 1) * WIDTH);
      assert.ok(
        Math.abs(first - 0.5) > 0.49 || Math.abs(second - 0.5) > 0.49 || third > 0,
        `${first} ${second} ${third}`,
      );
    }
  });

  it('teaches trees to doubt a value that no injected fault has shown', () => {
    const unknown = [0.5, 0.5, 4] as const;

    assert.ok(scoreOf(rows(), unknown) < 0.1);
    assert.ok(scoreOf(withContrast(rows(), SETTINGS), unknown) > 0.5);
    assert.ok(scoreOf(withContrast(rows(), SETTINGS), [0.5, 0.5, 0]) < 0.1);
  });
});
