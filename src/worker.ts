import { createCpuPool, type CpuPool } from './activities/cpu/pool.ts';
import { createCheckHealth } from './activities/check-health.ts';
import { createFailpoint } from './activities/failpoint.ts';
import { createActivities, type WorkerActivities } from './activities/index.ts';
import type { Config } from './config/config.ts';
import { readRulesFile } from './config/rules-file.ts';
import type { Notify } from './domain/notice.ts';
import { mergeRuleSettings } from './domain/rule-settings.ts';
import type { TaskQueue } from './domain/task-queues.ts';
import type { Logger } from './observability/logger.ts';
import type { Tracing } from './observability/tracing.ts';
import { temporalLogger } from './observability/temporal-logger.ts';
import { openStore } from './storage/open-store.ts';
import { openWarehouse, type Warehouse } from './warehouse/pool.ts';
import { activeThresholds } from './warehouse/threshold-versions.ts';
import { createModelStore } from './worker/model-store.ts';
import { workerId } from './worker/health-probes.ts';
import { createMonitoring } from './worker/monitoring.ts';
import { createWorkerNotifier } from './worker/notifications.ts';
import { createRetentionStore } from './worker/retention-store.ts';
import { createReferenceDesk } from './worker/reference-desk.ts';
import { createSourceControl } from './worker/source-control.ts';
import { createStageStores } from './worker/stage-stores.ts';
import { installRuntime } from './worker/temporal-runtime.ts';
import { startTemporalWorkers, type RunningWorkers } from './worker/temporal-workers.ts';

export interface WorkerSettings {
  readonly config: Config;
  readonly databaseUrl: string;
  /** undefined: Temporal's standard environment configuration. */
  readonly temporalAddress: string | undefined;
  readonly namespace: string;
  readonly queues: readonly TaskQueue[];
  readonly logger: Logger;
}

/** Symbols a batch of a daily run: few rows a symbol, so that many make a batch worth its round trips. */
const DAILY_BATCH_SIZE = 1000;
const DEFAULT_RETRY_DELAY_MS = 1000;
/** Activities at a time: mostly waiting for sources, threads and the database. */
const MAX_ACTIVITIES = 16;
const DEFAULT_BATCH_SIZE = 100;

/** Starts one worker process' share of the work: connections, threads, and the workers of the given task queues. */
export async function startWorker(settings: WorkerSettings): Promise<RunningWorkers> {
  const { config, logger } = settings;
  // A file with faults stops a worker at its start, not the first job.
  readRulesFile(config.rulesFile);
  const runtimeMetrics = await installRuntime(
    temporalLogger(logger),
    config.httpPort !== undefined,
  );
  const warehouse = openWarehouse({
    connectionString: settings.databaseUrl,
    applicationName: 'candlewick worker',
    allowPlaintext: config.allowPlaintext,
  });
  const cpu = createCpuPool({ storageUrl: config.storageUrl });
  const notifier = createWorkerNotifier(config, warehouse, logger);
  const monitoring = createMonitoring({ ...settings, warehouse, runtimeMetrics });
  const tracing = await tracingTo(config.otlpEndpoint);
  const { health } = monitoring;
  async function closeAll(): Promise<void> {
    await Promise.allSettled([monitoring.close(), notifier.close(), tracing?.close()]);
    await Promise.allSettled([cpu.close(), warehouse.close()]);
  }
  let closing: Promise<void> | undefined;
  // Once, whoever asks first: a query that comes to a pool that is closing is never answered.
  function close(): Promise<void> {
    closing ??= closeAll();
    return closing;
  }
  try {
    const activities = activitiesOf(config, { warehouse, cpu, notify: notifier.notify });
    const workers = await startTemporalWorkers({
      ...(settings.temporalAddress === undefined ? {} : { address: settings.temporalAddress }),
      namespace: settings.namespace,
      queuePrefix: config.queuePrefix,
      queues: settings.queues,
      activities: { ...activities, ...createCheckHealth({ health, notify: notifier.notify }) },
      metrics: monitoring.metrics,
      tracing,
      retry: { transientRetries: config.retryAttempts, transientDelayMs: retryDelayOf(config) },
      notify: notifier.notify,
      maxActivities: MAX_ACTIVITIES,
    });
    await monitoring.serve(() => workers.isAccepting());
    return {
      ...workers,
      ended: workers.ended.then(close),
      async stop() {
        await workers.stop();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

interface WorkerParts {
  readonly warehouse: Warehouse;
  readonly cpu: CpuPool;
  readonly notify: Notify;
}

/** The activities of an installation, by its settings. */
function activitiesOf(config: Config, { warehouse, cpu, notify }: WorkerParts): WorkerActivities {
  const store = openStore(config.storageUrl);
  const stores = createStageStores(warehouse, store);
  const control = createSourceControl({ config, warehouse, cpu, notify });
  const { sources } = control;
  const { landing } = stores;
  return createActivities({
    ...stores,
    ...control,
    retention: createRetentionStore(warehouse, store, config.cleanupBatchRows),
    retentionRules: config,
    models: createModelStore(warehouse, config),
    reference: createReferenceDesk({ warehouse, sources, landing, notify }),
    cpu,
    clock: { now: () => Date.now() },
    notify,
    // What an operator has written goes before what was tuned.
    rules: async () =>
      mergeRuleSettings(
        { thresholds: await activeThresholds(warehouse) },
        readRulesFile(config.rulesFile),
      ),
    failpoint: createFailpoint(config.failpoints),
    planning: {
      ...config,
      retryDelayMs: retryDelayOf(config),
      dailyBatchSize: config.batchSize === DEFAULT_BATCH_SIZE ? DAILY_BATCH_SIZE : config.batchSize,
    },
  });
}

function retryDelayOf({ retryDelayMs = DEFAULT_RETRY_DELAY_MS }: Config): number {
  return retryDelayMs;
}

/** Loaded only where traces are wanted. */
async function tracingTo(endpoint: string | undefined): Promise<Tracing | undefined> {
  if (endpoint === undefined) {
    return undefined;
  }
  const { startTracing } = await import('./observability/tracing.ts');
  return startTracing(endpoint, workerId());
}
