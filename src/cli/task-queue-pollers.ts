import proto from '@temporalio/proto';

import type { JobClient } from '../client/job-client.ts';

const { TaskQueueType } = proto.temporal.api.enums.v1;
const TYPES = [
  TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
  TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
] as const;
const TIMEOUT_MS = 5000;

/** Workers that asked a task queue for work lately, by the server's memory (about a minute). */
export async function pollersOf(
  { temporal }: JobClient,
  queue: string,
): Promise<readonly string[]> {
  const { namespace } = temporal.options;
  const answers = await temporal.withDeadline(Date.now() + TIMEOUT_MS, () =>
    Promise.all(
      TYPES.map((taskQueueType) =>
        temporal.workflowService.describeTaskQueue({
          namespace,
          taskQueue: { name: queue },
          taskQueueType,
        }),
      ),
    ),
  );
  const names = answers.flatMap(({ pollers }) => (pollers ?? []).map(({ identity }) => identity));
  return [...new Set(names.filter((name) => typeof name === 'string'))];
}

export async function isPolled(client: JobClient, queue: string): Promise<boolean> {
  return (await pollersOf(client, queue)).length > 0;
}
