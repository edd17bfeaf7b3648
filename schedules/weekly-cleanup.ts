import type { ScheduleDefinition } from './schedule-definition.ts';

/** It deletes: after a failure it stays paused until a person has looked. A missed week is no loss, the next one does both. */
export function weeklyCleanup(cron: string): ScheduleDefinition {
  return {
    id: 'weekly-cleanup',
    note: 'Removes operational data past DATA_RETENTION_DAYS. Kept in schedules/: edit it there.',
    cron,
    timeZone: 'Asia/Shanghai',
    overlap: 'SKIP',
    catchupWindow: '6 hours',
    jitter: '5 minutes',
    pauseOnFailure: true,
    workflow: 'cleanupOldData',
    taskQueue: 'maintenance',
    input: {},
  };
}
