import { TransientError } from '../domain/errors.ts';
import { translateDatabaseError } from './database-error.ts';
import { readLedger, type LedgerEntry, type LoadStamp } from './ledger.ts';
import { awaitSettled } from './load-claim.ts';
import type { LoadConnection } from './load-connection.ts';
import type { LoadCounts, LoadHooks, LoadRequest } from './load-request.ts';
import type { Warehouse } from './pool.ts';

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
    const sent = connection.client.query('commit');
    // If the failpoint throws, nobody awaits it.
    sent.catch(() => undefined);
    await hooks.failpoint?.('load.commit_sent_no_reply');
    const { command } = await sent;
    if (command !== 'COMMIT') {
      throw new TransientError(
        `Batch ${request.batchKey}: the server answered COMMIT by ${command}`,
        {
          code: 'ETL-LOAD-013',
        },
      );
    }
    connection.release();
    return counts;
  } catch (error) {
    connection.destroy();
    const entry = await settle(warehouse, request, error);
    return entry.batchId === stamp?.batchId ? counts : entry.counts;
  }
}

/** What the ledger says after a COMMIT that failed. @throws the COMMIT's error where nothing was committed. */
async function settle(
  { pool }: Warehouse,
  { batchKey }: LoadRequest,
  cause: unknown,
): Promise<LedgerEntry> {
  const doing = `Committing batch ${batchKey}`;
  try {
    await awaitSettled(pool, batchKey);
    const entry = await readLedger(pool, batchKey);
    if (entry !== undefined) {
      return entry;
    }
  } catch (error) {
    throw translateDatabaseError(error, `${doing}, asking the ledger`);
  }
  throw translateDatabaseError(cause, doing);
}
