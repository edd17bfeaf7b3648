import { isCancellation, sleep } from '@temporalio/workflow';

import type { BatchTask, ExtractedBatch } from '../activities/contract.ts';
import { asWorkflowFailure, stageFailureOf } from './failures.ts';
import type { JobState } from './job-state.ts';
import { duties, runIdentity, type StageProxies } from './stages.ts';

type Stage = 'extract' | 'transform' | 'validate' | 'load';

/**
 * One batch through its four stages. A batch that fails marks its symbols as failed and stops nobody else; only a fault
 * of the configuration ends the job, since every other batch would meet it too.
 */
export async function runBatch(
  state: JobState,
  stages: StageProxies,
  batchNo: number,
): Promise<void> {
  const task: BatchTask = { ...runIdentity(), batchNo };
  // Shown beside the activity in the Temporal UI.
  const { total } = state.progress.batches;
  const summary = batchNo < total ? `batch ${batchNo + 1} of ${total}` : 'failed symbols, again';
  let stage: Stage = 'extract';
  try {
    const extracted = await extract(state, stages, { task, summary });
    state.recordFailedSymbols(extracted.failedSymbols, extracted.failure);
    state.recordSources(extracted.served ?? {}, extracted.failovers ?? []);
    stage = 'transform';
    state.reach(stage);
    const transformed = await stages.transformBatch.executeWithOptions({ summary }, [extracted]);
    stage = 'validate';
    state.reach(stage);
    const validated = await stages.validateBatch.executeWithOptions({ summary }, [transformed]);
    stage = 'load';
    state.reach(stage);
    const loaded = await stages.loadBatch.executeWithOptions({ summary }, [validated]);
    state.recordLoaded(transformed.extracted, validated, loaded);
  } catch (error) {
    if (isCancellation(error)) {
      throw error;
    }
    const failure = stageFailureOf(error);
    const { type, code, headline } = failure;
    const symbols = await duties.recordBatchFailure({ ...task, stage, code, message: headline });
    state.recordFailedBatch(symbols, failure, `batch ${batchNo}, ${stage}: ${headline}`);
    if (type === 'ConfigurationError') {
      throw asWorkflowFailure(error);
    }
  }
}

/** Extracts; where no source may be asked now, waits for it by a timer and goes on with what was got. */
async function extract(
  state: JobState,
  stages: StageProxies,
  { task, summary }: { readonly task: BatchTask; readonly summary: string },
): Promise<ExtractedBatch> {
  const { extractBatch } = stages;
  let extracted = await extractBatch.executeWithOptions({ summary }, [task]);
  while (extracted.wait !== undefined) {
    const { ms, reason, resume } = extracted.wait;
    state.beginWaiting(reason);
    try {
      await sleep(ms);
    } finally {
      state.endWaiting();
    }
    extracted = await extractBatch.executeWithOptions({ summary }, [{ ...task, resume }]);
  }
  return extracted;
}
