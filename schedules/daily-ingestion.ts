import type { ScheduleDefinition } from './schedule-definition.ts';

/**
 * Every midnight in Shanghai: the day that has just ended, the six before it (corrections of the source enter with their
 * history) and every older gap. A run that is late waits for the one before it, so that no day is dropped.
 */
export function dailyIngestion(cron: string): ScheduleDefinition {
  return {
    id: 'daily-data-ingestion',
    note: 'Brings every known symbol up to the last session, and heals gaps. Kept in schedules/: edit it there.',
    cron,
    timeZone: 'Asia/Shanghai',
    overlap: 'BUFFER_ONE',
    catchupWindow: '12 hours',
    jitter: '1 minute',
    pauseOnFailure: false,
    workflow: 'dailyDataIngestion',
    taskQueue: 'data_ingestion',
    input: { skipExisting: false },
  };
}
