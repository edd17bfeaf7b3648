import { dailyIngestion } from './daily-ingestion.ts';
import type { ScheduleDefinition } from './schedule-definition.ts';

/** Every schedule of the product. */
export const schedules: readonly ScheduleDefinition[] = [dailyIngestion];
