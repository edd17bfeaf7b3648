import { executeChild, isCancellation, workflowInfo } from '@temporalio/workflow';

import type {
  ChunkOutcome,
  DecisionChunk,
  DecisionTask,
  RefetchPlan,
} from '../activities/quarantine-contract.ts';
import type { EtlMetrics } from '../domain/job.ts';
import type { RefetchResult } from '../domain/quarantine.ts';
import { stageFailureOf } from './failures.ts';
import { qualityDuties, siblingQueue } from './quality-stages.ts';
import {
  addNotes,
  addOutcome,
  type DecisionProgress,
  type ResolutionState,
} from './resolution-state.ts';
import { duties, runIdentity, stagesOf } from './stages.ts';

const RETRY_DELAY_MS = 1000;
/** A person waits for the answer: as urgent as the daily run. */
const PRIORITY = 2;

/** One decision, chunk by chunk: a chunk that cannot be dealt with stays held and stops none of the others. */
export async function carryOut(
  state: ResolutionState,
  progress: DecisionProgress,
  decisionNo: number,
): Promise<void> {
  const { decision } = progress;
  const task: DecisionTask = { ...runIdentity(), decisionNo, decision };
  const plan = await qualityDuties.planDecision(task);
  progress.selected = plan.selected;
  progress.chunks = plan.chunks;
  addNotes(progress, plan.notes ?? []);
  state.show();
  for (let chunkNo = 0; chunkNo < plan.chunks; chunkNo += 1) {
    addOutcome(progress, await settleChunk({ ...task, chunkNo }));
    state.show();
  }
  if (decision.refetch && progress.rejected > 0) {
    const { jobs, notes } = await qualityDuties.planRefetch(task);
    addNotes(progress, notes);
    for (const [index, job] of jobs.entries()) {
      progress.refetches.push(await refetch(job, `${decisionNo}-${index}`));
      state.show();
    }
  }
}

async function settleChunk(chunk: DecisionChunk): Promise<ChunkOutcome> {
  try {
    const { decision } = chunk.decision;
    if (decision === 'replay') {
      return await replay(chunk);
    }
    return await (decision === 'release'
      ? qualityDuties.releaseRows(chunk)
      : qualityDuties.rejectRows(chunk));
  } catch (error) {
    if (isCancellation(error)) {
      throw error;
    }
    return qualityDuties.refuseChunk({ chunk, message: stageFailureOf(error).headline });
  }
}

/** The landed answers of one batch through transform, validate and load, as a run of its own. */
async function replay(chunk: DecisionChunk): Promise<ChunkOutcome> {
  const stages = stagesOf(RETRY_DELAY_MS, PRIORITY);
  const task = await qualityDuties.startReplay(chunk);
  const run = { jobId: task.jobId, runId: task.runId };
  try {
    const extracted = await qualityDuties.extractLanded(task);
    const transformed = await stages.transformBatch(extracted);
    const validated = await stages.validateBatch(transformed);
    const { outcome } = await qualityDuties.loadReplayed({ batch: validated, chunk });
    await duties.finishJob({ ...run, cancelled: false });
    return outcome;
  } catch (error) {
    await duties.finishJob({ ...run, cancelled: true });
    throw error;
  }
}

/** Asks other sources for rejected bars, by an ordinary job. Its failure is told, and leaves the rejection as it is. */
async function refetch(plan: RefetchPlan, suffix: string): Promise<RefetchResult> {
  const { firstExecutionRunId, taskQueue } = workflowInfo();
  const jobId = `quarantine-refetch/${firstExecutionRunId}/${suffix}`;
  const about = { jobId, sources: plan.sources, symbols: plan.symbols.length };
  try {
    const metrics = await executeChild<(input: unknown) => Promise<EtlMetrics>>('etlJob', {
      workflowId: jobId,
      taskQueue: siblingQueue(taskQueue, 'data_ingestion'),
      parentClosePolicy: 'ABANDON',
      args: [{ ...plan, jobName: 'quarantine-refetch', skipExisting: false }],
    });
    return {
      ...about,
      status: metrics.status === 'success' ? 'success' : 'partial_success',
      loaded: metrics.recordsLoaded + metrics.recordsUpdated,
      quarantined: metrics.recordsQuarantined,
      failure: undefined,
    };
  } catch (error) {
    if (isCancellation(error)) {
      throw error;
    }
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const failure = stageFailureOf(cause).headline.slice(0, 500);
    return { ...about, status: 'failed', loaded: 0, quarantined: 0, failure };
  }
}
