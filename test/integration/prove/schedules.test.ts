import assert from 'node:assert/strict';

import { schedules } from '../../../src/prove/schedules.ts';
import { testTemporal } from '../../support/temporal.ts';

describe('the proof of the schedules', () => {
  it('holds on a real server', async () => {
    const { address, namespace } = await testTemporal();

    const result = await schedules.run({
      databaseUrl: '',
      temporalAddress: address,
      namespace,
      onProgress: () => undefined,
      signal: new AbortController().signal,
    });

    assert.deepEqual(result.broken, []);
    assert.equal(result.figures['left'], 5);
  });
});
