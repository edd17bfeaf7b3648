import { queryRows, type Warehouse } from './pool.ts';
import { jobConfigOf } from './stored-config.ts';

/** How the newest run of a job stands. */
export interface JobVerdict {
  readonly jobId: string;
  readonly hasEnded: boolean;
  readonly status: string;
  readonly score: number | undefined;
}

/** The newest run of each of these jobs (those that never ran are left out), and the quality that `runId` asks of them. */
export async function readVerdicts(
  warehouse: Warehouse,
  runId: string,
  jobIds: readonly string[],
): Promise<{ readonly verdicts: readonly JobVerdict[]; readonly threshold: number }> {
  const rows = await queryRows<{
    jobId: string;
    hasEnded: boolean;
    status: string;
    score: number | null;
  }>(
    warehouse,
    'Reading the verdicts of jobs',
    `select distinct on (job_id) job_id as "jobId", ended_at is not null as "hasEnded", status,
            (metrics ->> 'qualityScore')::float8 as score
       from job_runs where job_id = any ($1::text[]) order by job_id, started_at desc`,
    [[...jobIds]],
  );
  const [run] = await queryRows<{ config: unknown }>(
    warehouse,
    `Reading run ${runId}`,
    'select config from job_runs where run_id = $1',
    [runId],
  );
  return {
    verdicts: rows.map((row) => ({ ...row, score: row.score ?? undefined })),
    threshold: run === undefined ? 0 : jobConfigOf(run.config).qualityThreshold,
  };
}
