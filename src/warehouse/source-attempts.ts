import type { SourceAttempt } from '../domain/source-breaker.ts';
import { inTransaction, type Warehouse } from './pool.ts';

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
