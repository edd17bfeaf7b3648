import { workflowInfo } from '@temporalio/workflow';

import type { JobPlan } from '../activities/contract.ts';
import type { EtlMetrics } from '../domain/job.ts';

/** The account of a dry run: everything is still to come. */
export function metricsOfPlan({ jobId, runId, jobName, symbols }: JobPlan): EtlMetrics {
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
    recordsExtracted: 0,
    recordsTransformed: 0,
    recordsLoaded: 0,
    recordsUpdated: 0,
    recordsUnchanged: 0,
    recordsFailed: 0,
    recordsQuarantined: 0,
    recordsDuplicate: 0,
    recordsSuspended: 0,
    qualityScore: undefined,
    successRate: 1,
    sources: {},
    errorMessages: [],
  };
}
