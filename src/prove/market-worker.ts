import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';

import { createActivities, type WorkerActivities } from '../activities/index.ts';
import { createCpuPool, type CpuPool } from '../activities/cpu/pool.ts';
import { connect, type JobClient } from '../client.ts';
import type { DataSource } from '../sources/data-source.ts';
import { openStore } from '../storage/open-store.ts';
import { openWarehouse, type Warehouse } from '../warehouse/pool.ts';
import { createModelStore } from '../worker/model-store.ts';
import { createRetentionStore } from '../worker/retention-store.ts';
import { createSourceDesk } from '../worker/source-desk.ts';
import { createStageStores } from '../worker/stage-stores.ts';
import { startTemporalWorkers } from '../worker/temporal-workers.ts';

export interface MarketWorkerOptions {
  readonly databaseUrl: string;
  /** Landing and staging; without one a folder of its own, which goes with it. */
  readonly storageUrl?: string;
  readonly temporalAddress: string;
  readonly namespace: string;
  readonly source: DataSource;
  /** Epoch milliseconds: what the worker takes for now. */
  readonly now?: () => number;
  readonly batchSize?: number;
  /** Activities at a time. */
  readonly maxActivities?: number;
  /** How often a stage is tried again when its source fails; 2 when left out. */
  readonly transientRetries?: number;
}

/** A worker in this process over a source of the caller's making: proofs and tests decide what the world says, and when. */
export interface MarketWorker {
  readonly client: JobClient;
  readonly warehouse: Warehouse;
  readonly queuePrefix: string;
  stop(): Promise<void>;
}

const MAX_ACTIVITIES = 16;
const BATCH_SIZE = 1000;
const BATCH_ROWS = 250_000;
const CLEANUP_ROWS = 1000;
const RETRY_DELAY_MS = 50;

/** Starts it on task queues of its own. */
export async function startMarketWorker(options: MarketWorkerOptions): Promise<MarketWorker> {
  const { databaseUrl, temporalAddress, namespace } = options;
  const storageUrl = options.storageUrl ?? `${tmpdir()}/candlewick-market-${randomUUID()}`;
  const warehouse = openWarehouse({
    connectionString: databaseUrl,
    applicationName: 'candlewick market worker',
  });
  const cpu = createCpuPool({ storageUrl });
  const queuePrefix = `market-${randomUUID().slice(0, 8)}-`;
  const activities = activitiesOf({ ...options, storageUrl }, { warehouse, cpu });
  const workers = await startTemporalWorkers({
    address: temporalAddress,
    namespace,
    queuePrefix,
    queues: ['data_ingestion', 'maintenance'],
    activities,
    retry: { transientRetries: options.transientRetries ?? 2, transientDelayMs: RETRY_DELAY_MS },
    notify: () => Promise.resolve(),
    maxActivities: options.maxActivities ?? MAX_ACTIVITIES,
  });
  const client = await connect({ address: temporalAddress, namespace, queuePrefix });
  return {
    client,
    warehouse,
    queuePrefix,
    async stop() {
      await client.close();
      await workers.stop();
      await Promise.allSettled([cpu.close(), warehouse.close()]);
      if (options.storageUrl === undefined) {
        await rm(storageUrl, { recursive: true, force: true });
      }
    },
  };
}

/** The activities over the caller's source; nobody is told of anything. */
function activitiesOf(
  options: MarketWorkerOptions & { readonly storageUrl: string },
  { warehouse, cpu }: { readonly warehouse: Warehouse; readonly cpu: CpuPool },
): WorkerActivities {
  const { source, storageUrl, now = Date.now, batchSize = BATCH_SIZE } = options;
  const store = openStore(storageUrl);
  return createActivities({
    ...createStageStores(warehouse, store),
    retention: createRetentionStore(warehouse, store, CLEANUP_ROWS),
    retentionRules: { retentionDays: 365, barsRetentionDays: undefined },
    models: createModelStore(warehouse, {
      anomalyContamination: 0.001,
      anomalyModel: 'auto',
      anomalyShare: 0.02,
    }),
    sources: { names: [source.name], expand: (names) => names, get: () => source },
    desk: createSourceDesk({
      warehouse,
      notify: () => Promise.resolve(),
      rules: { coolDownMs: RETRY_DELAY_MS },
      accountOf: () => 'market',
    }),
    cpu,
    clock: { now },
    notify: () => Promise.resolve(),
    failpoint: () => undefined,
    rules: () => Promise.resolve({}),
    planning: {
      batchSize,
      dailyBatchSize: batchSize,
      batchRows: BATCH_ROWS,
      qualityThreshold: 0.7,
      sources: [source.name],
      concurrency: 4,
      retryDelayMs: RETRY_DELAY_MS,
    },
  });
}
