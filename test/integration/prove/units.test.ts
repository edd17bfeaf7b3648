import assert from 'node:assert/strict';

import { units } from '../../../src/prove/units.ts';
import { testServerUrl } from '../../support/postgres.ts';
import { testTemporal } from '../../support/temporal.ts';

describe('candlewick prove units', function () {
  this.timeout(120_000);

  it('holds: another unit and adjusted prices are refused whole, and people are told', async () => {
    const { address: temporalAddress, namespace } = await testTemporal();
    const said: string[] = [];

    const { holds, broken, figures } = await units.run({
      databaseUrl: await testServerUrl(),
      temporalAddress,
      namespace,
      onProgress: (line) => void said.push(line),
      signal: new AbortController().signal,
    });

    assert.deepEqual(broken, [], said.join('\n'));
    assert.equal(holds, true);
    assert.equal(figures['rows_wrong'], 0);
    assert.ok(Number(figures['rows']) > 200);
  });
});
