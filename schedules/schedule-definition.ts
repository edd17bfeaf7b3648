import type { ScheduleOverlapPolicy } from '@temporalio/client';

import type { TaskQueue } from '../src/domain/task-queues.ts';

/** One schedule as data; `apply-schedules.ts` makes Temporal equal to it. */
export interface ScheduleDefinition {
  /** Of the schedule, and the beginning of the ids of the workflows it starts. */
  readonly id: string;
  readonly note: string;
  /** Five fields, in `timeZone`. */
  readonly cron: string;
  readonly timeZone: string;
  readonly overlap: keyof typeof ScheduleOverlapPolicy;
  /** How late a missed run may still start. */
  readonly catchupWindow: `${number} ${'minutes' | 'hours' | 'days'}`;
  readonly jitter: `${number} ${'minute' | 'minutes'}`;
  readonly pauseOnFailure: boolean;
  readonly workflow: string;
  readonly taskQueue: TaskQueue;
  readonly input: Readonly<Record<string, unknown>>;
}
