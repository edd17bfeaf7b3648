import { isCancellation, sleep } from '@temporalio/workflow';

import type { BatchTask, EtlActivities, ExtractedBatch } from '../activities/contract.ts';
import { asWorkflowFailure, stageFailureOf } from './failures.ts';
import type { JobState } from './job-state.ts';
import { duties, runIdentity } from './stages.ts';

type Stage = 'extract' | 'transform' | 'validate' | 'load';

/**
 * One batch through its four stages. A batch that fails marks its symbols as failed and stops nobody else; only a fault
 * of the configuration ends the job, since every other batch would meet it too.
 */
export async function runBatch(
  state: JobState,
  stages: EtlActivities,
  batchNo: number,
): Promise<void> {
  const task: BatchTask = { ...runIdentity(), batchNo };
  let stage: Stage = 'extract';
  try {
    const extracted = await extract(state, stages, task);
    state.recordFailedSymbols(extracted.failedSymbols);
    state.recordSources(extracted.served ?? {}, extracted.failovers ?? []);
    stage = 'transform';
    state.reach(stage);
    const transformed = await stages.transformBatch(extracted);
    stage = 'validate';
    state.reach(stage);
    const validated = await stages.validateBatch(transformed);
    stage = 'load';
    state.reach(stage);
    const loaded = await stages.loadBatch(validated);
    state.recordLoaded(transformed.extracted, validated, loaded);
  } catch (error) {
    if (isCancellation(error)) {
      throw error;
    }
    const { type, code, headline } = stageFailureOf(error);
    const symbols = await duties.recordBatchFailure({ ...task, stage, code, message: headline });
    state.recordFailedBatch(symbols, `batch ${batchNo}, ${stage}: ${headline}`);
    if (type === 'ConfigurationError') {
      throw asWorkflowFailure(error);
    }
  }
}

/** Extracts; where no source may be asked now, waits for it by a timer and goes on with what was got. */
async function extract(
  state: JobState,
  stages: EtlActivities,
  task: BatchTask,
): Promise<ExtractedBatch> {
  let extracted = await stages.extractBatch(task);
  while (extracted.wait !== undefined) {
    const { ms, reason, resume } = extracted.wait;
    state.beginWaiting(reason);
    try {
      await sleep(ms);
    } finally {
      state.endWaiting();
    }
    extracted = await stages.extractBatch({ ...task, resume });
  }
  return extracted;
}
