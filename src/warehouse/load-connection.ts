import type { PoolClient } from 'pg';

import { TransientError, type EtlError } from '../domain/errors.ts';
import { sqlStateOf, translateDatabaseError } from './database-error.ts';
import type { LoadRequest } from './load-request.ts';
import type { Warehouse } from './pool.ts';

/** A connection of the pool for one load. Giving it back twice does no harm. */
export interface LoadConnection {
  readonly client: PoolClient;
  /** Whether `signal` ended it. */
  wasAborted(): boolean;
  /** Back to the pool, in order. */
  release(): void;
  /** Closed: whatever it was doing is rolled back by the server. */
  destroy(): void;
}

export async function takeConnection(
  { pool }: Warehouse,
  request: LoadRequest,
  signal: AbortSignal | undefined,
): Promise<LoadConnection> {
  if (signal?.aborted === true) {
    throw cancelled(request);
  }
  let client: PoolClient;
  try {
    client = await pool.connect();
  } catch (error) {
    throw translateDatabaseError(error, `Loading batch ${request.batchKey}`);
  }
  let isHeld = true;
  let isAborted = false;
  function giveBack(destroy: boolean): void {
    signal?.removeEventListener('abort', abort);
    if (isHeld) {
      isHeld = false;
      client.release(destroy);
    }
  }
  function abort(): void {
    isAborted = true;
    // Closing the line ends whatever it waits for, here and on the server.
    giveBack(true);
  }
  signal?.addEventListener('abort', abort);
  return {
    client,
    wasAborted: () => isAborted,
    release: () => giveBack(false),
    destroy: () => giveBack(true),
  };
}

/** Ends a load that failed before its COMMIT. Nothing of it stays. @returns the error to throw. */
export async function abandon(
  connection: LoadConnection,
  request: LoadRequest,
  error: unknown,
): Promise<EtlError> {
  if (connection.wasAborted()) {
    return cancelled(request);
  }
  const translated = translateDatabaseError(error, `Loading batch ${request.batchKey}`);
  if (sqlStateOf(translated) === undefined) {
    // Not the server's answer: the line may be in the middle of a COPY, or dead.
    connection.destroy();
    return translated;
  }
  try {
    await connection.client.query('rollback');
    connection.release();
  } catch {
    connection.destroy();
  }
  return translated;
}

/** What a load says that was aborted and rolled back. */
export function cancelled({ batchKey }: LoadRequest): TransientError {
  return new TransientError(`Batch ${batchKey}: the load was cancelled and rolled back`, {
    code: 'ETL-LOAD-012',
  });
}
