/**
 * Records the histories of `scenarios.ts` anew, on a real Temporal server and a real PostgreSQL of their own:
 *   npm run -s record-histories [-- NAME …]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';

import { parseConfig } from '../../src/config/config.ts';
import { queueName, TASK_QUEUES } from '../../src/domain/task-queues.ts';
import { silentLogger } from '../../src/observability/logger.ts';
import { temporalLogger } from '../../src/observability/temporal-logger.ts';
import { startWorker } from '../../src/worker.ts';
import { installRuntime } from '../../src/worker/temporal-runtime.ts';
import { stopTestServer, testDatabase } from '../support/postgres.ts';
import {
  stopTestTemporal,
  testTemporal,
  uniqueQueuePrefix,
  withWorker,
} from '../support/temporal.ts';
import { writeHistory } from './histories.ts';
import type { Scenario } from './scenario.ts';
import { scenarios } from './scenarios.ts';

async function record(scenario: Scenario, taskQueue: string): Promise<void> {
  const { client } = await testTemporal();
  const { name, workflow, input, during } = scenario;
  const workflowId = `recorded/${name}`;
  const handle: WorkflowHandle = await client.workflow.start(workflow, {
    workflowId,
    taskQueue,
    args: input === undefined ? [] : [input],
  });
  await during?.(handle);
  // A scenario may be one of failure.
  await handle.result().catch(() => undefined);
  // Of several runs the last.
  const history = await client.workflow.getHandle(workflowId).fetchHistory();
  writeHistory(name, historyToJSON(history));
  process.stderr.write(`${name}: ${history.events?.length} events\n`);
}

/** The product's own worker, for scenarios with real activities. */
async function withProductWorker(during: (queuePrefix: string) => Promise<void>): Promise<void> {
  const database = await testDatabase('demo');
  const { address, namespace } = await testTemporal();
  const storage = await mkdtemp(join(tmpdir(), 'candlewick-record-'));
  const queuePrefix = uniqueQueuePrefix();
  const worker = await startWorker({
    config: parseConfig({
      CANDLEWICK_QUEUE_PREFIX: queuePrefix,
      ETL_SOURCES: 'simulated',
      ETL_SIMULATED_SYMBOLS: '30',
      STORAGE_URL: storage,
    }),
    databaseUrl: database.url,
    temporalAddress: address,
    namespace,
    queues: TASK_QUEUES,
    logger: silentLogger,
  });
  try {
    await during(queuePrefix);
  } finally {
    await worker.stop();
    await database.drop();
    await rm(storage, { recursive: true, force: true });
  }
}

const wanted = process.argv.slice(2);
const chosen = scenarios.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
if (chosen.length === 0) {
  throw new RangeError(
    `No such scenario; there are ${scenarios.map(({ name }) => name).join(', ')}`,
  );
}
await installRuntime(temporalLogger(silentLogger));
try {
  const real = chosen.filter(({ activities }) => activities === undefined);
  if (real.length > 0) {
    await withProductWorker(async (queuePrefix) => {
      for (const scenario of real) {
        await record(scenario, queueName(scenario.queue ?? 'data_ingestion', queuePrefix));
      }
    });
  }
  for (const scenario of chosen) {
    if (scenario.activities !== undefined) {
      await withWorker(scenario.activities, (taskQueue) => record(scenario, taskQueue));
    }
  }
} finally {
  await Promise.all([stopTestServer(), stopTestTemporal()]);
}
