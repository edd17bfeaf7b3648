import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { defineSearchAttributeKey } from '@temporalio/common';

import type { JobPlan, LoadedBatch, ValidatedBatch } from '../activities/contract.ts';
import type { EtlStage } from '../domain/job.ts';
import {
  describeProgress,
  MAX_FAILURES_SHOWN,
  NO_COUNTS,
  type JobCounts,
  type JobProgress,
} from './job-progress.ts';

const STAGE = defineSearchAttributeKey('EtlStage', 'KEYWORD');
const SCORE = defineSearchAttributeKey('QualityScore', 'DOUBLE');
const STAGE_ORDER: readonly EtlStage[] = ['extract', 'transform', 'validate', 'load', 'complete'];

/** All that a job carries over continue-as-new: small numbers, never rows or lists of symbols. */
export interface JobContinuation {
  readonly plan: JobPlan;
  readonly nextBatch: number;
  /** Exclusive. */
  readonly lastBatch: number;
  readonly total: number;
  readonly retried: boolean;
  readonly paused: boolean;
  readonly concurrency: number;
  readonly stage: EtlStage;
  readonly counts: JobCounts;
  readonly scoreSum: number;
  readonly scoreRows: number;
  readonly done: number;
  readonly failed: number;
  readonly failedSymbols: number;
  readonly lastFailures: readonly string[];
}

export function startOf(plan: JobPlan): JobContinuation {
  return {
    plan,
    nextBatch: 0,
    lastBatch: plan.batches,
    total: plan.batches,
    retried: false,
    paused: false,
    concurrency: plan.concurrency,
    stage: 'extract',
    counts: NO_COUNTS,
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
  paused: boolean;
  concurrency: number;
  nextBatch: number;
  lastBatch: number;
  retried: boolean;
  readonly plan: JobPlan;
  private total: number;
  private stage: EtlStage;
  private readonly counts: JobCounts;
  private scoreSum: number;
  private scoreRows: number;
  private done: number;
  private failed: number;
  private failedSymbols: number;
  private lastFailures: readonly string[];

  constructor(from: JobContinuation) {
    this.plan = from.plan;
    this.paused = from.paused;
    this.concurrency = from.concurrency;
    this.nextBatch = from.nextBatch;
    this.lastBatch = from.lastBatch;
    this.total = from.total;
    this.retried = from.retried;
    this.stage = from.stage;
    this.counts = { ...from.counts };
    this.scoreSum = from.scoreSum;
    this.scoreRows = from.scoreRows;
    this.done = from.done;
    this.failed = from.failed;
    this.failedSymbols = from.failedSymbols;
    this.lastFailures = from.lastFailures;
    upsertSearchAttributes([{ key: STAGE, value: this.stage }]);
    this.show();
  }

  continuation(): JobContinuation {
    return {
      plan: this.plan,
      nextBatch: this.nextBatch,
      lastBatch: this.lastBatch,
      total: this.total,
      retried: this.retried,
      paused: this.paused,
      concurrency: this.concurrency,
      stage: this.stage,
      counts: this.counts,
      scoreSum: this.scoreSum,
      scoreRows: this.scoreRows,
      done: this.done,
      failed: this.failed,
      failedSymbols: this.failedSymbols,
      lastFailures: this.lastFailures,
    };
  }

  get progress(): JobProgress {
    return {
      stage: this.stage,
      paused: this.paused,
      concurrency: this.concurrency,
      batches: { done: this.done, failed: this.failed, total: this.total },
      symbols: this.plan.symbols,
      range: `${this.plan.startDate} to ${this.plan.endDate}`,
      sources: this.plan.sources,
      rows: { ...this.counts },
      qualityScore: this.scoreRows === 0 ? undefined : this.scoreSum / this.scoreRows,
      failedSymbols: this.failedSymbols,
      lastFailures: this.lastFailures,
      notes: this.plan.notes,
    };
  }

  /** The job's stage is the furthest that any batch has reached; it never goes back. */
  reach(stage: EtlStage): void {
    if (stage === 'failed' || STAGE_ORDER.indexOf(stage) > STAGE_ORDER.indexOf(this.stage)) {
      this.stage = stage;
      upsertSearchAttributes([{ key: STAGE, value: stage }]);
      this.show();
    }
  }

  recordLoaded(extracted: number, verdict: ValidatedBatch, loaded: LoadedBatch): void {
    this.done += 1;
    this.counts.extracted += extracted;
    this.counts.loaded += loaded.inserted;
    this.counts.updated += loaded.updated;
    this.counts.unchanged += loaded.unchanged;
    this.counts.skipped += loaded.skipped;
    this.counts.quarantined += loaded.quarantined;
    const rows = verdict.publishable + verdict.quarantined;
    this.scoreSum += verdict.score * rows;
    this.scoreRows += rows;
    this.show();
  }

  recordFailedSymbols(count: number): void {
    this.failedSymbols += count;
    this.show();
  }

  recordFailedBatch(symbols: number, headline: string): void {
    this.done += 1;
    this.failed += 1;
    this.failedSymbols += symbols;
    this.lastFailures = [headline, ...this.lastFailures].slice(0, MAX_FAILURES_SHOWN);
    this.show();
  }

  /** The second chance begins: what failed so far is counted anew. */
  beginRetry(firstBatch: number, batches: number): void {
    this.retried = true;
    this.nextBatch = firstBatch;
    this.lastBatch = firstBatch + batches;
    this.total += batches;
    this.failedSymbols = 0;
    this.show();
  }

  publishScore(score: number | undefined): void {
    if (score !== undefined) {
      upsertSearchAttributes([{ key: SCORE, value: score }]);
    }
  }

  show(): void {
    setCurrentDetails(describeProgress(this.progress));
  }
}
