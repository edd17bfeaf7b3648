import { Client, Connection } from '@temporalio/client';
import proto from '@temporalio/proto';
import pg from 'pg';

import { EtlError } from '../domain/errors.ts';
import { queueName, TASK_QUEUES } from '../domain/task-queues.ts';
import { openStore } from '../storage/open-store.ts';
import { translateDatabaseError } from '../warehouse/database-error.ts';
import { migrationState } from '../warehouse/migrate.ts';
import { SEARCH_ATTRIBUTES } from '../domain/search-attributes.ts';
import { machineChecks } from './doctor-machine.ts';
import {
  checkClock,
  checkMigrations,
  checkPostgresVersion,
  checkQueue,
  checkSearchAttributes,
  checkTemporalVersion,
  checkWritable,
  type Check,
} from './doctor-rules.ts';

export type { Check } from './doctor-rules.ts';

export interface DoctorOptions {
  readonly home: string;
  readonly storageUrl: string;
  /** undefined: no server was found or could be started, for this reason. */
  readonly databaseUrl: string | undefined;
  readonly temporalAddress: string | undefined;
  readonly namespace: string;
  readonly queuePrefix: string;
  readonly allowPlaintext: boolean;
  readonly warnings: readonly string[];
}

const CONNECT_TIMEOUT_MS = 5000;
const LOOPBACK = /^(localhost|127\.|\[?::1)/;

/** Looks at everything that Candlewick stands on. Never throws: what cannot be looked at is a failed check. */
export async function runDoctor(options: DoctorOptions): Promise<readonly Check[]> {
  const [storage, database, temporal] = await Promise.all([
    storageCheck(options.storageUrl),
    databaseChecks(options),
    temporalChecks(options),
  ]);
  return [...machineChecks(options), storage, ...database, ...temporal];
}

function reasonOf(error: unknown): string {
  return error instanceof EtlError ? error.headline : String(error);
}

async function storageCheck(storageUrl: string): Promise<Check> {
  const probe = `doctor/${process.pid}`;
  try {
    const store = openStore(storageUrl);
    await store.put(probe, new Uint8Array(1));
    await store.delete(probe);
    return checkWritable('storage', store.location, undefined);
  } catch (error) {
    return checkWritable('storage', 'the store of payloads and batches', reasonOf(error));
  }
}

async function databaseChecks(options: DoctorOptions): Promise<readonly Check[]> {
  const { databaseUrl, allowPlaintext } = options;
  if (databaseUrl === undefined) {
    return [
      {
        name: 'PostgreSQL',
        state: 'fail',
        found: 'no server',
        fix: 'run `npm start`, or set DATABASE_URL.',
      },
    ];
  }
  const client = new pg.Client({
    connectionString: databaseUrl,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ version: string; mayCreate: boolean; skew: number }>(
      `select current_setting('server_version') as version,
              has_database_privilege(current_database(), 'create') as "mayCreate",
              extract(epoch from clock_timestamp())::float8 - $1::float8 as skew`,
      [Date.now() / 1000],
    );
    const [facts] = rows;
    const state = await migrationState(databaseUrl, { allowPlaintext }).catch(() => undefined);
    return [
      { name: 'PostgreSQL', state: 'ok', found: 'answers' },
      checkPostgresVersion(facts?.version ?? '0'),
      facts?.mayCreate === true
        ? { name: 'database rights', state: 'ok', found: 'this role may create tables' }
        : {
            name: 'database rights',
            state: 'warn',
            found: 'this role may not create tables',
            fix: 'migrate with another role, or `grant create on database … to …`.',
          },
      checkClock(facts?.skew ?? 0),
      checkMigrations({
        applied: state?.applied.length ?? 0,
        pending: state?.pending.length ?? 1,
        purpose: state?.purpose,
      }),
    ];
  } catch (error) {
    const found = reasonOf(translateDatabaseError(error, 'Connecting'));
    return [
      {
        name: 'PostgreSQL',
        state: 'fail',
        found,
        fix: 'see whether DATABASE_URL is right and the server runs.',
      },
    ];
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function temporalChecks(options: DoctorOptions): Promise<readonly Check[]> {
  const { temporalAddress: address, namespace } = options;
  if (address === undefined) {
    return [
      {
        name: 'Temporal',
        state: 'fail',
        found: 'no server',
        fix: 'run `npm start`, or set TEMPORAL_ADDRESS.',
      },
    ];
  }
  let connection: Connection | undefined;
  try {
    connection = await Connection.connect({ address, connectTimeout: CONNECT_TIMEOUT_MS });
    const info = await connection.workflowService.getSystemInfo({});
    await connection.workflowService.describeNamespace({ namespace });
    const registered = await connection.operatorService.listSearchAttributes({ namespace });
    const missing = Object.keys(SEARCH_ATTRIBUTES).filter(
      (name) => registered.customAttributes[name] === undefined,
    );
    return [
      { name: 'Temporal', state: 'ok', found: `answers at ${address}` },
      checkTemporalVersion(info.serverVersion, LOOPBACK.test(address)),
      { name: 'namespace', state: 'ok', found: namespace },
      checkSearchAttributes(missing),
      ...(await queueChecks(new Client({ connection, namespace }), options)),
    ];
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    return [
      {
        name: 'Temporal',
        state: 'fail',
        found: `${address}, namespace ${namespace}: ${found}`,
        fix: 'see whether TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE are right and the server runs.',
      },
    ];
  } finally {
    await connection?.close();
  }
}

const { TaskQueueType } = proto.temporal.api.enums.v1;

async function queueChecks(
  client: Client,
  { namespace, queuePrefix }: DoctorOptions,
): Promise<readonly Check[]> {
  return Promise.all(
    TASK_QUEUES.map(async (queue) => {
      const found = await client.workflowService.describeTaskQueue({
        namespace,
        taskQueue: { name: queueName(queue, queuePrefix) },
        taskQueueType: TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
        reportStats: true,
      });
      return checkQueue({
        queue,
        pollers: found.pollers.length,
        backlog: Number(found.stats?.approximateBacklogCount ?? 0),
      });
    }),
  );
}
