import type { ClientBase } from 'pg';

import type { LoadCounts, LoadRequest } from './load-request.ts';

interface LedgerRow {
  readonly batch_id: number;
  readonly inserted: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly skipped: number;
  readonly quarantined: number;
  readonly loaded_by_source: Readonly<Record<string, number>>;
}

export interface LedgerEntry {
  readonly batchId: number;
  readonly counts: LoadCounts;
}

/** What the ledger says of a batch: undefined where it was never committed. */
export async function readLedger(
  client: Pick<ClientBase, 'query'>,
  batchKey: string,
): Promise<LedgerEntry | undefined> {
  const { rows } = await client.query<LedgerRow>(
    `select batch_id, inserted, updated, unchanged, skipped, quarantined, loaded_by_source
       from load_batches where batch_key = $1`,
    [batchKey],
  );
  const [row] = rows;
  if (row === undefined) {
    return undefined;
  }
  const { batch_id: batchId, loaded_by_source: bySource, ...counts } = row;
  return { batchId, counts: { ...counts, bySource, alreadyLoaded: true } };
}

/** What one load stamps on all that it writes. */
export interface LoadStamp {
  readonly batchId: number;
  /** Microseconds since 1970, taken after the locks: it ascends from version to version of a row. */
  readonly loadedAtMicros: bigint;
}

/**
 * A batch id and the instant of the load. An id of a load that fails is never used again. The instant is the server's clock,
 * but never before that of an earlier batch: a clock that was set back must not make versions overlap in time.
 */
export async function takeStamp(client: ClientBase): Promise<LoadStamp> {
  const { rows } = await client.query<{ batch_id: number; micros: string }>(
    `select nextval(pg_get_serial_sequence('load_batches', 'batch_id')) as batch_id,
            (extract(epoch from greatest(clock_timestamp(), (
              select max(loaded_at) + interval '1 microsecond'
                from (select loaded_at from load_batches order by batch_id desc limit 100) latest)))
              * 1000000)::bigint::text as micros`,
  );
  const [row] = rows;
  if (row === undefined) {
    throw new RangeError('The server gave no batch id');
  }
  return { batchId: row.batch_id, loadedAtMicros: BigInt(row.micros) };
}

/** SQL for an instant given in microseconds, exactly: as a double it would lose the last digits. */
export function instantOf(parameter: string): string {
  return `(timestamptz 'epoch' + ${parameter}::bigint * interval '1 microsecond')`;
}

/** The ledger row, and under it what the sources answered and how the batch was judged. */
export async function writeLedger(
  client: ClientBase,
  request: LoadRequest,
  { batchId, loadedAtMicros }: LoadStamp,
  counts: LoadCounts,
): Promise<void> {
  const { answers, verdict } = request;
  await client.query(
    `insert into load_batches (batch_id, batch_key, job_id, run_id, batch_no, attempt, mode, staged_sha256,
       transform_version, inserted, updated, unchanged, skipped, quarantined, loaded_by_source, sources, score, loaded_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15::jsonb, $16, $17, ${instantOf('$18')})`,
    [
      batchId,
      request.batchKey,
      request.jobId,
      request.runId,
      request.batchNo,
      request.attempt,
      request.mode,
      request.stagedSha256,
      request.transformVersion,
      counts.inserted,
      counts.updated,
      counts.unchanged,
      counts.skipped,
      counts.quarantined,
      JSON.stringify(counts.bySource),
      [...new Set(answers.map(({ source }) => source))].toSorted(),
      verdict.score,
      String(loadedAtMicros),
    ],
  );
  await writeAnswers(client, request, batchId);
  await client.query(
    `insert into batch_verdicts (batch_id, score, dimensions, hits, symbol_scores)
     values ($1, $2, $3::jsonb, $4::jsonb, $5::jsonb)`,
    [
      batchId,
      verdict.score,
      JSON.stringify(verdict.dimensions),
      JSON.stringify(verdict.hits),
      JSON.stringify(verdict.symbolScores),
    ],
  );
}

async function writeAnswers(
  client: ClientBase,
  { answers }: LoadRequest,
  batchId: number,
): Promise<void> {
  if (answers.length === 0) {
    return;
  }
  await client.query(
    `insert into batch_answers (batch_id, answer_no, source, format, request, payload_sha256, payload_bytes, fetched_at)
     select $1, answer_no, source, format, request::jsonb, sha256, bytes, fetched_at
       from unnest($2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::timestamptz[])
         as a (answer_no, source, format, request, sha256, bytes, fetched_at)`,
    [
      batchId,
      answers.map((_, index) => index),
      answers.map(({ source }) => source),
      answers.map(({ format }) => format),
      answers.map(({ request }) => JSON.stringify(request)),
      answers.map(({ payload }) => payload.sha256),
      answers.map(({ payload }) => payload.bytes),
      answers.map(({ fetchedAt }) => fetchedAt),
    ],
  );
}
