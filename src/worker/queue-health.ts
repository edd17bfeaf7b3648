import type { Client } from '@temporalio/client';
import proto from '@temporalio/proto';

import type { QueueHealth, TemporalHealth } from '../domain/health.ts';
import { queueName, TASK_QUEUES, type TaskQueue } from '../domain/task-queues.ts';

const { TaskQueueType } = proto.temporal.api.enums.v1;
type TaskQueueKind = (typeof TaskQueueType)[keyof typeof TaskQueueType];
const TIMEOUT_MS = 5000;

/** Whether Temporal answers, what waits in its queues, and how many jobs run. */
export async function probeTemporal(client: Client, queuePrefix: string): Promise<TemporalHealth> {
  const startedAt = performance.now();
  return client.withDeadline(Date.now() + TIMEOUT_MS, async () => {
    const [queues, active] = await Promise.all([
      Promise.all(TASK_QUEUES.map((queue) => queueHealth(client, queue, queuePrefix))),
      client.workflow.count('ExecutionStatus = "Running" AND JobType IS NOT NULL'),
    ]);
    return {
      latencyMs: Math.round(performance.now() - startedAt),
      queues,
      activeJobs: active.count,
    };
  });
}

async function queueHealth(
  client: Client,
  queue: TaskQueue,
  queuePrefix: string,
): Promise<QueueHealth> {
  const [workflows, activities] = await Promise.all([
    statsOf(client, queueName(queue, queuePrefix), TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW),
    statsOf(client, queueName(queue, queuePrefix), TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY),
  ]);
  return {
    queue,
    workflowTasks: workflows.backlog,
    activityTasks: activities.backlog,
    oldestSeconds: Math.max(workflows.ageSeconds, activities.ageSeconds),
    pollers: new Set([...workflows.pollers, ...activities.pollers]).size,
  };
}

interface QueueStats {
  readonly backlog: number;
  readonly ageSeconds: number;
  readonly pollers: readonly string[];
}

async function statsOf(
  { workflowService, options: { namespace } }: Client,
  name: string,
  taskQueueType: TaskQueueKind,
): Promise<QueueStats> {
  const { stats, pollers } = await workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name },
    taskQueueType,
    reportStats: true,
  });
  const age = stats?.approximateBacklogAge;
  const backlog = Number(stats?.approximateBacklogCount ?? 0);
  return {
    backlog,
    // The server keeps the age of what has gone.
    ageSeconds: backlog === 0 ? 0 : Number(age?.seconds ?? 0) + (age?.nanos ?? 0) / 1e9,
    pollers: (pollers ?? []).map(({ identity }) => identity ?? ''),
  };
}
