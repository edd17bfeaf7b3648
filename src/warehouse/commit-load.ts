import type { PoolClient } from 'pg';

import { TransientError } from '../domain/errors.ts';
import { translateDatabaseError } from './database-error.ts';
import { readLedger, type LedgerEntry, type LoadStamp } from './ledger.ts';
import { awaitSettled } from './load-claim.ts';
import { cancelled, type LoadConnection } from './load-connection.ts';
import type { LoadCounts, LoadHooks, LoadRequest } from './load-request.ts';
import { timedQuery, type Warehouse } from './pool.ts';

/** A COMMIT takes milliseconds; an answer that is this late was lost. */
const REPLY_TIMEOUT_MS = 15_000;
const SETTLE_TRIES = 3;

/** A load whose transaction has all its writes, or found that there is nothing to do. */
export interface PreparedLoad {
  readonly counts: LoadCounts;
  /** Undefined where the ledger showed that the batch is loaded. */
  readonly stamp: LoadStamp | undefined;
}

/**
 * Ends the transaction. An error here says nothing about whether it took effect: the reply may have been lost on its way.
 * So the ledger is asked, and it answers only once the transaction is over on the server.
 */
export async function commitLoad(
  warehouse: Warehouse,
  connection: LoadConnection,
  { request, hooks }: { readonly request: LoadRequest; readonly hooks: LoadHooks },
  { counts, stamp }: PreparedLoad,
): Promise<LoadCounts> {
  try {
    const sent = connection.client.query(timedQuery('commit', [], REPLY_TIMEOUT_MS));
    // If the failpoint throws, nobody awaits it.
    sent.catch(() => undefined);
    await hooks.failpoint?.('load.commit_sent_no_reply');
    const { command } = await sent;
    if (command !== 'COMMIT') {
      throw new TransientError(
        `Batch ${request.batchKey}: the server answered COMMIT by ${command}`,
        { code: 'ETL-LOAD-013' },
      );
    }
    connection.release();
    return counts;
  } catch (error) {
    const wasAborted = connection.wasAborted();
    connection.destroy();
    const entry = await settle(warehouse, request);
    if (entry === undefined) {
      throw wasAborted
        ? cancelled(request)
        : translateDatabaseError(error, `Committing batch ${request.batchKey}`);
    }
    return entry.batchId === stamp?.batchId ? counts : entry.counts;
  }
}

/** What the ledger says after a COMMIT that failed: undefined where nothing was committed, nor will be. */
async function settle(
  { pool }: Warehouse,
  { batchKey }: LoadRequest,
): Promise<LedgerEntry | undefined> {
  for (let tries = 1; ; tries += 1) {
    let client: PoolClient | undefined;
    try {
      client = await pool.connect();
      await awaitSettled(client, batchKey, REPLY_TIMEOUT_MS);
      const entry = await readLedger(client, batchKey);
      client.release();
      return entry;
    } catch (error) {
      // What broke our line has most likely broken the pool's idle ones too, so this one is not used again.
      client?.release(true);
      if (tries === SETTLE_TRIES) {
        throw translateDatabaseError(
          error,
          `Asking the ledger whether batch ${batchKey} is loaded`,
        );
      }
    }
  }
}
