import type { QuarantineDecision } from '../domain/quarantine.ts';
import { inTransaction, queryRows, type Warehouse } from './pool.ts';
import { FILTER_SQL, filterValues } from './quarantine-rows.ts';

/** A decision of a resolution's run. */
export interface DecisionKey {
  readonly runId: string;
  readonly decisionNo: number;
}

export interface ChunkKey extends DecisionKey {
  readonly chunkNo: number;
}

const ROWS_A_CHUNK = 5_000;

/**
 * Fixes the held rows that a decision concerns, in chunks: of so many rows, or for a replay of one batch each. Again with
 * the same run and number: what was fixed stands.
 */
export async function selectHeld(
  warehouse: Warehouse,
  { runId, decisionNo }: DecisionKey,
  decision: QuarantineDecision,
): Promise<{ readonly selected: number; readonly chunks: number }> {
  const chunk =
    decision.decision === 'replay'
      ? 'dense_rank() over (order by q.batch_id) - 1'
      : `(row_number() over (order by q.symbol, q.trade_date, q.quarantine_id) - 1) / ${ROWS_A_CHUNK}`;
  return inTransaction(warehouse, 'Choosing rows of the quarantine', async (client) => {
    await client.query(
      `insert into quarantine_selections (run_id, decision_no, chunk_no, quarantine_id)
       select $9, $10, ${chunk}, q.quarantine_id from quarantine q
        where ${FILTER_SQL}
          and not exists (select from quarantine_selections where run_id = $9 and decision_no = $10)`,
      [...filterValues({ ...decision, state: 'held' }), runId, decisionNo],
    );
    const { rows } = await client.query<{ selected: number; chunks: number }>(
      `select count(*) as selected, coalesce(max(chunk_no) + 1, 0)::int as chunks
         from quarantine_selections where run_id = $1 and decision_no = $2`,
      [runId, decisionNo],
    );
    return { selected: rows[0]?.selected ?? 0, chunks: rows[0]?.chunks ?? 0 };
  });
}

/** Of the ids that a decision names: each that it did not choose, and why. */
export async function explainUnchosen(
  warehouse: Warehouse,
  { runId, decisionNo }: DecisionKey,
  ids: readonly number[],
): Promise<readonly string[]> {
  const rows = await queryRows<{ id: number; state: string | null; by: string | null }>(
    warehouse,
    'Looking for rows of the quarantine',
    `select n.id, q.state, q.decided_by as by
       from (select distinct unnest($1::bigint[]) as id) n left join quarantine q on q.quarantine_id = n.id
      where not exists (select from quarantine_selections s
                         where s.run_id = $2 and s.decision_no = $3 and s.quarantine_id = n.id)
      order by n.id`,
    [ids, runId, decisionNo],
  );
  return rows.map(({ id, state, by }) => {
    if (state === null) {
      return `there is no row ${id} in the quarantine`;
    }
    return state === 'held'
      ? `row ${id} is held, but the other conditions leave it out`
      : `row ${id} is ${state} already${by === null ? '' : `, by ${by}`}`;
  });
}

/** The batch whose rows a chunk of a replay holds, with the symbols concerned. */
export interface ReplayedBatch {
  readonly originRunId: string;
  readonly originBatchNo: number;
  readonly originBatchId: number;
  readonly symbols: readonly string[];
  readonly startDate: string;
  readonly endDate: string;
}

/** @returns undefined where the chunk is empty, or its batch was never planned in this database. */
export async function readReplayedBatch(
  warehouse: Warehouse,
  { runId, decisionNo, chunkNo }: ChunkKey,
): Promise<ReplayedBatch | undefined> {
  const [row] = await queryRows<ReplayedBatch & Record<string, unknown>>(
    warehouse,
    'Reading a batch of the quarantine',
    `select l.run_id as "originRunId", l.batch_no as "originBatchNo", l.batch_id as "originBatchId", array_agg(distinct q.symbol) as symbols,
            b.start_date as "startDate", b.end_date as "endDate"
       from quarantine_selections s join quarantine q using (quarantine_id) join load_batches l using (batch_id)
       join job_batches b on b.run_id = l.run_id and b.batch_no = l.batch_no
      where s.run_id = $1 and s.decision_no = $2 and s.chunk_no = $3
      group by l.run_id, l.batch_no, l.batch_id, b.start_date, b.end_date`,
    [runId, decisionNo, chunkNo],
  );
  return row;
}

/** An answer of a batch as the ledger has it. */
export interface StoredAnswer {
  readonly source: string;
  readonly format: string;
  readonly request: Readonly<Record<string, string | number | boolean | null>>;
  readonly sha256: string;
  readonly bytes: number;
  /** ISO instant. */
  readonly fetchedAt: string;
}

/** What the sources answered for a batch, in order. */
export async function readAnswers(
  warehouse: Warehouse,
  batchId: number,
): Promise<readonly StoredAnswer[]> {
  const rows = await queryRows<Omit<StoredAnswer, 'fetchedAt'> & { readonly fetchedAt: Date }>(
    warehouse,
    `Reading the answers of batch ${batchId}`,
    `select source, format, request, payload_sha256 as sha256, payload_bytes as bytes, fetched_at as "fetchedAt"
       from batch_answers where batch_id = $1 order by answer_no`,
    [batchId],
  );
  return rows.map((row) => ({ ...row, fetchedAt: row.fetchedAt.toISOString() }));
}

/** Rejected rows of a decision that should be asked for elsewhere, by the source that sent them. */
export interface RejectedGroup {
  readonly source: string;
  readonly symbols: readonly string[];
  readonly startDate: string;
  readonly endDate: string;
}

export async function readRejected(
  warehouse: Warehouse,
  { runId, decisionNo }: DecisionKey,
): Promise<readonly RejectedGroup[]> {
  return queryRows<RejectedGroup & Record<string, unknown>>(
    warehouse,
    'Reading rejected rows',
    `select q.source, array_agg(distinct q.symbol order by q.symbol) as symbols,
            min(q.trade_date) as "startDate", max(q.trade_date) as "endDate"
       from quarantine_selections s join quarantine q using (quarantine_id)
       join quarantine_decisions d
         on (d.quarantine_id, d.run_id, d.decision_no) = (s.quarantine_id, s.run_id, s.decision_no)
      where s.run_id = $1 and s.decision_no = $2 and d.outcome = 'rejected'
      group by q.source order by q.source`,
    [runId, decisionNo],
  );
}
