import { continueAsNew, proxyActivities } from '@temporalio/workflow';

import type { CoverageActivities } from '../activities/coverage-contract.ts';
import type { CoverageProof, JobEstimate } from '../domain/coverage.ts';
import type { EtlMetrics } from '../domain/job.ts';
import type { JobContinuation } from './job-state.ts';
import { runJob } from './run-job.ts';
import { runIdentity } from './stages.ts';

/** A backfill's account, with what was planned and, at its end, the proof of what is there. */
export interface BackfillReport extends EtlMetrics {
  readonly plan: JobEstimate | undefined;
  readonly coverage: CoverageProof | undefined;
  /** What the planner has to say. */
  readonly notes: readonly string[];
}

const { proveCoverage } = proxyActivities<CoverageActivities>({
  startToCloseTimeout: '30 minutes',
  heartbeatTimeout: '6 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '30 seconds', maximumAttempts: 60 },
});

/**
 * Brings what is missing of the last years (5) of all symbols, oldest first, at the lowest priority. With `heal`: what is
 * missing of all that was ever asked for. With `dryRun`: only tells what it would do. The last thing it does is to prove,
 * from the tables, what is there.
 */
export async function historicalBackfill(
  input?: unknown,
  continued?: JobContinuation,
): Promise<BackfillReport> {
  const end = await runJob('historicalBackfill', input, continued);
  if (end.kind === 'continue') {
    return continueAsNew<typeof historicalBackfill>(input, end.from);
  }
  const { estimate: plan, notes, isDryRun } = end.plan;
  const coverage = isDryRun === true ? undefined : await proveCoverage(runIdentity());
  return { ...end.metrics, plan, coverage, notes };
}
