import assert from 'node:assert/strict';

import { takeRows } from '../../../../src/domain/bar.ts';
import { rowsOf, scale } from '../../../../src/quality/mutants/mutant.ts';
import { cleanSample, rowOf } from '../../../../src/quality/mutants/sample.ts';
import {
  DECIDED,
  tuneThresholds,
  UNTUNED,
  type TuningTask,
} from '../../../../src/quality/tuning/tune-thresholds.ts';

/** The sample with volumes `by` times too large in every tenth row of some symbols, and what was decided about them. */
function task(change: {
  readonly by: number;
  readonly symbols: number;
  readonly decided: number;
  readonly budget: number;
}): TuningTask {
  const { columns, context } = cleanSample();
  const copy = takeRows(columns, rowsOf(columns.length));
  const decided = new Uint8Array(copy.length);
  for (let symbol = 0; symbol < change.symbols; symbol += 1) {
    for (let session = 30; session < 140; session += 20) {
      const row = rowOf(session, symbol);
      scale(copy.volume, row, change.by);
      scale(copy.amount, row, change.by);
      decided[row] = change.decided;
    }
  }
  return { columns: copy, decided, context, current: UNTUNED, budget: change.budget };
}

describe('tuning of thresholds', () => {
  it('becomes more sensitive where that finds more and flags nothing right', () => {
    const tuning = tuneThresholds(task({ by: 1, symbols: 0, decided: DECIDED.no, budget: 1 }));

    const { before, after } = { before: tuning.current.evidence, after: tuning.chosen.evidence };
    assert.ok(tuning.isChanged, tuning.why);
    assert.ok(tuning.chosen.thresholds.volumeSpike < UNTUNED.volumeSpike);
    assert.ok(after.injectedFlagged > before.injectedFlagged);
    assert.equal(after.rightFlagged, 0);
  });

  it('says so where there is nothing to back-test on', () => {
    const { columns, decided, ...rest } = task({ by: 1, symbols: 0, decided: 0, budget: 1 });
    const none = new Uint32Array(0);

    const tuning = tuneThresholds({
      ...rest,
      columns: takeRows(columns, none),
      decided: decided.subarray(0, 0),
    });

    assert.equal(tuning.isChanged, false);
    assert.match(tuning.why, /no bars are stored/);
  });

  it('moves one step at most', () => {
    const { chosen } = tuneThresholds(task({ by: 1, symbols: 0, decided: DECIDED.no, budget: 1 }));

    assert.ok(chosen.thresholds.volumeSpike >= 5 && chosen.thresholds.volumeDip >= 7.5);
  });

  it('backs off where people have released what it flagged', () => {
    const released = task({ by: 7, symbols: 8, decided: DECIDED.released, budget: 1 });

    const { current, chosen, why } = tuneThresholds(released);

    assert.ok(current.evidence.releasedFlagged > 20, why);
    assert.ok(chosen.thresholds.volumeSpike > UNTUNED.volumeSpike, why);
    assert.ok(chosen.evidence.releasedFlagged < current.evidence.releasedFlagged, why);
  });

  it('becomes sensitive enough for what people have rejected', () => {
    const rejected = task({ by: 5.5, symbols: 8, decided: DECIDED.rejected, budget: 1 });

    const { current, chosen } = tuneThresholds(rejected);

    assert.ok(chosen.evidence.rejectedFlagged > current.evidence.rejectedFlagged);
  });

  it('keeps to the budget before anything else', () => {
    const wild = task({ by: 5.5, symbols: 8, decided: DECIDED.no, budget: 1 });

    const { chosen } = tuneThresholds(wild);

    assert.ok(chosen.evidence.flagsPer10k <= 1);
    assert.ok(chosen.thresholds.volumeSpike >= UNTUNED.volumeSpike);
  });

  it('comes to the same from the same', () => {
    const one = task({ by: 7, symbols: 4, decided: DECIDED.released, budget: 2 });

    assert.deepEqual(tuneThresholds(one), tuneThresholds(one));
  });
});
