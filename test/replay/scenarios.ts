import { createGate } from '../support/gate.ts';
import { fakeJob } from '../support/fake-activities.ts';
import { fakeModelActivities } from '../support/fake-models.ts';
import type { EtlActivities } from '../../src/activities/contract.ts';
import { TransientError } from '../../src/domain/errors.ts';
import type { Scenario } from './scenario.ts';

const RANGE = { start_date: '2024-01-02', end_date: '2024-01-31' };

/** A new workflow needs at least one line here, then `npm run -s record-histories -- NAME`. */
export const scenarios: readonly Scenario[] = [
  {
    name: 'etl-job',
    workflow: 'etlJob',
    input: { job_name: 'recorded', batch_size: 10, ...RANGE },
  },
  { name: 'etl-job-bad-input', workflow: 'etlJob', input: { batch_size: 0 } },
  { name: 'daily-data-ingestion', workflow: 'dailyDataIngestion' },
  { name: 'health-check', workflow: 'healthCheck', queue: 'maintenance' },
  { name: 'health-check-bad-input', workflow: 'healthCheck', queue: 'maintenance', input: [1] },
  {
    name: 'historical-backfill',
    workflow: 'historicalBackfill',
    input: { symbols: ['000001.SZ', '600000.SH'], ...RANGE },
  },
  {
    name: 'resolve-quarantine',
    workflow: 'resolveQuarantine',
    queue: 'data_quality',
    during: async (handle) => {
      await handle.executeUpdate('close', { args: [] });
    },
  },
  { name: 'data-quality-check', workflow: 'dataQualityCheck', queue: 'data_quality' },
  { name: 'generate-quality-report', workflow: 'generateQualityReport', queue: 'data_quality' },
  { name: 'cleanup-old-data', workflow: 'cleanupOldData', queue: 'maintenance' },
  retriedJob(),
  steeredJob(),
  cancelledJob(),
  {
    name: 'etl-job-continued',
    workflow: 'etlJob',
    activities: fakeJob({ batches: 203, concurrency: 32 }).activities,
  },
  { name: 'train-anomaly-model', workflow: 'trainAnomalyModel', activities: withModels() },
  { name: 'measure-model-drift', workflow: 'measureModelDrift', activities: withModels() },
];

function withModels(): EtlActivities {
  return { ...fakeJob({ batches: 1 }).activities, ...fakeModelActivities };
}

/** A batch that fails for good, and the second chance of its symbol. */
function retriedJob(): Scenario {
  const { activities } = fakeJob({
    batches: 3,
    retry: { firstBatch: 1_000_000, batches: 1, symbols: 1 },
  });
  const { transformBatch } = activities;
  return {
    name: 'etl-job-retried',
    workflow: 'etlJob',
    activities: {
      ...activities,
      transformBatch: (batch) =>
        batch.batchNo === 1
          ? Promise.reject(new TransientError('reset by peer', { code: 'ETL-SRC-001' }))
          : transformBatch(batch),
    },
  };
}

/** Every update, while the first batch waits. */
function steeredJob(): Scenario {
  const gate = createGate();
  const { activities } = fakeJob({ batches: 4, concurrency: 1 });
  const { extractBatch } = activities;
  return {
    name: 'etl-job-steered',
    workflow: 'etlJob',
    activities: {
      ...activities,
      async extractBatch(task) {
        await gate.opened;
        return extractBatch(task);
      },
    },
    async during(handle) {
      await handle.executeUpdate('pause', { args: [] });
      await handle.executeUpdate('skipSymbols', { args: [['600000.SH']] });
      await handle.executeUpdate('setConcurrency', { args: [2] });
      await handle.executeUpdate('resume', { args: [] });
      gate.open();
    },
  };
}

function cancelledJob(): Scenario {
  const begun = createGate();
  const { activities } = fakeJob({ batches: 3, concurrency: 1 });
  return {
    name: 'etl-job-cancelled',
    workflow: 'etlJob',
    activities: {
      ...activities,
      async loadBatch() {
        const { Context } = await import('@temporalio/activity');
        const context = Context.current();
        const beat = setInterval(() => context.heartbeat(), 50);
        begun.open();
        try {
          return await context.cancelled;
        } finally {
          clearInterval(beat);
        }
      },
    },
    async during(handle) {
      await begun.opened;
      await handle.cancel();
    },
  };
}
