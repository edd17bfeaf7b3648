/** `etlJob` after a careless change: a timer before the first activity, without `patched()`. */
import { sleep } from '@temporalio/workflow';

import { runJob } from '../../src/workflows/run-job.ts';

export async function etlJob(input?: unknown): Promise<unknown> {
  await sleep(1);
  return runJob('etlJob', input, undefined);
}
