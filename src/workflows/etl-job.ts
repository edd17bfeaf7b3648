import { continueAsNew } from '@temporalio/workflow';

import type { EtlMetrics } from '../domain/job.ts';
import type { JobContinuation } from './job-state.ts';
import { runJob } from './run-job.ts';

/**
 * Ingests the bars of some symbols over some days, as one ETLJobConfig says. Started with nothing or `{}`, it takes every
 * known symbol and the last seven days. `continued` is its own hand-over between runs and is never given by a caller.
 */
export async function etlJob(input?: unknown, continued?: JobContinuation): Promise<EtlMetrics> {
  const end = await runJob('etlJob', input, continued);
  return end.kind === 'continue' ? continueAsNew<typeof etlJob>(input, end.from) : end.metrics;
}
