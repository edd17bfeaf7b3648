import { dailyIngestion } from './daily-ingestion.ts';
import { hourlyHealth } from './hourly-health.ts';
import type { ScheduleDefinition } from './schedule-definition.ts';
import { weeklyCleanup } from './weekly-cleanup.ts';
import { weeklyDrift } from './weekly-drift.ts';
import { weeklyReport } from './weekly-report.ts';

/** When each of them runs: cron in Asia/Shanghai. */
export interface ScheduleTimes {
  readonly dailySchedule: string;
  readonly reportSchedule: string;
  readonly cleanupSchedule: string;
  readonly healthSchedule: string;
}

/** Saturday, an hour before the report's default. */
const DRIFT_AT = '0 5 * * 6';

/** Every schedule of the product. */
export function schedulesAt(times: ScheduleTimes): readonly ScheduleDefinition[] {
  return [
    dailyIngestion(times.dailySchedule),
    weeklyDrift(DRIFT_AT),
    weeklyReport(times.reportSchedule),
    weeklyCleanup(times.cleanupSchedule),
    hourlyHealth(times.healthSchedule),
  ];
}
