import type { JobStatus } from './job.ts';

/** A run that has ended, as history and analysis see it. */
export interface RunRecord {
  readonly runId: string;
  readonly jobId: string;
  readonly jobType: string;
  readonly jobName: string;
  readonly status: JobStatus;
  /** ISO instant. */
  readonly startedAt: string;
  readonly durationSeconds: number;
  readonly symbols: number;
  readonly symbolsFailed: number;
  /** Rows that went through the job, loaded or not. */
  readonly rows: number;
  readonly rowsLoaded: number;
  readonly rowsQuarantined: number;
  readonly qualityScore: number | undefined;
  /** Rows loaded by source. */
  readonly sources: Readonly<Record<string, number>>;
}
