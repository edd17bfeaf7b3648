import { ActivityCancellationType, proxyActivities } from '@temporalio/workflow';

import type { QuarantineActivities } from '../activities/quarantine-contract.ts';

/** Duties of the quality queue: minutes at most, heartbeat each second, a dead worker noticed in six. */
export const qualityDuties = proxyActivities<QuarantineActivities>({
  startToCloseTimeout: '30 minutes',
  heartbeatTimeout: '6 seconds',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: { initialInterval: '1 second', maximumInterval: '30 seconds', maximumAttempts: 60 },
});

/** The beginning of the queue's name may be a test's or a proof's; the end says the duty. */
export function siblingQueue(taskQueue: string, duty: 'data_ingestion'): string {
  return taskQueue.replace(/data_quality$/, duty);
}
