import assert from 'node:assert/strict';

import { parseJobInput } from '../../../src/config/job-config.ts';
import type { JobDefaults } from '../../../src/config/job-defaults.ts';
import type { BackfillInput, JobInput } from '../../../src/config/job-input.ts';

const defaults: JobDefaults = {
  jobType: 'etlJob',
  batchSize: 100,
  qualityThreshold: 0.7,
  concurrency: 4,
  sources: ['simulated'],
  knownSources: ['simulated', 'files'],
  dueAt: '2026-11-23T10:00:00Z',
};

/** Each directive fails the build where the compiler does not refuse what the parser refuses. */
describe("the types of a job's input", () => {
  it('refuse what the parser refuses', () => {
    const refused: readonly JobInput[] = [
      // @ts-expect-error a misspelt key
      { symbls: ['600000.SH'] },
      // @ts-expect-error a misspelt key in the other spelling
      { start_dat: '2024-01-02' },
      // @ts-expect-error text where a number belongs
      { batchSize: '100' },
      // @ts-expect-error one symbol in place of an array
      { symbols: '600000.SH' },
      // @ts-expect-error a key of historicalBackfill
      { years: 5 },
      // @ts-expect-error a job that there is not
      { onComplete: [{ job: 'report' }] },
      // @ts-expect-error a setting of the rules that there is not
      { rules: { disable: ['A08_spike'] } },
      // @ts-expect-error null, which no field takes
      { jobName: null },
    ];

    for (const input of refused) {
      assert.throws(() => parseJobInput(input, defaults), { code: 'ETL-JOB-101' });
    }
  });

  it('refuse what is no object', () => {
    // @ts-expect-error an array
    const list: JobInput = [{ symbols: ['600000.SH'] }];
    // @ts-expect-error text
    const text: JobInput = '600000.SH';

    for (const input of [list, text]) {
      assert.throws(() => parseJobInput(input, defaults), { code: 'ETL-JOB-101' });
    }
  });

  it('accept both spellings, constants and undefined, as the parser does', () => {
    const constant = { symbols: ['600000.SH'], sourceOrders: { BSE: ['files'] } } as const;
    const accepted: readonly JobInput[] = [
      constant,
      { jobName: 'a', batchSize: 5, endDate: undefined },
      { job_name: 'a', batch_size: 5, source_orders: { BSE: ['files'] } },
      { rules: { disabled: ['A08_spike'], tolerance: { validity: 0.1 } } },
      { dependsOn: ['etl-job/a'], onComplete: [{ job: 'etlJob', input: { job_name: 'b' } }] },
    ];
    const backfill: BackfillInput = { years: 3, dryRun: true, heal: false };

    for (const input of accepted) {
      assert.doesNotThrow(() => parseJobInput(input, defaults));
    }
    assert.equal(
      parseJobInput(backfill, { ...defaults, jobType: 'historicalBackfill' }).dryRun,
      true,
    );
  });
});
