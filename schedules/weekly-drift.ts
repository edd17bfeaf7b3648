import type { ScheduleDefinition } from './schedule-definition.ts';

/** An hour before the weekly report, so that the report can tell of it. */
export function weeklyDrift(cron: string): ScheduleDefinition {
  return {
    id: 'weekly-model-drift',
    note: 'Measures whether the anomaly model still knows the market. Kept in schedules/: edit it there.',
    cron,
    timeZone: 'Asia/Shanghai',
    overlap: 'SKIP',
    catchupWindow: '2 days',
    jitter: '5 minutes',
    pauseOnFailure: false,
    workflow: 'measureModelDrift',
    taskQueue: 'data_quality',
    input: {},
  };
}
