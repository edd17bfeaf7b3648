import { isCancellation, log, patched, proxyActivities } from '@temporalio/workflow';

import type { JobPlan } from '../activities/contract.ts';
import type { SampleActivities } from '../activities/sample-contract.ts';
import { runIdentity } from './stages.ts';

/** A sample is worth a few minutes and a few tries, not a night. */
const samples = proxyActivities<SampleActivities>({
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout: '6 seconds',
  retry: { initialInterval: '5 seconds', maximumAttempts: 3 },
});

/** Compares a few symbols of the run with another source. Whatever comes of it, the job has ended well. */
export async function compareWithSecondSource(plan: JobPlan): Promise<void> {
  const isIdle = plan.isDryRun === true || plan.account !== undefined || plan.batches === 0;
  if (isIdle || plan.comparesSample === false || !patched('cross-source-sample')) {
    return;
  }
  try {
    const outcome = await samples.compareSample(runIdentity());
    log.info('A sample was compared with another source', { ...outcome });
  } catch (error) {
    if (isCancellation(error)) {
      throw error;
    }
    log.warn('No sample could be compared with another source', { error: String(error) });
  }
}
