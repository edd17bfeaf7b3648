import type { ClientBase } from 'pg';

import { TransientError } from '../domain/errors.ts';
import { plural } from '../domain/plural.ts';
import { fromDayNumber } from '../domain/trading-day.ts';
import type { LoadDecision, LoadRequest } from './load-request.ts';
import { inTransaction, queryRows, type Warehouse } from './pool.ts';
import type { ChunkKey } from './quarantine-selection.ts';
import { heldFingerprints } from './write-quarantine.ts';

type Outcome = 'released' | 'rejected' | 'replaced' | 'still_held' | 'refused';

interface HeldRow {
  readonly quarantine_id: number;
  readonly symbol: string;
  readonly trade_date: string;
  readonly source: string;
  readonly fingerprint: string;
}

interface Settled {
  readonly id: number;
  readonly outcome: Outcome;
  readonly message: string | undefined;
}

/** Who decides what, as the audit records it. */
export interface DecisionRecord extends ChunkKey {
  readonly jobId: string;
  readonly kind: 'release' | 'reject' | 'replay';
  readonly by: string;
  readonly why: string;
}

/** Within a load's transaction: the held rows that it publishes or derives again are settled with it, or not at all. */
export async function settleLoaded(
  client: ClientBase,
  request: LoadRequest,
  decision: LoadDecision,
): Promise<void> {
  const held = await lockHeld(client, decision);
  const settled =
    decision.kind === 'release' ? releasedRows(held, decision) : replayedRows(held, request);
  await record(client, decision, settled, request.batchKey);
}

/** @throws TransientError where somebody else has decided about a row since it was read. */
function releasedRows(held: readonly HeldRow[], decision: LoadDecision): readonly Settled[] {
  const isHeld = new Set(held.map((row) => row.quarantine_id));
  if (!decision.released.every((id) => isHeld.has(id))) {
    throw new TransientError('Somebody else has decided about some of these rows meanwhile', {
      code: 'ETL-QUA-010',
    });
  }
  return [
    ...decision.released.map((id) => ({ id, outcome: 'released' as const, message: undefined })),
    ...decision.refused.map(({ id, message }) => ({ id, outcome: 'refused' as const, message })),
  ];
}

function replayedRows(held: readonly HeldRow[], request: LoadRequest): readonly Settled[] {
  const published = new Set<string>();
  const { columns } = request;
  for (let row = 0; row < columns.length; row += 1) {
    const symbol = columns.symbols[columns.symbolId[row] ?? 0] ?? '';
    published.add(`${symbol} ${fromDayNumber(columns.tradingDay[row] ?? 0)}`);
  }
  const heldAgain = heldFingerprints(request);
  return held.map(({ quarantine_id: id, symbol, trade_date, fingerprint }) => {
    const key = `${symbol} ${trade_date}`;
    if (heldAgain.get(key)?.has(fingerprint) === true) {
      return { id, outcome: 'still_held', message: 'the rules give the same reasons again' };
    }
    if (published.has(key)) {
      return { id, outcome: 'released', message: 'passes the rules as they are now' };
    }
    return heldAgain.has(key)
      ? { id, outcome: 'replaced', message: 'held again with other reasons or values' }
      : {
          id,
          outcome: 'replaced',
          message: 'no such row any more: dropped, or a bar of another day',
        };
  });
}

async function lockHeld(
  client: ClientBase,
  { runId, decisionNo, chunkNo }: ChunkKey,
): Promise<readonly HeldRow[]> {
  const { rows } = await client.query<HeldRow>(
    `select q.quarantine_id, q.symbol, q.trade_date, q.source, q.fingerprint
       from quarantine q join quarantine_selections s using (quarantine_id)
      where s.run_id = $1 and s.decision_no = $2 and s.chunk_no = $3 and q.state = 'held'
      order by q.quarantine_id for update of q`,
    [runId, decisionNo, chunkNo],
  );
  return rows;
}

async function record(
  client: ClientBase,
  decision: DecisionRecord,
  settled: readonly Settled[],
  batchKey: string | undefined,
): Promise<void> {
  const { kind, by, why, jobId, runId, decisionNo } = decision;
  const values = [
    settled.map(({ id }) => id),
    settled.map(({ outcome }) => outcome),
    settled.map(({ message }) => message ?? null),
  ];
  await client.query(
    `insert into quarantine_decisions (quarantine_id, symbol, trade_date, decision, outcome, decided_by, why, message,
       job_id, run_id, decision_no, batch_key)
     select q.quarantine_id, q.symbol, q.trade_date, $4, t.outcome, $5, $6, t.message, $7, $8, $9, $10
       from unnest($1::bigint[], $2::text[], $3::text[]) as t (id, outcome, message)
       join quarantine q on q.quarantine_id = t.id
     on conflict (quarantine_id, run_id, decision_no) do nothing`,
    [...values, kind, by, why, jobId, runId, decisionNo, batchKey ?? null],
  );
  await client.query(
    `update quarantine q set state = t.outcome, decided_by = $3, decided_why = $4, decided_at = clock_timestamp()
       from unnest($1::bigint[], $2::text[]) as t (id, outcome)
      where q.quarantine_id = t.id and q.state = 'held' and t.outcome in ('released', 'rejected', 'replaced')`,
    [values[0], values[1], by, why],
  );
}

/** Rows that no load is needed for: rejected, or refused with a reason. */
export async function settleChunk(
  warehouse: Warehouse,
  decision: DecisionRecord,
  to: { readonly outcome: 'rejected' | 'refused'; readonly message?: string },
): Promise<void> {
  await inTransaction(warehouse, 'Settling rows of the quarantine', async (client) => {
    const held = await lockHeld(client, decision);
    const settled = held.map(({ quarantine_id: id }) => ({
      id,
      outcome: to.outcome,
      message: to.message,
    }));
    await record(client, decision, settled, undefined);
  });
}

/** Of single rows: refused, each with its reason. */
export async function settleRefused(
  warehouse: Warehouse,
  decision: DecisionRecord,
  refused: readonly { readonly id: number; readonly message: string }[],
): Promise<void> {
  await inTransaction(warehouse, 'Settling rows of the quarantine', async (client) => {
    const settled = refused.map((row) => ({ ...row, outcome: 'refused' as const }));
    await record(client, decision, settled, undefined);
  });
}

export interface ChunkCounts {
  readonly released: number;
  readonly rejected: number;
  readonly replaced: number;
  readonly stillHeld: number;
  readonly refused: number;
  /** The most frequent messages, at most five, each with the number of rows. */
  readonly notes: readonly string[];
}

/** What the audit says of a chunk: the same however often it is asked. */
export async function countChunk(warehouse: Warehouse, chunk: ChunkKey): Promise<ChunkCounts> {
  const rows = await queryRows<{ outcome: Outcome; message: string | null; rows: number }>(
    warehouse,
    'Counting decisions',
    `select d.outcome, d.message, count(*) as rows
       from quarantine_selections s join quarantine_decisions d using (quarantine_id, run_id, decision_no)
      where s.run_id = $1 and s.decision_no = $2 and s.chunk_no = $3
      group by 1, 2 order by 3 desc, 2`,
    [chunk.runId, chunk.decisionNo, chunk.chunkNo],
  );
  function sum(outcome: Outcome): number {
    return rows.reduce((total, row) => total + (row.outcome === outcome ? row.rows : 0), 0);
  }
  return {
    released: sum('released'),
    rejected: sum('rejected'),
    replaced: sum('replaced'),
    stillHeld: sum('still_held'),
    refused: sum('refused'),
    notes: rows
      .flatMap(({ message, rows: count }) =>
        message === null ? [] : [`${plural(count, 'row')}: ${message}`],
      )
      .slice(0, 5),
  };
}
