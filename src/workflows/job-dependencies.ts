import { ApplicationFailure } from '@temporalio/common';
import { proxyActivities, sleep } from '@temporalio/workflow';

import type { JobPlan } from '../activities/contract.ts';
import type { DependencyActivities } from '../activities/dependency-contract.ts';
import type { JobState } from './job-state.ts';

const { checkDependencies } = proxyActivities<DependencyActivities>({
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '1 second', maximumInterval: '30 seconds' },
});

/** Between two looks: short at first, so that a chain of short jobs is quick, then a minute. */
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 60_000;
/** A day at a minute's pace; a job that waits longer waits for one that never ran. */
const MOST_LOOKS = 1500;

/** Waits until the jobs that this one depends on have ended well. @throws ApplicationFailure DependencyFailed */
export async function awaitDependencies(
  { dependsOn, runId, jobName }: JobPlan,
  state: JobState,
): Promise<void> {
  if (dependsOn === undefined || dependsOn.length === 0) {
    return;
  }
  let waitMs = FIRST_WAIT_MS;
  for (let look = 0; look < MOST_LOOKS; look += 1) {
    const answer = await checkDependencies({ jobIds: dependsOn, runId });
    state.awaitJobs(answer.kind === 'waiting' ? answer.on : []);
    if (answer.kind === 'met') {
      return;
    }
    if (answer.kind === 'refused') {
      throw refusal(`Job ${jobName} does not run: ${answer.reason}`);
    }
    await sleep(waitMs);
    waitMs = Math.min(LONGEST_WAIT_MS, waitMs * 2);
  }
  throw refusal(`Job ${jobName} has waited a day for ${dependsOn.join(', ')}`);
}

/** Such a job has failed although none of its symbols has. */
export function isDependencyFailure(error: unknown): boolean {
  return error instanceof ApplicationFailure && error.type === 'DependencyFailed';
}

function refusal(message: string): ApplicationFailure {
  return ApplicationFailure.create({
    type: 'DependencyFailed',
    message: `ETL-JOB-120 ${message}`,
    nonRetryable: true,
  });
}
