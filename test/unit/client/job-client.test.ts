import assert from 'node:assert/strict';

import { Client, Connection } from '@temporalio/client';

import { JobClient } from '../../../src/client/job-client.ts';

/** Where no server is: what is refused before one is asked. */
describe('the client without a server', () => {
  const client = new JobClient(
    new Client({ connection: Connection.lazy({ address: '127.0.0.1:9' }) }),
    {},
  );
  after(() => client.close());

  it('refuses what is no object, as callers without a compiler may give it', async () => {
    const refusals = [
      // @ts-expect-error null
      client.runJob(null),
      // @ts-expect-error null
      client.startDaily(null),
      // @ts-expect-error an array
      client.startBackfill([{ years: 5 }]),
      client.startUnchecked('etlJob', JSON.parse('"600000.SH"')),
    ];
    const shown = ['null', 'null', 'an array of 1', '"600000.SH"'];

    await Promise.all(
      refusals.map((refusal, index) =>
        assert.rejects(refusal, {
          name: 'ConfigurationError',
          code: 'ETL-JOB-101',
          message: `input: got ${shown[index]}; expected one object, or nothing`,
        }),
      ),
    );
  });
});
