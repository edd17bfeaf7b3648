import type { ScheduleDefinition } from './schedule-definition.ts';

/** Somebody looks even where no monitoring scrapes the workers: what is not well is told through the notifications. */
export function hourlyHealth(cron: string): ScheduleDefinition {
  return {
    id: 'hourly-health-check',
    note: 'Looks at database, Temporal, queues, sources and the last session; tells of what is not well. Kept in schedules/: edit it there.',
    cron,
    timeZone: 'Asia/Shanghai',
    overlap: 'SKIP',
    catchupWindow: '10 minutes',
    jitter: '1 minute',
    pauseOnFailure: false,
    workflow: 'healthCheck',
    taskQueue: 'maintenance',
    input: {},
  };
}
