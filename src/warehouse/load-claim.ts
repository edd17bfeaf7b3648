import type { ClientBase } from 'pg';

import { SystemError } from '../domain/errors.ts';
import type { LoadRequest } from './load-request.ts';
import { timedQuery } from './pool.ts';

/** The right to commit a batch; lost as soon as a newer attempt claims it. */
export interface LoadClaim {
  readonly batchKey: string;
  readonly token: number;
}

/** The advisory lock that a load's transaction holds while it runs: by it a newer attempt finds its session. */
const RUNNING_KEY = `hashtextextended('candlewick load ' || $1::text, 0)`;

/**
 * Claims a batch for this attempt, in statements of its own, so that the claim stands whatever becomes of the load. An older
 * attempt that still runs (its worker was stopped, or cut off) loses its session: it would hold its locks for as long as
 * the server believes in it.
 * @throws SystemError where a newer attempt holds the claim. It is retried, and so a job that was reset, and counts its
 *   attempts from 1 again, catches up.
 */
export async function claimBatch(
  client: ClientBase,
  { batchKey, attempt }: Pick<LoadRequest, 'batchKey' | 'attempt'>,
): Promise<LoadClaim> {
  const former = await client.query<{ attempt: number }>(
    'select attempt from load_claims where batch_key = $1',
    [batchKey],
  );
  const [holder] = former.rows;
  if (holder !== undefined && holder.attempt <= attempt) {
    await endRunning(client, batchKey);
  }
  const { rows } = await client.query<{ token: number }>(
    `insert into load_claims as c (batch_key, attempt, token) values ($1, $2, 1)
     on conflict (batch_key) do update
       set attempt = excluded.attempt, token = c.token + 1, claimed_at = clock_timestamp()
       where c.attempt <= excluded.attempt
     returning token`,
    [batchKey, attempt],
  );
  const [claim] = rows;
  if (claim === undefined) {
    throw overtaken(batchKey);
  }
  return { batchKey, token: claim.token };
}

async function endRunning(client: ClientBase, batchKey: string): Promise<void> {
  await client.query(
    `select pg_terminate_backend(a.pid)
       from pg_locks l join pg_stat_activity a using (pid)
      where l.locktype = 'advisory' and l.objsubid = 1 and l.granted and a.pid <> pg_backend_pid()
        and a.datname = current_database() and a.usename = current_user
        and (l.classid::bigint << 32 | l.objid::bigint) = ${RUNNING_KEY}`,
    [batchKey],
  );
}

/** At the start of a load's transaction: makes it findable. Shared, since it keeps nobody out. */
export async function announceLoad(client: ClientBase, batchKey: string): Promise<void> {
  await client.query(`select pg_advisory_xact_lock_shared(${RUNNING_KEY})`, [batchKey]);
}

/**
 * Just before a load's transaction ends: locks the claim, so that no newer attempt can claim the batch before the COMMIT is
 * done, and that whoever asks what became of it waits for the answer.
 * @throws SystemError where the claim is lost.
 */
export async function confirmClaim(
  client: ClientBase,
  { batchKey, token }: LoadClaim,
): Promise<void> {
  const { rowCount } = await client.query(
    'select from load_claims where batch_key = $1 and token = $2 for update',
    [batchKey, token],
  );
  if (rowCount !== 1) {
    throw overtaken(batchKey);
  }
}

/** Waits until no transaction that has confirmed the claim is under way any more. */
export async function awaitSettled(
  client: ClientBase,
  batchKey: string,
  timeoutMs: number,
): Promise<void> {
  const lock = 'select from load_claims where batch_key = $1 for update';
  await client.query(timedQuery(lock, [batchKey], timeoutMs));
}

function overtaken(batchKey: string): SystemError {
  return new SystemError(
    `Batch ${batchKey}: a newer attempt has claimed it; this one loaded nothing`,
    {
      code: 'ETL-LOAD-010',
      hint: 'nothing: the newer attempt loads the batch.',
      details: { batchKey },
    },
  );
}
