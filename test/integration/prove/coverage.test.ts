import assert from 'node:assert/strict';

import { proveCoverage } from '../../../src/prove/coverage.ts';
import { testServerUrl } from '../../support/postgres.ts';
import { testTemporal } from '../../support/temporal.ts';

describe('the proof of coverage', () => {
  it('holds on a small market', async () => {
    const { address, namespace } = await testTemporal();
    const context = {
      databaseUrl: await testServerUrl(),
      temporalAddress: address,
      namespace,
      onProgress: () => undefined,
      signal: new AbortController().signal,
    };

    const result = await proveCoverage(context, {
      symbols: 6,
      startDate: '2024-03-11',
      endDate: '2024-03-15',
    });

    assert.deepEqual(result.broken, []);
    assert.ok(Number(result.figures['batches']) >= 4);
  });
});
