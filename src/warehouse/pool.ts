import { Pool, type PoolClient, type QueryConfig, type QueryResultRow } from 'pg';

import { connectionSettings, type ConnectionOptions } from './connection-settings.ts';
import { translateDatabaseError } from './database-error.ts';
import { rowTypes } from './row-types.ts';

export interface WarehouseOptions extends ConnectionOptions {
  readonly maxConnections?: number;
  /** Hears of connections lost while idle. They are replaced when needed, so nothing has to be done. */
  readonly onIdleError?: (message: string) => void;
}

export interface Warehouse {
  readonly pool: Pool;
  close(): Promise<void>;
}

const MAX_CONNECTIONS = 10;
const IDLE_MS = 30_000;

/** A pool of connections with time-outs everywhere. Connects when first used. */
export function openWarehouse(options: WarehouseOptions): Warehouse {
  const pool = new Pool({
    ...connectionSettings(options),
    types: rowTypes,
    max: options.maxConnections ?? MAX_CONNECTIONS,
    idleTimeoutMillis: IDLE_MS,
  });
  function heard(error: Error): void {
    options.onIdleError?.(error.message);
  }
  // Without a listener, an idle connection that the server closes would end the process.
  pool.on('error', heard);
  pool.on('connect', (client) => client.on('error', heard));
  let closing: Promise<void> | undefined;
  return {
    pool,
    async close() {
      closing ??= pool.end();
      await closing;
    },
  };
}

/** A statement whose answer is given up after `timeoutMs`, on the client's side. The driver knows this; its types do not. */
export function timedQuery(
  text: string,
  values: unknown[],
  timeoutMs: number,
): QueryConfig & { readonly query_timeout: number } {
  return { text, values, query_timeout: timeoutMs };
}

/** Rows of one statement with bound parameters. @throws EtlError */
export async function queryRows<Row extends QueryResultRow>(
  { pool }: Warehouse,
  doing: string,
  text: string,
  values: readonly unknown[] = [],
): Promise<readonly Row[]> {
  try {
    return (await pool.query<Row>(text, [...values])).rows;
  } catch (error) {
    throw translateDatabaseError(error, doing);
  }
}

/**
 * Runs `work` in one transaction on a connection of its own; commits, or rolls back and translates the error. For small
 * writes: what must know whether a failed COMMIT took effect settles that by itself (`load-batch.ts`).
 */
export async function inTransaction<Result>(
  { pool }: Warehouse,
  doing: string,
  work: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  let client: PoolClient;
  try {
    client = await pool.connect();
  } catch (error) {
    throw translateDatabaseError(error, doing);
  }
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    client.release();
    return result;
  } catch (error) {
    await rollBack(client);
    throw translateDatabaseError(error, doing);
  }
}

/** Gives the connection back after a failure: to the pool where a rollback works, else it is closed. */
async function rollBack(client: PoolClient): Promise<void> {
  try {
    await client.query('rollback');
    client.release();
  } catch {
    client.release(true);
  }
}
