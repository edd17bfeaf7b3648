import type { ScheduleDefinition } from './schedule-definition.ts';

/** Every midnight in Shanghai: the day that has just ended, and the six before it. */
export const dailyIngestion: ScheduleDefinition = {
  id: 'daily-data-ingestion',
  note: 'Brings every known symbol up to the last session. Kept in schedules/: edit it there.',
  cron: '0 0 * * *',
  timeZone: 'Asia/Shanghai',
  overlap: 'SKIP',
  catchupWindow: '12 hours',
  jitter: '1 minute',
  pauseOnFailure: false,
  workflow: 'dailyDataIngestion',
  taskQueue: 'data_ingestion',
  input: {},
};
