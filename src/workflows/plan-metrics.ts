import { workflowInfo } from '@temporalio/workflow';

import type { JobPlan } from '../activities/contract.ts';
import { NO_RECORDS, type EtlMetrics } from '../domain/job.ts';

/** The account of a dry run: everything is still to come. */
export function metricsOfPlan({ jobId, runId, jobName, symbols, notes }: JobPlan): EtlMetrics {
  return {
    jobName,
    jobId,
    runId,
    status: 'pending',
    stage: 'extract',
    startTime: workflowInfo().startTime.toISOString(),
    endTime: undefined,
    durationSeconds: 0,
    symbols,
    symbolsFailed: [],
    ...NO_RECORDS,
    qualityScore: undefined,
    successRate: 1,
    sources: {},
    errorMessages: [],
    notes,
  };
}
