/** The task queues by duty; their names are the original's. */
export const TASK_QUEUES = ['data_ingestion', 'data_quality', 'maintenance'] as const;
export type TaskQueue = (typeof TASK_QUEUES)[number];

/** The queue's name on the server: `prefix` keeps tests and proofs apart from real work. */
export function queueName(queue: TaskQueue, prefix: string): string {
  return `${prefix}${queue}`;
}
