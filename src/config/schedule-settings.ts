import { cronFault } from './cron.ts';
import { checked, integer, optional, retentionFault, withDefault } from './setting-parsers.ts';

/** When things run by themselves, and how long they are kept. */
export const SCHEDULE_SETTINGS = {
  DAILY_SCHEDULE: withDefault(checked(cronFault), {
    meaning: 'When the daily ingestion runs: cron in Asia/Shanghai',
    expected: 'five cron fields',
    fallback: '0 0 * * *',
  }),
  REPORT_SCHEDULE: withDefault(checked(cronFault), {
    meaning: 'When the weekly quality report is made: cron in Asia/Shanghai',
    expected: 'five cron fields',
    fallback: '0 6 * * 6',
  }),
  HEALTH_SCHEDULE: withDefault(checked(cronFault), {
    meaning:
      'When the workflow healthCheck looks and tells of what is not well: cron in Asia/Shanghai',
    expected: 'five cron fields',
    fallback: '30 * * * *',
  }),
  BARS_RETENTION_DAYS: optional(checked(retentionFault).transform(Number), {
    meaning: 'Days for which published bars are kept; removed by whole years',
    expected: 'days from 1 to 36500, as a whole number',
    fallback: 'for ever',
  }),
  CLEANUP_BATCH_ROWS: withDefault(integer(100, 1_000_000), {
    meaning: 'Rows that cleanup deletes in one transaction, at most',
    expected: 'a whole number from 100 to 1000000',
    fallback: '10000',
  }),
};
