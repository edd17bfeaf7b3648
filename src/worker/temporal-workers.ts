import { fileURLToPath } from 'node:url';

import { Connection } from '@temporalio/client';
import { NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';

import { createFailureInterceptor, type RetryRules } from '../activities/failure-interceptor.ts';
import { connectSettings, type ConnectOptions } from '../client/connection.ts';
import { grpcInterceptors } from '../client/grpc-retry.ts';
import { SystemError } from '../domain/errors.ts';
import type { Notify } from '../domain/notice.ts';
import { queueName, type TaskQueue } from '../domain/task-queues.ts';
import { createMetricsInterceptor } from '../activities/metrics-interceptor.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { Tracing } from '../observability/tracing.ts';
import { ensureSearchAttributes } from './search-attributes.ts';

const TRACED_BUNDLE = fileURLToPath(new URL('../../workflow-bundle-traced.js', import.meta.url));
/** Built by `npm run build`; must be made by the very version of @temporalio/worker that runs it. */
const BUNDLE = fileURLToPath(new URL('../../workflow-bundle.js', import.meta.url));

export interface TemporalWorkerOptions extends ConnectOptions {
  readonly queues: readonly TaskQueue[];
  /** By name. */
  readonly activities: object;
  readonly retry: RetryRules;
  /** Tells people of failures that need them. */
  readonly notify: Notify;
  /** Counts what the activities do. */
  readonly metrics?: Metrics;
  /** Where spans go; without it nothing is traced. */
  readonly tracing?: Tracing | undefined;
  /** Activities at a time, on each queue. */
  readonly maxActivities: number;
}

/** Workers on some task queues, in this process. */
export interface RunningWorkers {
  /** Takes no new work, lets what runs end, at most for the shutdown grace time. */
  stop(): Promise<void>;
  /** Settles when the workers have ended; rejects where one of them failed. */
  readonly ended: Promise<void>;
  /** Whether they take new work. */
  isAccepting(): boolean;
}

/** Starts workers that poll the given queues. @throws SystemError where Temporal does not answer. */
export async function startTemporalWorkers(
  options: TemporalWorkerOptions,
): Promise<RunningWorkers> {
  const { address, namespace, connection } = connectSettings(options);
  const native = await NativeConnection.connect(connection).catch((cause: unknown) => {
    throw new SystemError(`No Temporal server answers at ${address}`, {
      code: 'ETL-TMP-301',
      hint: 'start one with `npm start`, or set TEMPORAL_ADDRESS to host:port of yours.',
      cause,
    });
  });
  const control = await Connection.connect({ ...connection, interceptors: grpcInterceptors() });
  await ensureSearchAttributes(control, namespace);
  await control.close();
  const workers: Worker[] = [];
  for (const queue of options.queues) {
    workers.push(await Worker.create(workerOptions(options, queue, native, namespace)));
  }
  const ended = Promise.all(workers.map((worker) => worker.run())).then(() => native.close());
  return {
    ended,
    isAccepting: () => workers.every((worker) => worker.getState() === 'RUNNING'),
    async stop() {
      workers.filter((worker) => worker.getState() === 'RUNNING').forEach((w) => w.shutdown());
      await ended;
    },
  };
}

function workerOptions(
  {
    activities,
    retry,
    notify,
    metrics,
    tracing,
    maxActivities,
    queuePrefix,
  }: TemporalWorkerOptions,
  queue: TaskQueue,
  connection: NativeConnection,
  namespace: string,
): WorkerOptions {
  return {
    connection,
    namespace,
    taskQueue: queueName(queue, queuePrefix ?? ''),
    workflowBundle: { codePath: tracing === undefined ? BUNDLE : TRACED_BUNDLE },
    ...(tracing === undefined ? {} : { sinks: tracing.sinks }),
    activities: { ...activities },
    interceptors: {
      activity: [
        (context) =>
          tracing === undefined ? {} : { inbound: tracing.activityInterceptor(context) },
        (context) =>
          metrics === undefined ? {} : { inbound: createMetricsInterceptor(context, metrics) },
        (context) => ({ inbound: createFailureInterceptor(context, retry, notify) }),
      ],
    },
    maxConcurrentActivityTaskExecutions: maxActivities,
    maxCachedWorkflows: 50,
    // A workflow whose worker was killed goes on elsewhere after this, not after the default ten seconds.
    stickyQueueScheduleToStartTimeout: '2 seconds',
    shutdownGraceTime: '20 seconds',
    shutdownForceTime: '30 seconds',
  };
}
