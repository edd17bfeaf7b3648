import {
  allHandlersFinished,
  CancellationScope,
  condition,
  isCancellation,
  log,
  upsertMemo,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';

import type { JobPlan, PlanJobInput } from '../activities/contract.ts';
import { PRIORITY_OF_TYPE, type EtlMetrics } from '../domain/job.ts';
import { asWorkflowFailure, jobFailure } from './failures.ts';
import { startFollowUps } from './follow-ups.ts';
import { installControls } from './job-controls.ts';
import { awaitDependencies, isDependencyFailure } from './job-dependencies.ts';
import { JobState, type JobContinuation } from './job-state.ts';
import { runBatch } from './run-batch.ts';
import { metricsOfPlan } from './plan-metrics.ts';
import { slideOver } from './sliding-window.ts';
import { duties, runIdentity, stagesOf } from './stages.ts';
import { JOB_NAME, JOB_TYPE, SYMBOL } from './search-attribute-keys.ts';

/** About 26 events a batch: well below the 10,000 events that a history may have. */
const BATCHES_PER_RUN = 200;

const DEFAULT_PRIORITY = PRIORITY_OF_TYPE.etlJob;

/** What a run ends with: the account of the whole job, or the point from which the next run goes on. */
export type RunEnd =
  | { readonly kind: 'done'; readonly metrics: EtlMetrics; readonly plan: JobPlan }
  | { readonly kind: 'continue'; readonly from: JobContinuation };

/** A job from its input to its account, or one run's share of it. */
export async function runJob(
  jobType: PlanJobInput['jobType'],
  input: unknown,
  continued: JobContinuation | undefined,
): Promise<RunEnd> {
  const state = new JobState(continued);
  installControls(state);
  const plan = continued?.plan ?? (await planJob(jobType, input));
  if (continued === undefined) {
    state.adopt(plan);
  }
  if (plan.isDryRun === true) {
    await condition(allHandlersFinished);
    return { kind: 'done', plan, metrics: metricsOfPlan(plan) };
  }
  if (plan.account !== undefined) {
    await condition(allHandlersFinished);
    return { kind: 'done', plan, metrics: await conclude(state, plan, plan.account) };
  }
  try {
    if (continued === undefined) {
      await awaitDependencies(plan, state);
    }
    const isWhole = await runBatches(state, plan);
    await condition(allHandlersFinished);
    if (!isWhole) {
      return { kind: 'continue', from: state.continuation() };
    }
  } catch (error) {
    await CancellationScope.nonCancellable(() =>
      finishJob(isCancellation(error) || isDependencyFailure(error)),
    );
    state.reach('failed');
    throw error;
  }
  return { kind: 'done', plan, metrics: await conclude(state, plan, await finishJob(false)) };
}

async function planJob(jobType: PlanJobInput['jobType'], input: unknown): Promise<JobPlan> {
  const { startTime, searchAttributes } = workflowInfo();
  const nominal: unknown = searchAttributes['TemporalScheduledStartTime']?.[0];
  const dueAt = nominal instanceof Date ? nominal : startTime;
  upsertSearchAttributes([{ key: JOB_TYPE, value: jobType }]);
  try {
    const identity = runIdentity();
    const priority = { priorityKey: PRIORITY_OF_TYPE[jobType] };
    const isScheduled = searchAttributes['TemporalScheduledById'] !== undefined;
    const request = { ...identity, jobType, input, dueAt: dueAt.toISOString(), isScheduled };
    const plan = await duties.planJob.executeWithOptions({ priority }, [request]);
    upsertSearchAttributes([
      { key: JOB_NAME, value: plan.jobName },
      ...(plan.namedSymbols === undefined ? [] : [{ key: SYMBOL, value: [...plan.namedSymbols] }]),
    ]);
    upsertMemo({ effectiveInput: plan.effectiveInput });
    return plan;
  } catch (error) {
    throw isCancellation(error) ? error : asWorkflowFailure(error);
  }
}

/** Runs the batches that are left, or as many as one history should hold. @returns whether all are done */
async function runBatches(state: JobState, { retryDelayMs, priority }: JobPlan): Promise<boolean> {
  const stages = stagesOf(retryDelayMs, priority ?? DEFAULT_PRIORITY);
  let left = BATCHES_PER_RUN;
  for (;;) {
    const end = Math.min(state.nextBatch + left, state.lastBatch);
    left -= end - state.nextBatch;
    await slideOver(state, end, (batchNo) => runBatch(state, stages, batchNo));
    if (state.nextBatch < state.lastBatch) {
      return false;
    }
    if (!state.mayRetry) {
      return true;
    }
    const retry = await duties.planRetry(runIdentity());
    state.beginRetry(retry.firstBatch, retry.batches);
    if (retry.batches > 0) {
      log.info('Failed symbols get their second chance', { symbols: retry.symbols });
    }
  }
}

async function finishJob(cancelled: boolean): Promise<EtlMetrics> {
  return duties.finishJob({ ...runIdentity(), cancelled });
}

/** @throws ApplicationFailure of the failures' own class, where nothing was loaded that should have been */
async function conclude(state: JobState, plan: JobPlan, metrics: EtlMetrics): Promise<EtlMetrics> {
  state.publishScore(metrics.qualityScore);
  state.reach(metrics.status === 'failed' ? 'failed' : 'complete');
  if (metrics.status === 'failed') {
    const failure = state.failure ?? { errorClass: 'system', code: 'ETL-JOB-500' };
    throw jobFailure({ ...metrics, failure }, failure);
  }
  await startFollowUps(plan);
  return metrics;
}
