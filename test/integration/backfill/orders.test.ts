import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';

import { startMarketWorker, type MarketWorker } from '../../../src/prove/market-worker.ts';
import { createSimulatedWorld } from '../../../src/prove/simulated-world.ts';
import { eventually } from '../../support/eventually.ts';
import { testDatabase, type TestDatabase } from '../../support/postgres.ts';
import { testTemporal } from '../../support/temporal.ts';

const NOW = Date.parse('2024-03-08T16:00:00Z');
const RANGE = { startDate: '2024-03-04', endDate: '2024-03-05' };

describe('jobs in order', () => {
  const state: { database?: TestDatabase; worker?: MarketWorker } = {};

  before(async () => {
    const database = await testDatabase('demo');
    const { address, namespace } = await testTemporal();
    const worker = await startMarketWorker({
      databaseUrl: database.url,
      temporalAddress: address,
      namespace,
      source: createSimulatedWorld({ seed: 5, symbols: 5 }, NOW).source,
    });
    Object.assign(state, { database, worker });
  });

  after(async () => {
    await state.worker?.stop();
    await state.database?.drop();
  });

  function parts(): MarketWorker {
    assert.ok(state.worker);
    return state.worker;
  }

  it('begin when those that they depend on have ended well, and start what comes after them', async () => {
    const { client } = parts();
    const name = `first-${randomUUID().slice(0, 8)}`;
    const first = await client.startJob({ ...RANGE, jobName: name });
    const second = await client.startJob({
      ...RANGE,
      jobName: `second-${name}`,
      dependsOn: [first.jobId],
      onComplete: [{ job: 'historicalBackfill', input: { heal: true } }],
    });

    const metrics = await client.result(second.jobId);

    assert.equal(metrics.status, 'success');
    assert.equal(metrics.recordsUnchanged, (await client.result(first.jobId)).recordsLoaded);
    await eventually(async () => {
      const followUp = await client.getSummary(`${second.jobId}/then/0-historicalBackfill`);
      assert.equal(followUp.status, 'COMPLETED');
    });
  });

  it('say what they wait for', async () => {
    const { client } = parts();
    const jobName = `waits-${randomUUID().slice(0, 8)}`;
    const { jobId } = await client.startJob({ ...RANGE, jobName, dependsOn: ['etl-job/none'] });

    await eventually(async () => {
      const progress = await client.progress(jobId);
      assert.equal(progress?.waiting, 'waits for etl-job/none (there is no such job yet)');
    });
    await client.cancelJob(jobId);
    await assert.rejects(client.result(jobId));
  });

  it('do not begin where the verdict of the other is not good enough', async () => {
    const { client, warehouse } = parts();
    const poor = `poor-${randomUUID()}`;
    await warehouse.pool.query(
      `insert into job_runs (run_id, job_id, job_type, job_name, status, config, symbols, due_at, ended_at, metrics)
       values ($1, $1, 'etlJob', 'poor', 'partial_success', '{}', 1, now(), now(), '{"qualityScore": 0.5}')`,
      [poor],
    );
    const job = await client.startJob({ ...RANGE, jobName: poor.slice(0, 20), dependsOn: [poor] });

    await assert.rejects(
      client.result(job.jobId),
      /ended with quality 0\.500, below quality_threshold 0\.7/,
    );
    const { rows } = await warehouse.pool.query<{ status: string }>(
      'select status from job_runs where job_id = $1',
      [job.jobId],
    );
    assert.equal(rows[0]?.status, 'failed');
  });
});
