import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';

import type { JobPlan, LoadedBatch, ValidatedBatch } from '../activities/contract.ts';
import { mostHopeful, type FailureKind } from '../domain/errors.ts';
import type { EtlStage } from '../domain/job.ts';
import { plural } from '../domain/plural.ts';
import {
  describeProgress,
  MAX_FAILURES_SHOWN,
  NO_COUNTS,
  type JobCounts,
  type JobProgress,
} from './job-progress.ts';
import { SCORE, STAGE } from './search-attribute-keys.ts';

const STAGE_ORDER: readonly EtlStage[] = ['extract', 'transform', 'validate', 'load', 'complete'];

/** All that a job carries over continue-as-new: small numbers, never rows or lists of symbols. */
export interface JobContinuation {
  /** undefined: still being made. */
  plan: JobPlan | undefined;
  nextBatch: number;
  /** Exclusive. */
  lastBatch: number;
  /** Batches in all, those of a retry included. */
  total: number;
  retried: boolean;
  paused: boolean;
  /** Batches at a time, where an operator has set it; else the plan's. */
  concurrency: number | undefined;
  stage: EtlStage;
  counts: JobCounts;
  scoreSum: number;
  scoreRows: number;
  done: number;
  failed: number;
  failedSymbols: number;
  lastFailures: readonly string[];
  /** What the failures so far come to. */
  failure?: FailureKind | undefined;
  /** Symbols by source, of batches for which more than the first was asked. */
  served?: Readonly<Record<string, number>>;
  lastFailovers?: readonly string[];
}

function beginning(): JobContinuation {
  return {
    plan: undefined,
    nextBatch: 0,
    lastBatch: 0,
    total: 0,
    retried: false,
    paused: false,
    concurrency: undefined,
    stage: 'extract',
    counts: { ...NO_COUNTS },
    scoreSum: 0,
    scoreRows: 0,
    done: 0,
    failed: 0,
    failedSymbols: 0,
    lastFailures: [],
  };
}

/** The state of one running job, and its two public faces: current details and search attributes. */
export class JobState {
  private readonly at: JobContinuation;
  /** Batches that wait for a source now, and why the last of them does. */
  private readonly waiting = { batches: 0, reason: '' };
  /** Jobs that must end before this one begins. */
  private awaited: readonly string[] = [];

  constructor(from: JobContinuation | undefined) {
    this.at = from === undefined ? beginning() : { ...from, counts: { ...from.counts } };
    upsertSearchAttributes([{ key: STAGE, value: this.at.stage }]);
    this.show();
  }

  continuation(): JobContinuation {
    return this.at;
  }

  get plan(): JobPlan | undefined {
    return this.at.plan;
  }

  /** The plan is made: the batches can begin. */
  adopt(plan: JobPlan): void {
    this.at.plan = plan;
    this.at.lastBatch = plan.batches;
    this.at.total = plan.batches;
    this.show();
  }

  get nextBatch(): number {
    return this.at.nextBatch;
  }

  get lastBatch(): number {
    return this.at.lastBatch;
  }

  /** The number of the batch that starts now. */
  takeBatch(): number {
    this.at.nextBatch += 1;
    return this.at.nextBatch - 1;
  }

  get paused(): boolean {
    return this.at.paused;
  }

  set paused(paused: boolean) {
    this.at.paused = paused;
    this.show();
  }

  get concurrency(): number {
    return this.at.concurrency ?? this.at.plan?.concurrency ?? 1;
  }

  set concurrency(concurrency: number) {
    this.at.concurrency = concurrency;
    this.show();
  }

  /** Whether failed symbols are still to have their second chance. */
  get mayRetry(): boolean {
    const { plan, retried, failedSymbols } = this.at;
    const mayHaveFailed = plan?.retriesOnlyFailures !== true || failedSymbols > 0;
    return !retried && plan?.retryFailed === true && mayHaveFailed;
  }

  /** The second chance begins: what failed so far is counted anew. */
  beginRetry(firstBatch: number, batches: number): void {
    this.at.retried = true;
    this.at.nextBatch = firstBatch;
    this.at.lastBatch = firstBatch + batches;
    this.at.total += batches;
    this.at.failedSymbols = 0;
    this.at.failure = undefined;
    this.show();
  }

  get progress(): JobProgress {
    const { plan, counts, done, failed, total, scoreSum, scoreRows } = this.at;
    return {
      stage: this.at.stage,
      paused: this.at.paused,
      concurrency: this.concurrency,
      batches: { done, failed, total },
      symbols: plan?.symbols ?? 0,
      range: plan === undefined ? 'planning' : `${plan.startDate} to ${plan.endDate}`,
      sources: plan?.sources ?? [],
      rows: { ...counts },
      qualityScore: scoreRows === 0 ? undefined : scoreSum / scoreRows,
      failedSymbols: this.at.failedSymbols,
      lastFailures: this.at.lastFailures,
      notes: plan?.notes ?? [],
      served: this.at.served ?? {},
      lastFailovers: this.at.lastFailovers ?? [],
      waiting: this.describeWaiting(),
    };
  }

  private describeWaiting(): string | undefined {
    if (this.awaited.length > 0) {
      return `waits for ${this.awaited.join(', ')}`;
    }
    const { batches, reason } = this.waiting;
    return batches === 0 ? undefined : `${plural(batches, 'batch', 'batches')} waiting: ${reason}`;
  }

  awaitJobs(jobIds: readonly string[]): void {
    this.awaited = jobIds;
    this.show();
  }

  /** The job's stage is the furthest that any batch has reached; it never goes back. */
  reach(stage: EtlStage): void {
    if (stage === 'failed' || STAGE_ORDER.indexOf(stage) > STAGE_ORDER.indexOf(this.at.stage)) {
      this.at.stage = stage;
      upsertSearchAttributes([{ key: STAGE, value: stage }]);
      this.show();
    }
  }

  recordLoaded(extracted: number, verdict: ValidatedBatch, loaded: LoadedBatch): void {
    const { counts } = this.at;
    this.at.done += 1;
    counts.extracted += extracted;
    counts.loaded += loaded.inserted;
    counts.updated += loaded.updated;
    counts.unchanged += loaded.unchanged;
    counts.skipped += loaded.skipped;
    counts.quarantined += loaded.quarantined;
    const rows = verdict.publishable + verdict.quarantined;
    this.at.scoreSum += verdict.score * rows;
    this.at.scoreRows += rows;
    this.show();
  }

  recordFailedSymbols(count: number, failure: FailureKind | undefined): void {
    this.at.failedSymbols += count;
    this.noteFailure(failure);
    this.show();
  }

  /** A batch was given by other sources than the first, in part at least. */
  recordSources(served: Readonly<Record<string, number>>, failovers: readonly string[]): void {
    if (failovers.length === 0) {
      return;
    }
    const sums = { ...this.at.served };
    for (const [source, symbols] of Object.entries(served)) {
      sums[source] = (sums[source] ?? 0) + symbols;
    }
    this.at.served = sums;
    this.at.lastFailovers = [...failovers, ...(this.at.lastFailovers ?? [])].slice(
      0,
      MAX_FAILURES_SHOWN,
    );
    this.show();
  }

  beginWaiting(reason: string): void {
    this.waiting.batches += 1;
    this.waiting.reason = reason;
    this.show();
  }

  endWaiting(): void {
    this.waiting.batches -= 1;
    this.show();
  }

  recordFailedBatch(symbols: number, failure: FailureKind, headline: string): void {
    this.noteFailure(failure);
    this.at.done += 1;
    this.at.failed += 1;
    this.at.failedSymbols += symbols;
    this.at.lastFailures = [headline, ...this.at.lastFailures].slice(0, MAX_FAILURES_SHOWN);
    this.show();
  }

  /** What all failed symbols come to; undefined where none failed. */
  get failure(): FailureKind | undefined {
    return this.at.failure;
  }

  private noteFailure(failure: FailureKind | undefined): void {
    const all = [this.at.failure, failure].filter((one) => one !== undefined);
    const kind = mostHopeful(all);
    this.at.failure = kind && { errorClass: kind.errorClass, code: kind.code };
  }

  publishScore(score: number | undefined): void {
    if (score !== undefined) {
      upsertSearchAttributes([{ key: SCORE, value: score }]);
    }
  }

  private show(): void {
    setCurrentDetails(describeProgress(this.progress));
  }
}
