import { proxyActivities } from '@temporalio/workflow';

import type { ModelActivities } from '../activities/model-contract.ts';

/** Training reads much and computes for a minute; how often it is retried is decided by the error's class. */
export const modelDuties = proxyActivities<ModelActivities>({
  startToCloseTimeout: '1 hour',
  heartbeatTimeout: '10 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '30 seconds', maximumAttempts: 60 },
});
