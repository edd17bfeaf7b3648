import {
  CancellationScope,
  defineQuery,
  isCancellation,
  proxyActivities,
  setHandler,
  upsertMemo,
  workflowInfo,
} from '@temporalio/workflow';

import type { CheckActivities, CheckRequest } from '../activities/check-contract.ts';
import type { QualityCheckResult } from '../domain/quality-check.ts';
import type { CheckProgress, CheckState } from './check-progress.ts';
import { asWorkflowFailure } from './failures.ts';
import { runIdentity } from './stages.ts';

const checkProgressQuery = defineQuery<CheckProgress>('progress');

export const checkDuties = proxyActivities<CheckActivities>({
  startToCloseTimeout: '30 minutes',
  heartbeatTimeout: '6 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '30 seconds', maximumAttempts: 60 },
});

/** Shards at a time: each holds a thread and a connection. */
const CONCURRENCY = 2;

/** Plans a check, judges its shards, and sums them up. */
export async function runCheck(
  state: CheckState,
  kind: CheckRequest['kind'],
  input: unknown,
): Promise<QualityCheckResult> {
  setHandler(checkProgressQuery, () => state.progress, {
    description: 'Shards done, bars judged, findings and score so far.',
  });
  const { startTime, searchAttributes } = workflowInfo();
  const nominal: unknown = searchAttributes['TemporalScheduledStartTime']?.[0];
  const dueAt = (nominal instanceof Date ? nominal : startTime).toISOString();
  try {
    const plan = await checkDuties.planCheck({ ...runIdentity(), kind, input, dueAt });
    upsertMemo({ effectiveInput: plan.effectiveInput });
    state.adopt(plan);
    const { checkId } = plan;
    try {
      let next = 0;
      await Promise.all(
        Array.from({ length: CONCURRENCY }, async () => {
          while (next < plan.shards) {
            const shardNo = next;
            next += 1;
            state.record(await checkDuties.checkShard({ checkId, shardNo }));
          }
        }),
      );
    } catch (error) {
      await CancellationScope.nonCancellable(() =>
        checkDuties.finishCheck({ checkId, cancelled: true }),
      );
      throw error;
    }
    const result = await checkDuties.finishCheck({ checkId, cancelled: false });
    state.publishScore(result.score);
    return result;
  } catch (error) {
    throw isCancellation(error) ? error : asWorkflowFailure(error);
  }
}
