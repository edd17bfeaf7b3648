import assert from 'node:assert/strict';

import { KILLS, proveKills } from '../../../src/prove/exactly-once.ts';
import type { ProofContext } from '../../../src/prove/proof.ts';
import { testServerUrl } from '../../support/postgres.ts';
import { testTemporal } from '../../support/temporal.ts';

/** One death in each stage; `candlewick prove exactly-once` has those around the commit too. */
const ONE_A_STAGE = ['extract.', 'transform.', 'validate.', 'load.'].map(
  (stage) => KILLS.find((kill) => kill.startsWith(stage)) ?? stage,
);

describe('a job whose worker is killed with SIGKILL', function () {
  this.timeout(180_000);
  let context: ProofContext;
  let said: string[];
  before(async () => {
    const { address: temporalAddress, namespace } = await testTemporal();
    said = [];
    context = {
      databaseUrl: await testServerUrl(),
      temporalAddress,
      namespace,
      onProgress: (line) => void said.push(line),
      signal: new AbortController().signal,
    };
  });

  it('is completed by the next worker, with the table of an undisturbed run, in each stage', async () => {
    const noKill = 'load.no_such_place=kill9@1';

    const { holds, broken, figures } = await proveKills(context, [...ONE_A_STAGE, noKill]);

    // What was never killed does not count as proven; nothing else is amiss.
    assert.deepEqual(
      broken,
      [`${noKill}: 1 workers ran, so the kill did not happen once`],
      said.join('\n'),
    );
    assert.equal(holds, false);
    assert.equal(figures['kills'], 5);
    assert.equal(said.filter((line) => line.includes('was killed')).length, 4);
  });
});
