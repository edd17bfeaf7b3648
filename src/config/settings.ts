import { z } from 'zod';

import { cronFault } from './cron.ts';
import { databaseUrlFault, shownDatabaseUrl } from './database-url.ts';
import { FailoverSettings } from './failover-settings.ts';
import { MODEL_SETTINGS } from './model-settings.ts';
import { MONITORING_SETTINGS } from './monitoring-settings.ts';
import { NOTIFICATION_SETTINGS } from './notification-settings.ts';
import { QUALITY_SETTINGS } from './quality-settings.ts';
import { parseSourceOrder, SOURCE_ORDER_FORM, sourceOrderFault } from './source-order.ts';
import { SOURCE_SETTINGS } from './source-settings.ts';
import { SCHEDULE_SETTINGS } from './schedule-settings.ts';
import { Secret } from './secret.ts';
import {
  checked,
  decimal,
  directoryFault,
  hostAndPortFault,
  integer,
  isSettingMeta,
  namespaceFault,
  optional,
  prefixFault,
  retentionFault,
  storeFault,
  withDefault,
  type SettingMeta,
} from './setting-parsers.ts';

const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
const LOG_FORMATS = ['json', 'pretty'] as const;

const port = integer(1, 65_535);
const PORT = 'a whole number from 1 to 65535';
const SEED_MAX = 4_294_967_295;

/** Every variable that this program reads, with its default and what it means. An empty value counts as not set. */
export const Settings = z.object({
  DATABASE_URL: optional(
    checked(databaseUrlFault).transform((text) => new Secret(text, shownDatabaseUrl(text))),
    {
      meaning:
        'PostgreSQL to load into: postgres://user:password@host:port/database?sslmode=verify-full',
      expected: 'a postgres:// URL',
      fallback: 'an embedded PostgreSQL under CANDLEWICK_HOME',
    },
  ),
  CANDLEWICK_HOME: withDefault(checked(directoryFault), {
    meaning: 'Directory of the embedded servers, their data and the stores',
    expected: 'a directory',
    fallback: '.candlewick',
  }),
  CANDLEWICK_PG_PORT: withDefault(port, {
    meaning: 'Port of the embedded PostgreSQL on 127.0.0.1',
    expected: PORT,
    fallback: '55432',
  }),
  CANDLEWICK_TEMPORAL_PORT: withDefault(port, {
    meaning: 'Port of the embedded Temporal server on 127.0.0.1',
    expected: PORT,
    fallback: '7233',
  }),
  CANDLEWICK_TEMPORAL_UI_PORT: withDefault(port, {
    meaning: 'Port of the embedded Temporal Web UI on 127.0.0.1',
    expected: PORT,
    fallback: '8233',
  }),
  TEMPORAL_ADDRESS: optional(checked(hostAndPortFault), {
    meaning:
      "host:port of a Temporal server; Temporal's own TEMPORAL_TLS*, TEMPORAL_API_KEY and TEMPORAL_PROFILE apply",
    expected: 'host:port',
    fallback: 'an embedded Temporal server',
  }),
  TEMPORAL_NAMESPACE: withDefault(checked(namespaceFault), {
    meaning: 'Namespace on the Temporal server',
    expected: '1 to 255 characters of A-Z a-z 0-9 . _ -',
    fallback: 'default',
  }),
  CANDLEWICK_QUEUE_PREFIX: optional(checked(prefixFault), {
    meaning: "Put before the task queues' names; keeps tests and proofs apart from real work",
    expected: 'at most 64 characters of a-z 0-9 _ -',
    fallback: 'nothing',
  }),
  ETL_SOURCES: optional(checked(sourceOrderFault).transform(parseSourceOrder), {
    meaning:
      'Sources in the order in which they are asked, joined by commas; other orders by market or dataset follow: tushare,akshare; BSE=sina; trading_calendar=baostock',
    expected: SOURCE_ORDER_FORM,
    fallback:
      'files where ETL_FILES_ROOT is set, else those of tushare, akshare, baostock that have what they need',
  }),
  ...FailoverSettings,
  ETL_BATCH_SIZE: withDefault(integer(1, 100_000), {
    meaning: 'Symbols a batch, at most',
    expected: 'a whole number from 1 to 100000',
    fallback: '100',
  }),
  ETL_BATCH_ROWS: withDefault(integer(1000, 5_000_000), {
    meaning: 'Rows a batch, at most; bounds the memory of a worker',
    expected: 'a whole number from 1000 to 5000000',
    fallback: '125000',
  }),
  ETL_CONCURRENCY: withDefault(integer(1, 64), {
    meaning: 'Batches of a job in flight at the same time',
    expected: 'a whole number from 1 to 64 (each batch in flight holds a database connection)',
    fallback: '4',
  }),
  ETL_QUALITY_THRESHOLD: withDefault(decimal(0, 1), {
    meaning: 'Rows of a symbol whose quality score is lower go to quarantine',
    expected: 'a number from 0 to 1',
    fallback: '0.7',
  }),
  ...QUALITY_SETTINGS,
  ...MODEL_SETTINGS,
  ETL_RETRY_ATTEMPTS: withDefault(integer(1, 20), {
    meaning: 'Retries of a stage after a transient failure',
    expected: 'a whole number from 1 to 20',
    fallback: '3',
  }),
  ETL_RETRY_DELAY: optional(decimal(0, 3600), {
    meaning: 'Seconds before the first retry; it doubles with each',
    expected: 'seconds from 0 to 3600',
    fallback: 'by task queue',
  }),
  ETL_FILES_ROOT: withDefault(checked(directoryFault), {
    meaning: 'Directory below which the source files may read',
    expected: 'a directory',
    fallback: '.',
  }),
  ETL_SIMULATED_SEED: withDefault(integer(0, SEED_MAX), {
    meaning: 'Seed of the simulated market',
    expected: `a whole number from 0 to ${SEED_MAX}`,
    fallback: '1',
  }),
  ETL_SIMULATED_SYMBOLS: withDefault(integer(1, 10_000), {
    meaning: 'Symbols of the simulated market',
    expected: 'a whole number from 1 to 10000',
    fallback: '100',
  }),
  STORAGE_URL: optional(checked(storeFault), {
    meaning: 'Landing and staging: a directory, or s3://bucket/prefix?endpoint=…&region=…',
    expected: 'a directory or s3:// URL',
    fallback: '<CANDLEWICK_HOME>/store',
  }),
  DATA_RETENTION_DAYS: withDefault(checked(retentionFault).transform(Number), {
    meaning: 'Days for which payloads, staged batches and reports are kept',
    expected: 'days from 1 to 36500, as a whole number',
    fallback: '365',
  }),
  CLEANUP_SCHEDULE: withDefault(checked(cronFault), {
    meaning: 'When old data is cleaned up: cron in Asia/Shanghai',
    expected: 'five cron fields',
    fallback: '0 2 * * 0',
  }),
  ...SCHEDULE_SETTINGS,
  LOG_LEVEL: withDefault(z.enum(LOG_LEVELS), {
    meaning: 'Least important log line that is written',
    expected: `one of ${LOG_LEVELS.join(', ')}`,
    fallback: 'info',
  }),
  LOG_FORMAT: optional(z.enum(LOG_FORMATS), {
    meaning: 'json for machines, pretty for people',
    expected: `one of ${LOG_FORMATS.join(', ')}`,
    fallback: 'pretty on a terminal, else json',
  }),
  ...NOTIFICATION_SETTINGS,
  ...MONITORING_SETTINGS,
  ...SOURCE_SETTINGS,
  ETL_ALLOW_PLAINTEXT: withDefault(z.stringbool(), {
    meaning: 'Allow unencrypted connections to PostgreSQL, Temporal and S3 on other machines',
    expected: '1 or 0, true or false',
    fallback: '0',
  }),
  PGPORT: optional(port, {
    meaning: 'Port where DATABASE_URL names none',
    expected: PORT,
    fallback: '5432',
  }),
  CANDLEWICK_FAILPOINTS: optional(z.string(), {
    meaning:
      'For tests: where a worker kills itself, name=kill9@1; refused where NODE_ENV is production',
    expected: 'name=kill9@1 or name=throw@1, joined by commas',
    fallback: 'none',
  }),
});

export type SettingValues = z.output<typeof Settings>;
export type SettingName = keyof typeof Settings.shape;

export function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(Settings.shape, name);
}

export const SETTING_NAMES: readonly SettingName[] = Object.keys(Settings.shape).filter(
  isSettingName,
);

export function metaOf(name: SettingName): SettingMeta {
  const schema: z.ZodType = Settings.shape[name];
  const meta = schema.meta();
  if (!isSettingMeta(meta)) {
    throw new TypeError(`Setting ${name} has no description`);
  }
  return meta;
}
