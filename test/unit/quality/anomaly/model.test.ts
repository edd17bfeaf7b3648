import assert from 'node:assert/strict';

import { BOOSTING_DEFAULTS } from '../../../../src/quality/anomaly/boosted-trees.ts';
import { injectFaults } from '../../../../src/quality/anomaly/faults.ts';
import { FEATURES } from '../../../../src/quality/anomaly/feature-list.ts';
import { featuresOfAll } from '../../../../src/quality/anomaly/features.ts';
import { decodeModel, encodeModel } from '../../../../src/quality/anomaly/model-codec.ts';
import {
  explainScore,
  scoreRows,
  thresholdFor,
  trainBoostedTrees,
  trainIsolationForest,
} from '../../../../src/quality/anomaly/model.ts';
import { cleanSample } from '../../../../src/quality/mutants/sample.ts';
import { openSheet } from '../../../../src/quality/sheet.ts';

const { columns, context } = cleanSample();
const spoilt = injectFaults(columns, { seed: 1, share: 0.05 });
const { values } = featuresOfAll(openSheet(spoilt.columns, context.sessions));
const labels = spoilt.kind.map((kind) => Math.min(1, kind));

describe('anomaly model', () => {
  it('flags the share of the training rows that contamination says', () => {
    const model = trainIsolationForest(values, {
      trees: 50,
      sampleSize: 256,
      seed: 1,
      contamination: 0.05,
    });

    const flagged = scoreRows(model, values).filter((score) => score >= model.threshold).length;
    assert.ok(Math.abs(flagged - 0.05 * labels.length) <= 2, `${flagged}`);
  });

  it('flags nothing where contamination is 0', () => {
    const scores = Float64Array.of(0.2, 0.9, 0.4);

    assert.ok(thresholdFor(scores, 0) > 0.9);
  });

  it('comes back from its bytes the same', () => {
    for (const model of [
      trainIsolationForest(values, { trees: 10, sampleSize: 64, seed: 1, contamination: 0.01 }),
      trainBoostedTrees(values, labels, { ...BOOSTING_DEFAULTS, trees: 4 }),
    ]) {
      const decoded = decodeModel(encodeModel(model));

      assert.deepEqual(decoded, model);
      assert.deepEqual(encodeModel(decoded), encodeModel(model));
    }
  });

  it('is refused where its bytes are cut, or are something else, or ask for an unknown feature', () => {
    const model = trainBoostedTrees(values, labels, { ...BOOSTING_DEFAULTS, trees: 1 });
    const bytes = encodeModel(model);
    const features = ['return2', ...model.features.slice(1)];

    assert.throws(() => decodeModel(bytes.subarray(0, bytes.length - 1)), /bytes, not/);
    assert.throws(() => decodeModel(Uint8Array.of(1, 2, 3, 4, 5)), /no anomaly model/);
    assert.throws(() => decodeModel(encodeModel({ ...model, features })), /unknown here: return2/);
  });

  it('explains a flag by what pushed it, with the values', () => {
    const model = trainBoostedTrees(values, labels, { ...BOOSTING_DEFAULTS, trees: 60 });
    const spike = { name: 'spike', run: [1, 1], spoil: multiplyVolume } as const;
    const odd = injectFaults(columns, { seed: 2, share: 0.001, kinds: [spike] });
    const row = odd.kind.indexOf(1);
    const { values: oddValues } = featuresOfAll(openSheet(odd.columns, context.sessions));
    const own = oddValues.subarray(row * FEATURES.length, (row + 1) * FEATURES.length);

    const [score = 0] = scoreRows(model, own);

    assert.ok(score > 0.5, `${score}`);
    assert.match(explainScore(model, own), /volume.* (×|×) ?\d|volume .* times|mean price|place/);
  });
});

function multiplyVolume({ columns: bars, row }: { columns: typeof columns; row: number }): void {
  bars.volume[row] = 100 * (bars.volume[row] ?? 0);
}
