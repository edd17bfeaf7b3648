import type { FailureKind } from '../domain/errors.ts';
import type { BatchRef } from '../domain/batch.ts';
import type { JobEstimate } from '../domain/coverage.ts';
import type { EtlMetrics, FollowUp } from '../domain/job.ts';

/** Identity of a job run: stable over retries, replays and continue-as-new. */
export interface RunIdentity {
  /** Business id: the workflow id. */
  readonly jobId: string;
  /** The workflow's first execution run id. */
  readonly runId: string;
}

export interface PlanJobInput extends RunIdentity {
  readonly jobType: 'etlJob' | 'dailyDataIngestion' | 'historicalBackfill';
  /** What the caller sent, unread. */
  readonly input: unknown;
  /** ISO instant at which the run was due: the schedule's nominal time, else the workflow's start. */
  readonly dueAt: string;
  /** A schedule started it: a day without a session is skipped. */
  readonly isScheduled?: boolean;
}

/** The plan lies in the warehouse (`job_batches`); only this summary travels. */
export interface JobPlan extends RunIdentity {
  readonly jobName: string;
  readonly batches: number;
  readonly symbols: number;
  /** Of a job that names symbols: which, for those who look for it; at most 100, so that they fit a search attribute. */
  readonly namedSymbols?: readonly string[];
  readonly sessions: number;
  readonly startDate: string;
  readonly endDate: string;
  readonly concurrency: number;
  readonly retryFailed: boolean;
  /** Set: no retry is planned where no symbol has failed. Absent in older histories. */
  readonly retriesOnlyFailures?: boolean;
  /** false: no sample is to be compared with another source. */
  readonly comparesSample?: boolean;
  /** First delay of a retried stage. */
  readonly retryDelayMs: number;
  readonly sources: readonly string[];
  /** Why there is nothing to do, where there is nothing. */
  readonly nothingToDo: string | undefined;
  /** Plain sentences for the operator: duplicates removed, range clipped. */
  readonly notes: readonly string[];
  /** The job's configuration after defaults, for the memo; symbols cut to the first 20. */
  readonly effectiveInput: Readonly<Record<string, unknown>>;
  /** 1 (first) to 5 (last). */
  readonly priority?: number;
  readonly dependsOn?: readonly string[];
  readonly onComplete?: readonly FollowUp[];
  /** Set: nothing is to be done, only told. */
  readonly isDryRun?: boolean;
  readonly estimate?: JobEstimate;
  /** Set: there was nothing to do, and the run is closed already. */
  readonly account?: EtlMetrics;
}

export interface BatchTask extends RunIdentity {
  readonly batchNo: number;
  /** What an earlier call had got before it was to wait. */
  readonly resume?: BatchRef;
}

/** The batch is not extracted yet: no source may be asked for it now. */
export interface ExtractWait {
  readonly ms: number;
  /** For the operator, in one line. */
  readonly reason: string;
  readonly resume: BatchRef;
}

/** `manifest` lists what was landed: `LandedAnswer[]`. */
export interface ExtractedBatch extends BatchTask {
  readonly manifest: BatchRef;
  readonly answers: number;
  readonly bytes: number;
  readonly failedSymbols: number;
  /** What the failures of these symbols come to. */
  readonly failure?: FailureKind;
  /** To be called again after so long; the rest counts only once this is absent. */
  readonly wait?: ExtractWait;
  /** Symbols by the source whose rows were taken. */
  readonly served?: Readonly<Record<string, number>>;
  /** Why a source was left for the next one, one line each. */
  readonly failovers?: readonly string[];
}

export interface TransformedBatch extends BatchTask {
  /** Sorted, distinct, standard columns; Arrow IPC. */
  readonly staged: BatchRef;
  readonly manifest: BatchRef;
  /** Suspended days found among the rows. */
  readonly suspended: BatchRef;
  readonly extracted: number;
  readonly duplicates: number;
  readonly unreadable: number;
}

export interface ValidatedBatch extends BatchTask {
  /** Rows with their fates. */
  readonly judged: BatchRef;
  /** Score, findings and repairs. */
  readonly verdict: BatchRef;
  readonly manifest: BatchRef;
  readonly suspended: BatchRef;
  readonly score: number;
  readonly publishable: number;
  readonly quarantined: number;
}

export interface LoadedBatch extends BatchTask {
  readonly inserted: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly skipped: number;
  readonly quarantined: number;
  /** The batch had been committed by an earlier attempt; these are its counts. */
  readonly alreadyLoaded: boolean;
}

export interface BatchFailure extends BatchTask {
  readonly stage: 'extract' | 'transform' | 'validate' | 'load';
  readonly code: string;
  readonly message: string;
}

/** Batches for the symbols that failed, one symbol each where they are few. */
export interface RetryPlan {
  readonly firstBatch: number;
  readonly batches: number;
  readonly symbols: number;
}

export interface SkipRequest extends RunIdentity {
  readonly symbols: readonly string[];
}

export interface EtlActivities {
  /** @throws ConfigurationError, not retried, naming each field at fault. */
  planJob(input: PlanJobInput): Promise<JobPlan>;
  extractBatch(task: BatchTask): Promise<ExtractedBatch>;
  transformBatch(batch: ExtractedBatch): Promise<TransformedBatch>;
  validateBatch(batch: TransformedBatch): Promise<ValidatedBatch>;
  loadBatch(batch: ValidatedBatch): Promise<LoadedBatch>;
  /** Marks the batch's symbols as failed; returns how many there are. */
  recordBatchFailure(failure: BatchFailure): Promise<number>;
  /** From now on these symbols are left out; returns how many batches hold any of them. */
  skipSymbols(request: SkipRequest): Promise<number>;
  planRetry(run: RunIdentity): Promise<RetryPlan>;
  finishJob(end: RunIdentity & { readonly cancelled: boolean }): Promise<EtlMetrics>;
}
