import type { ScheduleDefinition } from './schedule-definition.ts';

/** Saturday morning in Shanghai, after the week's last session has been loaded. */
export function weeklyReport(cron: string): ScheduleDefinition {
  return {
    id: 'weekly-quality-report',
    note: 'Makes the quality report of the last 90 days. Kept in schedules/: edit it there.',
    cron,
    timeZone: 'Asia/Shanghai',
    overlap: 'SKIP',
    catchupWindow: '2 days',
    jitter: '5 minutes',
    pauseOnFailure: false,
    workflow: 'generateQualityReport',
    taskQueue: 'data_quality',
    input: {},
  };
}
