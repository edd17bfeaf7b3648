import { randomUUID } from 'node:crypto';

import { defineSearchAttributeKey } from '@temporalio/common';

import type { EtlMetrics } from '../domain/job.ts';
import { queueName } from '../domain/task-queues.ts';
import type { MarketWorker } from './market-worker.ts';

const NOMINAL = defineSearchAttributeKey('TemporalScheduledStartTime', 'DATETIME');
const SCHEDULE = defineSearchAttributeKey('TemporalScheduledById', 'KEYWORD');

/**
 * A daily run as the schedule would start it at an instant: with that instant as its nominal time, whatever the clock says.
 */
export async function runDailyAt(
  { client, queuePrefix }: Pick<MarketWorker, 'client' | 'queuePrefix'>,
  instant: number,
  input: Readonly<Record<string, unknown>> = {},
): Promise<EtlMetrics> {
  const day = new Date(instant).toISOString();
  const handle = await client.temporal.workflow.start<
    (input: Readonly<Record<string, unknown>>) => Promise<EtlMetrics>
  >('dailyDataIngestion', {
    workflowId: `daily-data-ingestion-${day}-${randomUUID().slice(0, 8)}`,
    taskQueue: queueName('data_ingestion', queuePrefix),
    args: [input],
    typedSearchAttributes: [
      { key: NOMINAL, value: new Date(instant) },
      { key: SCHEDULE, value: 'daily-data-ingestion' },
    ],
  });
  return handle.result();
}
