import type { JobStatus } from '../domain/job.ts';
import type { RunSums } from '../domain/run.ts';
import { queryRows, type Warehouse } from './pool.ts';
import { symbolFailures } from './runs.ts';

interface SumsRow extends Omit<
  RunSums,
  'failures' | 'score' | 'gate' | 'loadedBySource' | 'jobName' | 'jobId' | 'runId' | 'startedAt'
> {
  readonly job_name: string;
  readonly job_id: string;
  readonly started_at: Date;
  readonly batchesLoaded: number;
  readonly score: number | null;
  readonly lowest: number | null;
  readonly threshold: number | null;
  readonly by_source: Readonly<Record<string, number>> | null;
}

const SUMS = `
with batch as (
  select b.batch_no, b.facts->'transform' as t, l.*
    from job_batches b left join load_batches l using (run_id, batch_no) where b.run_id = $1),
counted as (
  select count(*)::int as batches, count(batch_id)::int as "batchesLoaded",
         coalesce(sum((t->>'extracted')::bigint) filter (where batch_id is not null), 0)::bigint as extracted,
         coalesce(sum((t->>'transformed')::bigint) filter (where batch_id is not null), 0)::bigint as transformed,
         coalesce(sum(coalesce((t->>'duplicates')::bigint, 0) + coalesce((t->>'identical')::bigint, 0)
           + coalesce((t->>'restated')::bigint, 0) + coalesce((t->>'conflicting')::bigint, 0))
           filter (where batch_id is not null), 0)::bigint as duplicates,
         coalesce(sum((t->>'suspended')::bigint) filter (where batch_id is not null), 0)::bigint as suspended,
         coalesce(sum((t->>'unreadable')::bigint) filter (where batch_id is not null), 0)::bigint as unreadable,
         coalesce(sum(inserted), 0)::bigint as inserted, coalesce(sum(updated), 0)::bigint as updated,
         coalesce(sum(unchanged), 0)::bigint as unchanged, coalesce(sum(skipped), 0)::bigint as skipped,
         coalesce(sum(quarantined), 0)::bigint as quarantined,
         sum(score * (inserted + updated + unchanged + skipped + quarantined))
           / nullif(sum(inserted + updated + unchanged + skipped + quarantined), 0) as score
    from batch),
by_source as (
  select jsonb_object_agg(source, rows) as by_source from (
    select source, sum(coalesce((loaded_by_source->>source)::bigint, 0)) as rows
      from batch, unnest(sources) as source group by source) s),
gate as (
  select min(value::float8) as lowest
    from batch join batch_verdicts using (batch_id), jsonb_each_text(symbol_scores)),
symbol as (
  select count(distinct s)::int as symbols from job_batches b, unnest(b.symbols) as s
   where b.run_id = $1 and s <> all (b.skipped))
select r.job_name, r.job_id, r.started_at, r.notes, symbol.symbols, counted.*, by_source.by_source,
       gate.lowest, (r.config->>'qualityThreshold')::float8 as threshold
  from job_runs r, counted, by_source, gate, symbol where r.run_id = $1`;

/** @returns undefined where there is no such run. */
export async function summariseRun(
  warehouse: Warehouse,
  runId: string,
): Promise<RunSums | undefined> {
  const [row] = await queryRows<SumsRow>(warehouse, `Summing up run ${runId}`, SUMS, [runId]);
  if (row === undefined) {
    return undefined;
  }
  const {
    job_name: jobName,
    job_id: jobId,
    started_at: startedAt,
    by_source,
    score,
    lowest,
    threshold,
    ...sums
  } = row;
  return {
    ...sums,
    jobName,
    jobId,
    runId,
    startedAt: startedAt.toISOString(),
    failures: await symbolFailures(warehouse, runId),
    score: score ?? undefined,
    gate:
      lowest === null || threshold === null ? undefined : { threshold, lowestSymbolScore: lowest },
    loadedBySource: by_source ?? {},
  };
}

/** A run as it is recorded. */
export interface StoredRun {
  readonly runId: string;
  readonly jobId: string;
  readonly jobType: string;
  readonly jobName: string;
  readonly status: JobStatus;
  readonly symbols: number;
  readonly notes: readonly string[];
  /** ISO instants. */
  readonly startedAt: string;
  readonly endedAt: string | undefined;
  readonly config: unknown;
  /** EtlMetrics as stored when the run ended. */
  readonly metrics: unknown;
}

interface RunRow {
  readonly run_id: string;
  readonly job_id: string;
  readonly job_type: string;
  readonly job_name: string;
  readonly status: JobStatus;
  readonly symbols: number;
  readonly notes: string[];
  readonly started_at: Date;
  readonly ended_at: Date | null;
  readonly config: unknown;
  readonly metrics: unknown;
}

function storedRun(row: RunRow): StoredRun {
  return {
    runId: row.run_id,
    jobId: row.job_id,
    jobType: row.job_type,
    jobName: row.job_name,
    status: row.status,
    symbols: row.symbols,
    notes: row.notes,
    startedAt: row.started_at.toISOString(),
    endedAt: row.ended_at?.toISOString(),
    config: row.config,
    metrics: row.metrics ?? undefined,
  };
}

/** The run of that id, else the newest of the job of that id. */
export async function readRun(
  warehouse: Warehouse,
  idOrJobId: string,
): Promise<StoredRun | undefined> {
  const [row] = await queryRows<RunRow>(
    warehouse,
    `Reading run ${idOrJobId}`,
    `select run_id, job_id, job_type, job_name, status, symbols, notes, started_at, ended_at, config, metrics
       from job_runs where run_id = $1 or job_id = $1
      order by (run_id = $1) desc, started_at desc limit 1`,
    [idOrJobId],
  );
  return row === undefined ? undefined : storedRun(row);
}
