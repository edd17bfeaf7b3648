import {
  ApplicationFailure,
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
  WorkflowUpdateFailedError,
  WorkflowNotFoundError,
  type Client,
  type WorkflowExecutionInfo,
  type WorkflowHandle,
} from '@temporalio/client';

import type { JobType } from '../config/job-defaults.ts';
import type { BackfillInput, JobInput } from '../config/job-input.ts';
import { describeValue } from '../config/problems.ts';
import {
  ConfigurationError,
  DataQualityError,
  RateLimitedError,
  SchemaDriftError,
  SystemError,
  TransientError,
  parseHeadline,
} from '../domain/errors.ts';
import type { EtlMetrics } from '../domain/job.ts';
import { queueName, type TaskQueue } from '../domain/task-queues.ts';
import type { JobProgress } from '../workflows/job-progress.ts';
import type { ConnectOptions } from './connection.ts';
import { jobIdOf } from './job-ids.ts';
import { QualityClient } from './quality-client.ts';

/** A job that was started, or joined. */
export interface JobHandle {
  readonly jobId: string;
  readonly runId: string;
  /** The same work was running already: this is it. */
  readonly joined: boolean;
  /** Its page in the Temporal Web UI, where the UI's address is known. */
  readonly url: string | undefined;
}

export interface JobSummary {
  readonly jobId: string;
  readonly runId: string;
  readonly jobType: string;
  readonly jobName: string | undefined;
  readonly stage: string | undefined;
  /** Temporal's own word: RUNNING, COMPLETED, FAILED, CANCELLED, TERMINATED, TIMED_OUT. */
  readonly status: string;
  readonly startTime: string;
  readonly closeTime: string | undefined;
  readonly qualityScore: number | undefined;
}

export interface JobView extends JobSummary {
  /** Of a running job whose worker answers. */
  readonly progress: JobProgress | undefined;
  readonly metrics: EtlMetrics | undefined;
  readonly failure: string | undefined;
}

/** Shown in the Temporal UI, beside the job's own current details. */
const SUMMARY_OF: Readonly<Record<JobType, string>> = {
  etlJob: 'One ETLJobConfig',
  dailyDataIngestion: 'Brings all known symbols up to date',
  historicalBackfill: 'Brings what is missing of the past',
};
const DETAILS = `- steer it: More Actions, Send an Update: pause, resume, skipSymbols, setConcurrency
- its input after defaults: tab Memo; how far it is: Current Details (press R) or query progress`;

const QUERY_TIMEOUT_MS = 5000;

/** Starts, follows and steers jobs. Made by `connect()`. */
export class JobClient {
  readonly temporal: Client;
  /** Quarantine, checks of stored bars, and quality reports. */
  readonly quality: QualityClient;
  private readonly options: ConnectOptions;

  constructor(temporal: Client, options: ConnectOptions) {
    this.temporal = temporal;
    this.options = options;
    this.quality = new QualityClient(temporal, {
      queuePrefix: options.queuePrefix ?? '',
      translate,
    });
  }

  /** Starts one ETLJobConfig, or joins the run of an equal one. Returns at once. */
  async startJob(input: JobInput = {}): Promise<JobHandle> {
    return this.startUnchecked('etlJob', input);
  }

  /** Runs one ETLJobConfig to its end. @throws EtlError where the job failed. */
  async runJob(input: JobInput = {}): Promise<EtlMetrics> {
    return this.result((await this.startJob(input)).jobId);
  }

  /** Starts today's ingestion, or joins it. */
  async startDaily(input?: JobInput): Promise<JobHandle> {
    return this.startUnchecked('dailyDataIngestion', input);
  }

  /** Starts a backfill of years or days, or (`heal`) of all gaps; joins an equal one that runs. */
  async startBackfill(input?: BackfillInput): Promise<JobHandle> {
    return this.startUnchecked('historicalBackfill', input);
  }

  /**
   * Starts a job whose input comes from outside, such as `JSON.parse(text)`: the compiler cannot check it, the job itself
   * does, and fails with every problem named. @throws ConfigurationError ETL-JOB-101 where it is no object at all
   */
  async startUnchecked(jobType: JobType, input: unknown): Promise<JobHandle> {
    requireObject(input);
    return this.start(jobType, jobIdOf(jobType, input, Date.now()), input);
  }

  /** The account of a job, when it has ended. @throws EtlError where it failed, with the job's own words. */
  async result(jobId: string): Promise<EtlMetrics> {
    return this.resultOf<EtlMetrics>(jobId);
  }

  /** The same of any workflow of ours, such as a clean-up, whose result is another. */
  async resultOf<Result>(jobId: string): Promise<Result> {
    try {
      return await this.temporal.workflow.getHandle<() => Promise<Result>>(jobId).result();
    } catch (error) {
      throw translate(error, jobId);
    }
  }

  /** Jobs that are running now, newest first. */
  async getActiveJobs(): Promise<readonly JobSummary[]> {
    return this.listJobs('ExecutionStatus = "Running" AND JobType IS NOT NULL');
  }

  /** Jobs by a Temporal list filter, newest first. */
  async listJobs(query = 'JobType IS NOT NULL', limit = 50): Promise<readonly JobSummary[]> {
    const found: JobSummary[] = [];
    for await (const info of this.temporal.workflow.list({ query })) {
      found.push(summaryOf(info));
      if (found.length >= limit) {
        break;
      }
    }
    return found;
  }

  /** What the server knows of a job, without asking its worker. @throws ConfigurationError ETL-JOB-404 where there is none. */
  async getSummary(jobId: string): Promise<JobSummary> {
    try {
      return summaryOf(await this.handle(jobId).describe());
    } catch (error) {
      throw translate(error, jobId);
    }
  }

  /** Everything about one job. @throws ConfigurationError ETL-JOB-404 where there is none. */
  async getJob(jobId: string): Promise<JobView> {
    const handle = this.handle(jobId);
    const summary = await this.getSummary(jobId);
    const nothing = { progress: undefined, metrics: undefined, failure: undefined };
    if (summary.status === 'RUNNING') {
      return { ...summary, ...nothing, progress: await this.progress(jobId) };
    }
    try {
      const result: unknown = await handle.result();
      return { ...summary, ...nothing, metrics: isMetrics(result) ? result : undefined };
    } catch (error) {
      return {
        ...summary,
        ...nothing,
        metrics: metricsOfFailure(error),
        failure: translate(error, jobId).message,
      };
    }
  }

  /** What the running job says of itself; undefined where no worker answers. */
  async progress(jobId: string): Promise<JobProgress | undefined> {
    try {
      const progress = await this.temporal.withDeadline(Date.now() + QUERY_TIMEOUT_MS, () =>
        this.handle(jobId).query<JobProgress>('progress'),
      );
      // Other duties have a progress of their own form.
      return 'batches' in progress ? progress : undefined;
    } catch {
      return undefined;
    }
  }

  /** Asks a job to stop: what is in flight is rolled back or ends whole. */
  async cancelJob(jobId: string): Promise<void> {
    try {
      await this.handle(jobId).cancel();
    } catch (error) {
      throw translate(error, jobId);
    }
  }

  /** Sends one of the updates `pause`, `resume`, `skipSymbols`, `setConcurrency`; returns its answer. */
  async steer(jobId: string, update: string, input?: unknown): Promise<string> {
    try {
      return input === undefined
        ? await this.handle(jobId).executeUpdate<string, []>(update, { args: [] })
        : await this.handle(jobId).executeUpdate<string, [unknown]>(update, { args: [input] });
    } catch (error) {
      throw translate(error, jobId);
    }
  }

  async close(): Promise<void> {
    await this.temporal.connection.close();
  }

  /** Where a person sees the job. */
  urlOf(jobId: string, runId: string): string | undefined {
    const namespace = this.temporal.options.namespace;
    return this.options.uiUrl === undefined
      ? undefined
      : `${this.options.uiUrl}/namespaces/${namespace}/workflows/${encodeURIComponent(jobId)}/${runId}`;
  }

  private handle(jobId: string): WorkflowHandle {
    return this.temporal.workflow.getHandle(jobId);
  }

  private queue(queue: TaskQueue): string {
    return queueName(queue, this.options.queuePrefix ?? '');
  }

  private async start(type: JobType, jobId: string, input: unknown): Promise<JobHandle> {
    try {
      const handle = await this.temporal.workflow.start(type, {
        workflowId: jobId,
        taskQueue: this.queue('data_ingestion'),
        args: input === undefined ? [] : [input],
        staticSummary: SUMMARY_OF[type],
        staticDetails: DETAILS,
        workflowIdConflictPolicy: 'FAIL',
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      });
      const runId = handle.firstExecutionRunId;
      return { jobId, runId, joined: false, url: this.urlOf(jobId, runId) };
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) {
        throw error;
      }
      const { runId } = await this.handle(jobId).describe();
      return { jobId, runId, joined: true, url: this.urlOf(jobId, runId) };
    }
  }
}

/** What callers without a compiler may give by mistake, before it has an id. */
function requireObject(input: unknown): asserts input is object | undefined {
  if (input === null || Array.isArray(input) || !['object', 'undefined'].includes(typeof input)) {
    throw new ConfigurationError(
      `input: got ${describeValue(input)}; expected one object, or nothing`,
      { code: 'ETL-JOB-101' },
    );
  }
}

type ExecutionFacts = Pick<
  WorkflowExecutionInfo,
  'workflowId' | 'runId' | 'type' | 'status' | 'startTime' | 'searchAttributes'
> & { readonly closeTime?: Date | undefined };

function attribute(info: ExecutionFacts, name: string): string | number | undefined {
  const value: unknown = info.searchAttributes[name]?.[0];
  return typeof value === 'string' || typeof value === 'number' ? value : undefined;
}

function summaryOf(info: ExecutionFacts): JobSummary {
  const jobName = attribute(info, 'JobName');
  const stage = attribute(info, 'EtlStage');
  const score = attribute(info, 'QualityScore');
  return {
    jobId: info.workflowId,
    runId: info.runId,
    jobType: info.type,
    jobName: jobName === undefined ? undefined : String(jobName),
    stage: stage === undefined ? undefined : String(stage),
    status: info.status.name,
    startTime: info.startTime.toISOString(),
    closeTime: info.closeTime?.toISOString(),
    qualityScore: typeof score === 'number' ? score : undefined,
  };
}

function isMetrics(value: unknown): value is EtlMetrics {
  return typeof value === 'object' && value !== null && 'recordsExtracted' in value;
}

function metricsOfFailure(error: unknown): EtlMetrics | undefined {
  const cause = error instanceof WorkflowFailedError ? error.cause : undefined;
  const detail: unknown = cause instanceof ApplicationFailure ? cause.details?.[0] : undefined;
  return isMetrics(detail) ? detail : undefined;
}

const CLASS_OF_TYPE = {
  ConfigurationError,
  DataQualityError,
  SchemaDriftError,
  TransientError,
  RateLimitedError,
  SystemError,
} as const;

function isKnownType(type: string): type is keyof typeof CLASS_OF_TYPE {
  return type in CLASS_OF_TYPE;
}

/** Temporal's errors as ours, so that callers decide by class and code. */
function translate(error: unknown, jobId: string): Error {
  if (error instanceof WorkflowNotFoundError) {
    return new ConfigurationError(`There is no job ${jobId}`, {
      code: 'ETL-JOB-404',
      hint: 'list them with `candlewick jobs list`.',
    });
  }
  const isToldByWorkflow =
    error instanceof WorkflowFailedError || error instanceof WorkflowUpdateFailedError;
  const cause = isToldByWorkflow ? error.cause : undefined;
  if (cause instanceof ApplicationFailure) {
    const { code, message, hint } = parseHeadline(cause.message);
    const type = cause.type ?? '';
    const ErrorOfType = isKnownType(type) ? CLASS_OF_TYPE[type] : SystemError;
    return new ErrorOfType(message, {
      code: code ?? 'ETL-JOB-500',
      ...(hint === undefined ? {} : { hint }),
      cause,
    });
  }
  if (error instanceof WorkflowFailedError) {
    return new SystemError(
      `Job ${jobId} did not end by itself: ${cause?.message ?? error.message}`,
      {
        code: 'ETL-JOB-501',
        cause: error,
      },
    );
  }
  return error instanceof Error ? error : new Error(String(error));
}
