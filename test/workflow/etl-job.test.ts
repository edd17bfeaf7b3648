import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';

import {
  ApplicationFailure,
  WorkflowFailedError,
  type Client,
  type WorkflowHandle,
} from '@temporalio/client';

import { ConfigurationError, DataQualityError, TransientError } from '../../src/domain/errors.ts';
import type { EtlMetrics } from '../../src/domain/job.ts';
import type { JobProgress } from '../../src/workflows/job-progress.ts';
import { fakeJob, metricsOf, type FakeJob } from '../support/fake-activities.ts';
import { eventually } from '../support/eventually.ts';
import { createGate } from '../support/gate.ts';
import { testTemporal, withWorker } from '../support/temporal.ts';

/** Runs `etlJob` over fake activities on a real server, while `during` looks at it. */
async function runJob<Result>(
  job: FakeJob,
  during: (handle: WorkflowHandle, client: Client) => Promise<Result>,
  workflow = 'etlJob',
): Promise<Result> {
  const { client } = await testTemporal();
  return withWorker(job.activities, async (taskQueue) => {
    const handle = await client.workflow.start(workflow, {
      workflowId: `test-${randomUUID()}`,
      taskQueue,
      args: [{}],
    });
    return during(handle, client);
  });
}

function ascending(left: number, right: number): number {
  return left - right;
}

async function failureOf(handle: WorkflowHandle): Promise<ApplicationFailure> {
  const error: unknown = await handle.result().catch((caught: unknown) => caught);
  assert.ok(error instanceof WorkflowFailedError, String(error));
  assert.ok(error.cause instanceof ApplicationFailure);
  return error.cause;
}

describe('etlJob', () => {
  it('takes every batch through the four stages and ends with the account', async () => {
    const job = fakeJob({ batches: 6 });

    const metrics = await runJob(job, (handle) => handle.result() as Promise<EtlMetrics>);

    assert.deepEqual(job.loaded.toSorted(ascending), [0, 1, 2, 3, 4, 5]);
    assert.equal(metrics.recordsLoaded, 60);
    assert.deepEqual(job.finished, [{ cancelled: false }]);
  });

  it('never has more batches in flight than its concurrency', async () => {
    const job = fakeJob({ batches: 8, concurrency: 2 });

    await runJob(job, (handle) => handle.result());

    assert.equal(job.mostInFlight, 2);
  });

  it('ends well where a daily run finds no second source to compare with', async () => {
    const job = fakeJob(
      { batches: 1 },
      {
        compareSample() {
          throw new ConfigurationError('no second source', { code: 'ETL-TST-001', hint: 'none' });
        },
      },
    );

    const metrics = await runJob(
      job,
      (handle) => handle.result() as Promise<EtlMetrics>,
      'dailyDataIngestion',
    );

    assert.equal(metrics.status, 'success');
  });

  it('ends well where there is nothing to do', async () => {
    const job = fakeJob({ batches: 0 });

    await runJob(job, (handle) => handle.result());

    assert.deepEqual(job.loaded, []);
    assert.equal(job.finished.length, 1);
  });

  it('ends with its plan where the plan has closed the run: one activity and no more', async () => {
    const job = fakeJob({ batches: 0, retry: { firstBatch: 0, batches: 0, symbols: 0 } });
    const { planJob } = job.activities;
    job.activities.planJob = async (input) => ({
      ...(await planJob(input)),
      account: metricsOf(input, 0),
    });

    const { metrics, stages } = await runJob(job, async (handle) => {
      const result = (await handle.result()) as EtlMetrics;
      const { events = [] } = await handle.fetchHistory();
      const scheduled = (events ?? []).flatMap(
        (event) => event.activityTaskScheduledEventAttributes?.activityType?.name ?? [],
      );
      const { searchAttributes } = await handle.describe();
      return { metrics: result, stages: [...scheduled, ...(searchAttributes['EtlStage'] ?? [])] };
    });

    assert.deepEqual(stages, ['planJob', 'complete']);
    assert.equal(metrics.status, 'success');
    assert.deepEqual(job.finished, []);
  });

  it('asks for no second chance where no symbol has failed', async () => {
    const job = fakeJob({ batches: 1, retry: { firstBatch: 5, batches: 1, symbols: 1 } });
    const { planJob } = job.activities;
    job.activities.planJob = async (input) => ({
      ...(await planJob(input)),
      retriesOnlyFailures: true,
    });

    await runJob(job, (handle) => handle.result());

    assert.deepEqual(job.loaded, [0]);
    assert.equal(job.finished.length, 1);
  });

  it('fails at once, with the reason as its headline, where the input is wrong', async () => {
    const job = fakeJob(
      { batches: 1 },
      {
        planJob: () =>
          Promise.reject(
            new ConfigurationError('batch_size: got 0; expected 1 to 100000', {
              code: 'ETL-CFG-100',
            }),
          ),
      },
    );

    const failure = await runJob(job, failureOf);

    assert.equal(failure.type, 'ConfigurationError');
    assert.match(failure.message, /^ETL-CFG-100 batch_size: got 0/);
    assert.equal(failure.nonRetryable, true);
  });

  it('goes on with the other batches when one fails for good, and says which and why', async () => {
    const job = fakeJob({ batches: 4 });
    const { transformBatch } = job.activities;
    job.activities.transformBatch = (batch) =>
      batch.batchNo === 2
        ? Promise.reject(new TransientError('reset by peer', { code: 'ETL-SRC-001' }))
        : transformBatch(batch);

    const progress = await runJob(job, async (handle) => {
      await handle.result();
      return handle.query<JobProgress>('progress');
    });

    assert.deepEqual(job.loaded.toSorted(ascending), [0, 1, 3]);
    assert.deepEqual(job.failed, [
      { batchNo: 2, code: 'ETL-SRC-001', message: 'ETL-SRC-001 reset by peer' },
    ]);
    assert.equal(progress.batches.failed, 1);
    assert.match(progress.lastFailures[0] ?? '', /batch 2, transform: ETL-SRC-001/);
  });

  it('fails with the class and code of what may pass soonest, where every symbol failed', async () => {
    const job = fakeJob(
      { batches: 3 },
      {
        transformBatch: ({ batchNo }) =>
          Promise.reject(
            batchNo === 1
              ? new TransientError('reset', { code: 'ETL-SRC-001', hint: 'try again.' })
              : new DataQualityError('no price', { code: 'ETL-SRC-252' }),
          ),
        finishJob: async (run) => ({ ...metricsOf(run, 0), status: 'failed' }),
      },
    );

    const failure = await runJob(job, failureOf);

    assert.equal(failure.type, 'TransientError');
    assert.match(failure.message, /^ETL-SRC-001 Job .* loaded nothing/);
    const [account] = failure.details as [EtlMetrics];
    assert.deepEqual(account.failure, { errorClass: 'transient', code: 'ETL-SRC-001' });
  });

  it('stops the whole job at a fault of the configuration that every batch would meet', async () => {
    const job = fakeJob(
      { batches: 50, concurrency: 1 },
      {
        loadBatch: () =>
          Promise.reject(new ConfigurationError('not a demo database', { code: 'ETL-DB-120' })),
      },
    );

    const failure = await runJob(job, failureOf);

    assert.match(failure.message, /not a demo database/);
    assert.equal(job.failed.length, 1);
    assert.equal(job.finished.length, 1);
  });

  it('gives failed symbols a second chance at the end', async () => {
    const retry = { firstBatch: 1_000_000, batches: 2, symbols: 2 };
    const job = fakeJob({ batches: 1, retry });

    const progress = await runJob(job, async (handle) => {
      await handle.result();
      return handle.query<JobProgress>('progress');
    });

    assert.deepEqual(job.loaded.toSorted(ascending), [0, 1_000_000, 1_000_001]);
    assert.equal(progress.batches.total, 3);
  });

  it('continues as new before its history grows long, and loses no batch on the way', async () => {
    const job = fakeJob({ batches: 230, concurrency: 16 });

    const runs = await runJob(job, async (handle, client) => {
      await handle.result();
      const found: { status: string; events: number }[] = [];
      const query = `WorkflowId = "${handle.workflowId}"`;
      await eventually(async () => {
        found.length = 0;
        for await (const info of client.workflow.list({ query })) {
          found.push({ status: info.status.name, events: info.historyLength });
        }
        assert.equal(found.length, 2);
      });
      return found;
    });

    assert.equal(new Set(job.loaded).size, 230);
    assert.equal(job.planned.length, 1);
    assert.ok(runs.every(({ events }) => events < 10_000));
  }).timeout(120_000);

  it('starts no batch while paused, and goes on after resume', async () => {
    const gate = createGate();
    const begun = createGate();
    const job = fakeJob({ batches: 5, concurrency: 1 });
    const { extractBatch } = job.activities;
    job.activities.extractBatch = async (task) => {
      begun.open();
      await (task.batchNo === 0 ? gate.opened : undefined);
      return extractBatch(task);
    };

    await runJob(job, async (handle) => {
      await begun.opened;
      assert.match(await handle.executeUpdate<string, []>('pause', { args: [] }), /^Paused/);
      gate.open();
      await eventually(async () => {
        const { batches, paused } = await handle.query<JobProgress>('progress');
        assert.deepEqual({ done: batches.done, paused }, { done: 1, paused: true });
      });
      assert.deepEqual(job.loaded, [0]);
      assert.equal(await handle.executeUpdate<string, []>('resume', { args: [] }), 'Resumed.');
      await handle.result();
    });

    assert.deepEqual(job.loaded, [0, 1, 2, 3, 4]);
  });

  it('can be paused before its plan is made', async () => {
    const gate = createGate();
    const job = fakeJob({ batches: 2 });
    const { planJob } = job.activities;
    job.activities.planJob = async (input) => {
      await gate.opened;
      return planJob(input);
    };

    await runJob(job, async (handle) => {
      assert.match(await handle.executeUpdate<string, []>('pause', { args: [] }), /^Paused/);
      gate.open();
      await eventually(async () => {
        const { batches } = await handle.query<JobProgress>('progress');
        assert.equal(batches.total, 2);
      });
      assert.deepEqual(job.loaded, []);
      await handle.executeUpdate<string, []>('resume', { args: [] });
      await handle.result();
    });

    assert.equal(job.loaded.length, 2);
  });

  it('takes a new concurrency while it runs, and refuses a wrong one by name', async () => {
    const gate = createGate();
    const job = fakeJob({ batches: 4, concurrency: 1 });
    const { transformBatch } = job.activities;
    job.activities.transformBatch = async (batch) => {
      await gate.opened;
      return transformBatch(batch);
    };

    await runJob(job, async (handle) => {
      const refusal: unknown = await handle
        .executeUpdate<string, [unknown]>('setConcurrency', { args: [0] })
        .catch((error: unknown) => error);
      assert.ok(refusal instanceof Error && refusal.cause instanceof Error);
      assert.match(
        refusal.cause.message,
        /concurrency: got 0; expected a whole number from 1 to 64/,
      );
      await handle.executeUpdate<string, [unknown]>('setConcurrency', {
        args: [{ concurrency: 3 }],
      });
      await eventually(() => Promise.resolve(assert.equal(job.mostInFlight, 3)));
      gate.open();
      await handle.result();
    });
  });

  it('ends as cancelled, with its account, when it is cancelled', async () => {
    const job = fakeJob({ batches: 3, concurrency: 1 });
    const running = createGate();
    job.activities.loadBatch = async () => {
      running.open();
      const { Context } = await import('@temporalio/activity');
      const context = Context.current();
      const beat = setInterval(() => context.heartbeat(), 50);
      try {
        return await context.cancelled;
      } finally {
        clearInterval(beat);
      }
    };

    await runJob(job, async (handle) => {
      await running.opened;
      await handle.cancel();
      await assert.rejects(handle.result(), /cancelled/i);
    });

    assert.deepEqual(job.finished, [{ cancelled: true }]);
    assert.deepEqual(job.loaded, []);
  });

  it('shows its name, type, symbol and stage as search attributes, and its effective input in the memo', async () => {
    const job = fakeJob({ batches: 1 });
    const { planJob } = job.activities;
    job.activities.planJob = async (input) => ({
      ...(await planJob(input)),
      namedSymbols: ['600000.SH', '000001.SZ'],
    });

    const seen = await runJob(
      job,
      async (handle) => {
        await handle.result();
        return handle.describe();
      },
      'dailyDataIngestion',
    );

    assert.deepEqual(seen.searchAttributes['JobType'], ['dailyDataIngestion']);
    assert.deepEqual(seen.searchAttributes['JobName'], ['fake']);
    assert.deepEqual(seen.searchAttributes['Symbol'], ['600000.SH', '000001.SZ']);
    assert.deepEqual(seen.searchAttributes['EtlStage'], ['complete']);
    assert.deepEqual(seen.searchAttributes['QualityScore'], [1]);
    assert.deepEqual(seen.memo?.['effectiveInput'], { jobName: 'fake' });
  });
});
