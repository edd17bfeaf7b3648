import type { RunRecord } from '../domain/run-record.ts';
import { queryRows, type Warehouse } from './pool.ts';

export interface HistoryFilter {
  readonly limit: number;
  /** ISO instant. */
  readonly since: string;
  readonly jobName?: string | undefined;
  readonly jobType?: string | undefined;
}

interface RecordRow extends Omit<RunRecord, 'startedAt' | 'qualityScore'> {
  readonly startedAt: Date;
  readonly qualityScore: number | null;
}

/** Runs that have ended, the newest first. */
export async function runHistory(
  warehouse: Warehouse,
  { limit, since, jobName, jobType }: HistoryFilter,
): Promise<readonly RunRecord[]> {
  const rows = await queryRows<RecordRow>(
    warehouse,
    'Reading the history of jobs',
    `select run_id as "runId", job_id as "jobId", job_type as "jobType", job_name as "jobName", status,
            started_at as "startedAt", extract(epoch from ended_at - started_at)::float8 as "durationSeconds", symbols,
            (select count(distinct f.symbol) from job_symbol_failures f where f.run_id = r.run_id)::int as "symbolsFailed",
            coalesce((metrics->>'recordsExtracted')::bigint, 0) as rows,
            coalesce((metrics->>'recordsLoaded')::bigint, 0) + coalesce((metrics->>'recordsUpdated')::bigint, 0) as "rowsLoaded",
            coalesce((metrics->>'recordsQuarantined')::bigint, 0) as "rowsQuarantined",
            (metrics->>'qualityScore')::float8 as "qualityScore", coalesce(metrics->'sources', '{}') as sources
       from job_runs r
      where ended_at is not null and started_at >= $2
        and ($3::text is null or job_name = $3) and ($4::text is null or job_type = $4)
      order by started_at desc, run_id limit $1`,
    [limit, since, jobName ?? null, jobType ?? null],
  );
  return rows.map((row) => ({
    ...row,
    startedAt: row.startedAt.toISOString(),
    durationSeconds: Math.max(0, row.durationSeconds),
    qualityScore: row.qualityScore ?? undefined,
  }));
}
