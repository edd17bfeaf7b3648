import { WorkflowIdReusePolicy } from '@temporalio/common';
import { ParentClosePolicy, startChild, workflowInfo } from '@temporalio/workflow';

import type { JobPlan } from '../activities/contract.ts';
import type { FollowUp } from '../domain/job.ts';

const QUEUE_OF: Readonly<Partial<Record<FollowUp['job'], string>>> = {
  dataQualityCheck: 'data_quality',
  generateQualityReport: 'data_quality',
  cleanupOldData: 'maintenance',
};
const OWN_QUEUE = 'data_ingestion';

/** Starts what the job's owner wants after it; each lives on by itself. Only a job that has not failed comes here. */
export async function startFollowUps({ onComplete = [], jobId }: JobPlan): Promise<void> {
  const prefix = workflowInfo().taskQueue.slice(0, -OWN_QUEUE.length);
  for (const [index, { job, input }] of onComplete.entries()) {
    await startChild(job, {
      workflowId: `${jobId}/then/${index}-${job}`,
      taskQueue: `${prefix}${QUEUE_OF[job] ?? OWN_QUEUE}`,
      args: input === undefined ? [] : [input],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
    });
  }
}
