import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';

import type { EtlActivities } from '../../src/activities/contract.ts';
import { createFailureInterceptor } from '../../src/activities/failure-interceptor.ts';
import { startTemporal, type RunningTemporal } from '../../src/runtime/temporal.ts';

/** The dev server of this mocha run, and connections to it. */
export interface TestTemporal {
  readonly address: string;
  readonly namespace: string;
  readonly client: Client;
  readonly nativeConnection: NativeConnection;
}

interface Server extends TestTemporal {
  readonly temporal: RunningTemporal;
  readonly folder: string;
}

const codePath = fileURLToPath(new URL('../../workflow-bundle.js', import.meta.url));
const state: { server?: Promise<Server> } = {};

async function start(): Promise<Server> {
  const folder = await mkdtemp(join(tmpdir(), 'candlewick-test-temporal-'));
  const home = resolve(process.env['CANDLEWICK_HOME'] ?? '.candlewick');
  const temporal = await startTemporal({ folder, cache: join(home, 'bin'), isLasting: false });
  const { address, namespace } = temporal;
  const connection = await Connection.connect({ address });
  return {
    folder,
    temporal,
    address,
    namespace,
    client: new Client({ connection, namespace }),
    nativeConnection: await NativeConnection.connect({ address }),
  };
}

export async function testTemporal(): Promise<TestTemporal> {
  state.server ??= start();
  return state.server;
}

/** Keeps the queues of one test apart from those of all others. */
export function uniqueQueuePrefix(): string {
  return `test-${randomUUID().slice(0, 8)}-`;
}

const RETRY = { transientRetries: 1, transientDelayMs: 10 };

/** Runs `during` beside a worker that serves a task queue of its own with these activities. */
export async function withWorker<Result>(
  activities: EtlActivities,
  during: (taskQueue: string) => Promise<Result>,
): Promise<Result> {
  const { nativeConnection, namespace } = await testTemporal();
  const taskQueue = `${uniqueQueuePrefix()}data_ingestion`;
  const worker = await Worker.create({
    connection: nativeConnection,
    namespace,
    taskQueue,
    workflowBundle: { codePath },
    activities: { ...activities },
    interceptors: {
      activity: [(context) => ({ inbound: createFailureInterceptor(context, RETRY) })],
    },
  });
  return worker.runUntil(during(taskQueue));
}

/** Ends the server, if one was started. */
export async function stopTestTemporal(): Promise<void> {
  const running = await state.server?.catch(() => undefined);
  if (running !== undefined) {
    await running.client.connection.close();
    await running.nativeConnection.close();
    await running.temporal.stop();
    await rm(running.folder, { recursive: true, force: true });
  }
}
