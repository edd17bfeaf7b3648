import type { SourceAttempt } from '../domain/source-breaker.ts';
import { inTransaction, queryRows, type Warehouse } from './pool.ts';

/** What came of each source that was asked for a batch; again: replaces. */
export async function recordAttempts(
  warehouse: Warehouse,
  batch: { readonly runId: string; readonly batchNo: number; readonly worker: string },
  attempts: readonly SourceAttempt[],
): Promise<void> {
  const { runId, batchNo, worker } = batch;
  const doing = `Recording the sources of batch ${batchNo} of run ${runId}`;
  await inTransaction(warehouse, doing, async (client) => {
    await client.query('delete from source_attempts where run_id = $1 and batch_no = $2', [
      runId,
      batchNo,
    ]);
    await client.query(
      `insert into source_attempts (run_id, batch_no, worker, position, source, endpoint, outcome, code, reason,
                                    symbols, accepted, rows, answers, started_at, ended_at)
       select $1, $2, $3, a."position", a.source, a.endpoint, a.outcome, a.code, a.reason, a.symbols, a.accepted, a."rows",
              a.answers, a."startedAt", a."endedAt"
         from jsonb_to_recordset($4::jsonb) as a ("position" integer, source text, endpoint text, outcome text, code text,
              reason text, symbols integer, accepted integer, "rows" bigint, answers integer, "startedAt" timestamptz,
              "endedAt" timestamptz)`,
      [runId, batchNo, worker, JSON.stringify(attempts)],
    );
  });
}

/** Of a run, by source: how often it was asked, and what came of it. */
export interface SourceTally {
  readonly source: string;
  readonly asked: number;
  readonly accepted: number;
  readonly refused: number;
  readonly failed: number;
  readonly skipped: number;
  readonly symbols: number;
  readonly lastReason: string | null;
}

export async function tallySources(
  warehouse: Warehouse,
  runId: string,
): Promise<readonly SourceTally[]> {
  return queryRows<SourceTally>(
    warehouse,
    `Reading the sources of run ${runId}`,
    `select source, count(*) as asked,
            count(*) filter (where outcome in ('accepted', 'partial')) as accepted,
            count(*) filter (where outcome = 'refused') as refused,
            count(*) filter (where outcome = 'failed') as failed,
            count(*) filter (where outcome = 'skipped') as skipped,
            coalesce(sum(accepted), 0)::bigint as symbols,
            (array_agg(reason order by started_at desc) filter (where reason is not null))[1] as "lastReason"
       from source_attempts where run_id = $1 group by source order by min(position), source`,
    [runId],
  );
}
