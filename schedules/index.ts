import { dailyIngestion } from './daily-ingestion.ts';
import type { ScheduleDefinition } from './schedule-definition.ts';
import { weeklyCleanup } from './weekly-cleanup.ts';
import { weeklyReport } from './weekly-report.ts';

/** When each of them runs: cron in Asia/Shanghai. */
export interface ScheduleTimes {
  readonly dailySchedule: string;
  readonly reportSchedule: string;
  readonly cleanupSchedule: string;
}

/** Every schedule of the product. */
export function schedulesAt(times: ScheduleTimes): readonly ScheduleDefinition[] {
  return [
    dailyIngestion(times.dailySchedule),
    weeklyReport(times.reportSchedule),
    weeklyCleanup(times.cleanupSchedule),
  ];
}
