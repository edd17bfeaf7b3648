import { WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';

import { SystemError } from '../domain/errors.ts';
import type { QualityCheckResult, QualityReportResult } from '../domain/quality-check.ts';
import type {
  DecisionKind,
  DecisionResult,
  QuarantineResolution,
  QuarantineSelection,
} from '../domain/quarantine.ts';
import { queueName } from '../domain/task-queues.ts';
import { digestOf } from './job-ids.ts';

export interface QualityClientOptions {
  readonly queuePrefix: string;
  /** Temporal's errors as ours. */
  readonly translate: (error: unknown, jobId: string) => Error;
}

/** A duty of the quality queue that was started, or joined. */
export interface DutyHandle {
  readonly jobId: string;
  readonly joined: boolean;
}

/** Which held rows, who decides, and why: the last two are kept for ever. */
export interface DecisionRequest extends QuarantineSelection {
  readonly by: string;
  readonly why: string;
  /** Every held row: needed where nothing else is chosen. */
  readonly all?: boolean;
}

export interface RejectRequest extends DecisionRequest {
  /** Ask other sources for the same bars; default true. */
  readonly refetch?: boolean;
  readonly sources?: readonly string[];
}

export interface ReplayRequest extends DecisionRequest {
  /** In place of the job's own, 0 to 1. */
  readonly qualityThreshold?: number;
}

/** Which stored bars: with nothing, all symbols and the last 30 days (of a report: 90). */
export interface CheckRequest {
  readonly symbols?: readonly string[];
  readonly daysBack?: number;
  readonly startDate?: string;
  readonly endDate?: string;
}

/** The quality duties, typed. Made by `connect()`: `client.quality`. */
export class QualityClient {
  private readonly temporal: Client;
  private readonly options: QualityClientOptions;

  constructor(temporal: Client, options: QualityClientOptions) {
    this.temporal = temporal;
    this.options = options;
  }

  /** Publishes held bars as they are. @throws ConfigurationError ETL-QUA-101 */
  async releaseQuarantine(request: DecisionRequest): Promise<DecisionResult> {
    return this.decide('release', request);
  }

  /** Gives held bars up and, unless told otherwise, asks other sources for them. */
  async rejectQuarantine(request: RejectRequest): Promise<DecisionResult> {
    return this.decide('reject', request);
  }

  /** Derives held bars again from what was landed, by the rules as they are now. */
  async replayQuarantine(request: ReplayRequest): Promise<DecisionResult> {
    return this.decide('replay', request);
  }

  /** Starts `resolveQuarantine` with an input of its own form, and waits for its end. */
  async resolveQuarantine(input: unknown): Promise<QuarantineResolution> {
    const jobId = `resolve-quarantine/${digestOf(input)}`;
    await this.start('resolveQuarantine', jobId, input);
    return this.result<QuarantineResolution>(jobId);
  }

  /** Judges stored bars again: `{ symbols, daysBack }` or `{ startDate, endDate }`; returns when it is done. */
  async checkQuality(input: CheckRequest = {}): Promise<QualityCheckResult> {
    return this.result<QualityCheckResult>((await this.startQualityCheck(input)).jobId);
  }

  /** Starts a check, or joins the same one where it runs. */
  async startQualityCheck(input: CheckRequest = {}): Promise<DutyHandle> {
    return this.start('dataQualityCheck', `data-quality-check/${digestOf(input)}`, input);
  }

  /** Judges stored bars and draws the report; returns when it is stored. */
  async generateQualityReport(input: CheckRequest = {}): Promise<QualityReportResult> {
    return this.result<QualityReportResult>((await this.startQualityReport(input)).jobId);
  }

  /** Starts a report, or joins the same one where it runs. */
  async startQualityReport(input: CheckRequest = {}): Promise<DutyHandle> {
    return this.start('generateQualityReport', `quality-report/${digestOf(input)}`, input);
  }

  private async decide(decision: DecisionKind, request: DecisionRequest): Promise<DecisionResult> {
    const { results } = await this.resolveQuarantine({ ...request, decision });
    const [result] = results;
    if (result === undefined) {
      throw new SystemError('The resolution ended without a result', { code: 'ETL-QUA-500' });
    }
    return result;
  }

  /** Starts a duty, or joins the same one where it runs. */
  private async start(type: string, jobId: string, input: unknown): Promise<DutyHandle> {
    try {
      await this.temporal.workflow.start(type, {
        workflowId: jobId,
        taskQueue: queueName('data_quality', this.options.queuePrefix),
        args: input === undefined ? [] : [input],
        workflowIdConflictPolicy: 'FAIL',
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      });
      return { jobId, joined: false };
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) {
        return { jobId, joined: true };
      }
      throw error;
    }
  }

  private async result<Result>(jobId: string): Promise<Result> {
    try {
      return await this.temporal.workflow.getHandle(jobId).result();
    } catch (error) {
      throw this.options.translate(error, jobId);
    }
  }
}
