import {
  ActivityCancellationType,
  proxyActivities,
  workflowInfo,
  type ActivityInterfaceFor,
} from '@temporalio/workflow';

import type { EtlActivities, RunIdentity } from '../activities/contract.ts';

/**
 * How long a stage may run, and how soon a dead worker is noticed. How often a stage is retried is decided by the error's
 * class, in the activities' failure interceptor; the bound here only stops what no class decides (a worker that dies
 * each time).
 */
const HEARTBEAT_TIMEOUT = '6 seconds';
const ATTEMPTS_BOUND = 60;

/** Short duties beside the data: planning, records, the account at the end. */
export const duties = proxyActivities<EtlActivities>({
  startToCloseTimeout: '5 minutes',
  heartbeatTimeout: HEARTBEAT_TIMEOUT,
  retry: {
    initialInterval: '1 second',
    maximumInterval: '30 seconds',
    maximumAttempts: ATTEMPTS_BOUND,
  },
});

/** Activities that also take options at the call, such as the summary that the UI shows. */
export type StageProxies = ActivityInterfaceFor<EtlActivities>;

/** The four stages of a batch. A cancelled stage is awaited, so that nothing is left half-loaded. */
export function stagesOf(retryDelayMs: number, priorityKey: number): StageProxies {
  return proxyActivities<EtlActivities>({
    startToCloseTimeout: '30 minutes',
    // Daily work goes before backfill wherever a worker has to choose; old servers ignore it.
    priority: { priorityKey },
    heartbeatTimeout: HEARTBEAT_TIMEOUT,
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: {
      initialInterval: retryDelayMs,
      maximumInterval: '5 minutes',
      backoffCoefficient: 2,
      maximumAttempts: ATTEMPTS_BOUND,
    },
  });
}

/** Who this run is, the same after continue-as-new. */
export function runIdentity(): RunIdentity {
  const { workflowId, firstExecutionRunId } = workflowInfo();
  return { jobId: workflowId, runId: firstExecutionRunId };
}
