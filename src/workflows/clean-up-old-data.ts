import {
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  upsertMemo,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';

import type { CleanupActivities } from '../activities/cleanup-contract.ts';
import type { CleanupClass, CleanupItem, CleanupPlan, CleanupReport } from '../domain/cleanup.ts';
import { asWorkflowFailure } from './failures.ts';
import { JOB_NAME, JOB_TYPE } from './search-attribute-keys.ts';

const { planCleanup, cleanUp } = proxyActivities<CleanupActivities>({
  startToCloseTimeout: '6 hours',
  heartbeatTimeout: '30 seconds',
  retry: { initialInterval: '5 seconds', maximumInterval: '5 minutes', maximumAttempts: 20 },
});

/**
 * Removes operational data past its retention, and whole years of bars where BARS_RETENTION_DAYS asks for it; `{"dryRun":
 * true}` only shows the plan. Batch by batch under short locks; safe to repeat.
 */
export async function cleanupOldData(input?: unknown): Promise<CleanupReport> {
  upsertSearchAttributes([
    { key: JOB_TYPE, value: 'cleanupOldData' },
    { key: JOB_NAME, value: 'cleanup-old-data' },
  ]);
  const { startTime, searchAttributes } = workflowInfo();
  const nominal: unknown = searchAttributes['TemporalScheduledStartTime']?.[0];
  const dueAt = (nominal instanceof Date ? nominal : startTime).toISOString();
  try {
    const plan = await planCleanup({ input, dueAt });
    upsertMemo({ plan: plan.items.map(lineOf) });
    const removed: Partial<Record<CleanupClass, number>> = {};
    show(plan, removed);
    for (const item of plan.isDryRun ? [] : plan.items) {
      removed[item.dataClass] = item.count === 0 ? 0 : await cleanUp(item);
      show(plan, removed);
    }
    return { ...plan, removed };
  } catch (error) {
    throw isCancellation(error) ? error : asWorkflowFailure(error);
  }
}

function lineOf({ dataClass, before, count, years, keeps }: CleanupItem): string {
  const which = years.length === 0 ? `before ${before}` : `of ${years.join(', ')}`;
  return `${dataClass}: ${count} ${which}${keeps === undefined ? '' : ` (${keeps})`}`;
}

function show(
  { items, isDryRun }: CleanupPlan,
  removed: Readonly<Partial<Record<CleanupClass, number>>>,
): void {
  setCurrentDetails(
    items
      .map((item) => {
        const done = removed[item.dataClass];
        const state = done === undefined ? 'to be removed' : `${done} removed`;
        return `- ${lineOf(item)}${isDryRun ? ', dry run' : `, ${state}`}`;
      })
      .join('\n'),
  );
}
