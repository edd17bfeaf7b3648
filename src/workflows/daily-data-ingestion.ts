import { continueAsNew } from '@temporalio/workflow';

import type { EtlMetrics } from '../domain/job.ts';
import { compareWithSecondSource } from './compare-sample.ts';
import type { JobContinuation } from './job-state.ts';
import { runJob } from './run-job.ts';

/** Brings every known symbol up to the last session that has ended, looking back seven days unless told otherwise. */
export async function dailyDataIngestion(
  input?: unknown,
  continued?: JobContinuation,
): Promise<EtlMetrics> {
  const end = await runJob('dailyDataIngestion', input, continued);
  if (end.kind === 'continue') {
    return continueAsNew<typeof dailyDataIngestion>(input, end.from);
  }
  await compareWithSecondSource(end.plan);
  return end.metrics;
}
