import assert from 'node:assert/strict';

import { describeFault, FAULTS, faultsOf } from '../../../src/prove/kill-plan.ts';
import { proveKill } from '../../../src/prove/kill.ts';

describe('the proof by kills', () => {
  it('draws the same faults from the same seed, and each kind from any three seeds', () => {
    const told = faultsOf(7, 20).map(describeFault);

    assert.deepEqual(faultsOf(7, 20).map(describeFault), told);
    assert.notDeepEqual(faultsOf(8, 20).map(describeFault), told);
    const kinds = new Set(
      [4, 5, 6].flatMap((seed) => faultsOf(seed, 20).map(({ fault }) => fault)),
    );
    assert.deepEqual([...kinds].toSorted(), [...FAULTS].toSorted());
  });

  it('holds for two seeds of a small backfill', async function smoke() {
    this.timeout(300_000);
    const result = await proveKill(
      {
        databaseUrl: '',
        temporalAddress: '',
        namespace: '',
        onProgress: () => undefined,
        signal: new AbortController().signal,
        seeds: 2,
      },
      { symbols: 30, startDate: '2023-07-03', endDate: '2023-12-29', batchSize: 1, faults: 1 },
    );

    assert.deepEqual(result.broken, []);
    assert.match(
      String(result.figures['seed_1']),
      new RegExp(String(result.figures['undisturbed_sha256'])),
    );
  });
});
