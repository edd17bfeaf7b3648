import { resolve } from 'node:path';

import type { ConfigurationError } from '../domain/errors.ts';
import type { SourceOrders } from '../domain/source-order.ts';
import { isSecretKey, REDACTED } from '../observability/redact.ts';
import { readEnvFile } from './env-file.ts';
import type { QuotaSetting } from './failover-settings.ts';
import { nearest } from './nearest.ts';
import type { ANOMALY_MODELS } from './model-settings.ts';
import { describeValue, problemsError, type Problem } from './problems.ts';
import { remoteSourcesOf, sourceOrderOf, type RemoteSourceConfig } from './remote-sources.ts';
import { Secret } from './secret.ts';
import {
  isSettingName,
  metaOf,
  SETTING_NAMES,
  Settings,
  type SettingName,
  type SettingValues,
} from './settings.ts';
import { unsafeSettings } from './unsafe-settings.ts';
import { secretsOfWebhooks, type Webhook } from './webhook.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Who is told of what (`notification-settings.ts`). */
export interface NotificationConfig {
  readonly webhooks: readonly Webhook[];
  readonly smtpUrl: Secret | undefined;
  readonly mailTo: readonly string[];
  readonly mailFrom: string;
  readonly severity: SettingValues['ETL_NOTIFY_SEVERITY'];
  readonly mailSeverity: SettingValues['ETL_NOTIFY_MAIL_SEVERITY'];
  readonly classes: readonly string[];
  readonly windowMs: number;
}

/** The configuration of a process. Paths are absolute; secrets are wrapped, so that it may be shown as it is. */
export interface Config {
  readonly home: string;
  /** undefined: use the embedded server. */
  readonly databaseUrl: Secret | undefined;
  readonly pgPort: number;
  readonly temporalAddress: string | undefined;
  readonly temporalNamespace: string;
  readonly temporalPort: number;
  readonly temporalUiPort: number;
  readonly queuePrefix: string;
  readonly sources: readonly string[];
  /** By market and dataset, where it differs. */
  readonly orders: SourceOrders;
  /** By source, in place of its own. */
  readonly quotas: ReadonlyMap<string, QuotaSetting>;
  /** First cool-down of a source that fails. */
  readonly breakerCoolDownMs: number;
  readonly batchSize: number;
  readonly batchRows: number;
  readonly concurrency: number;
  readonly qualityThreshold: number;
  /** Which model ranks what rules leave open. */
  readonly anomalyModel: (typeof ANOMALY_MODELS)[number];
  /** Share of right rows that a model may flag. */
  readonly anomalyContamination: number;
  /** Share of a batch's rows that are scored, at most. */
  readonly anomalyShare: number;
  /** undefined: the rules of the catalogue as they are. Read for each job: see `readRulesFile`. */
  readonly rulesFile: string | undefined;
  readonly sampleSymbols: number;
  readonly retryAttempts: number;
  /** undefined: by task queue. */
  readonly retryDelayMs: number | undefined;
  readonly filesRoot: string;
  readonly simulatedSeed: number;
  readonly simulatedSymbols: number;
  readonly storageUrl: string;
  readonly retentionDays: number;
  readonly cleanupSchedule: string;
  readonly dailySchedule: string;
  readonly reportSchedule: string;
  readonly healthSchedule: string;
  /** undefined: for ever. */
  readonly barsRetentionDays: number | undefined;
  readonly cleanupBatchRows: number;
  readonly logLevel: SettingValues['LOG_LEVEL'];
  /** undefined: pretty on a terminal, else JSON. */
  readonly logFormat: SettingValues['LOG_FORMAT'];
  readonly remoteSources: RemoteSourceConfig;
  readonly notifications: NotificationConfig;
  /** undefined: none; 0: any that is free. */
  readonly httpPort: number | undefined;
  readonly httpHost: string;
  /** undefined: no traces. */
  readonly otlpEndpoint: string | undefined;
  readonly allowPlaintext: boolean;
  readonly failpoints: string | undefined;
  /** Every value in the environment that looks like a secret, for the logger to blank out. */
  readonly secrets: readonly Secret[];
  /** Names that look like ours and are not: `ETL_BATCHSIZE`. */
  readonly warnings: readonly string[];
}

export const ENV_FILE = '.env';

/**
 * Reads `env` and, below it, a `.env` file. Of the process's own environment the file's variables become part, so that
 * Temporal's and AWS's own settings may stand there too. @throws ConfigurationError ETL-CFG-101 naming every fault.
 */
export function loadConfig(env: Environment = process.env, envFile: string = ENV_FILE): Config {
  const file = readEnvFile(envFile);
  const merged = mergeEnvironments(file, env);
  const config = parseConfig(merged);
  if (env === process.env) {
    for (const [name, value] of Object.entries(file)) {
      process.env[name] ??= value;
    }
  }
  return config;
}

/** The real environment wins over the file, an empty value over nothing. */
export function mergeEnvironments(file: Environment, env: Environment): Environment {
  const set = Object.entries(env).filter(([, value]) => value !== undefined && value !== '');
  return { ...file, ...Object.fromEntries(set) };
}

/** The configuration in an environment. @throws ConfigurationError ETL-CFG-101 naming every fault. */
export function parseConfig(env: Environment): Config {
  const given = Object.fromEntries(
    SETTING_NAMES.flatMap((name) => {
      const text = env[name]?.trim();
      return text === undefined || text === '' ? [] : [[name, text]];
    }),
  );
  const parsed = Settings.safeParse(given);
  if (!parsed.success) {
    throw configError(firstOfEach(parsed.error.issues).map((issue) => problemOf(issue, given)));
  }
  const problems = [...unsafeSettings(parsed.data, env)];
  if (problems.length > 0) {
    throw configError(problems);
  }
  return toConfig(parsed.data, env);
}

function configError(problems: readonly Problem[]): ConfigurationError {
  return problemsError(problems, {
    code: 'ETL-CFG-101',
    subject: 'the configuration (environment or .env)',
  });
}

function toConfig(values: SettingValues, env: Environment): Config {
  const home = resolve(values.CANDLEWICK_HOME);
  const remoteSources = remoteSourcesOf(values);
  return {
    home,
    databaseUrl: values.DATABASE_URL,
    pgPort: values.CANDLEWICK_PG_PORT,
    temporalAddress: values.TEMPORAL_ADDRESS,
    temporalNamespace: values.TEMPORAL_NAMESPACE,
    temporalPort: values.CANDLEWICK_TEMPORAL_PORT,
    temporalUiPort: values.CANDLEWICK_TEMPORAL_UI_PORT,
    queuePrefix: values.CANDLEWICK_QUEUE_PREFIX ?? '',
    ...sourceOrderOf(values, remoteSources),
    quotas: values.ETL_QUOTA ?? new Map(),
    breakerCoolDownMs: Math.round(values.ETL_BREAKER_COOLDOWN * 1000),
    batchSize: values.ETL_BATCH_SIZE,
    batchRows: values.ETL_BATCH_ROWS,
    concurrency: values.ETL_CONCURRENCY,
    qualityThreshold: values.ETL_QUALITY_THRESHOLD,
    anomalyModel: values.ETL_ANOMALY_MODEL,
    anomalyContamination: values.ETL_ANOMALY_CONTAMINATION,
    anomalyShare: values.ETL_ANOMALY_SHARE,
    sampleSymbols: values.ETL_SAMPLE_SYMBOLS,
    rulesFile: values.ETL_RULES_FILE === undefined ? undefined : resolve(values.ETL_RULES_FILE),
    retryAttempts: values.ETL_RETRY_ATTEMPTS,
    retryDelayMs:
      values.ETL_RETRY_DELAY === undefined ? undefined : Math.round(values.ETL_RETRY_DELAY * 1000),
    filesRoot: resolve(values.ETL_FILES_ROOT),
    simulatedSeed: values.ETL_SIMULATED_SEED,
    simulatedSymbols: values.ETL_SIMULATED_SYMBOLS,
    storageUrl: values.STORAGE_URL ?? resolve(home, 'store'),
    retentionDays: values.DATA_RETENTION_DAYS,
    cleanupSchedule: values.CLEANUP_SCHEDULE,
    dailySchedule: values.DAILY_SCHEDULE,
    reportSchedule: values.REPORT_SCHEDULE,
    healthSchedule: values.HEALTH_SCHEDULE,
    barsRetentionDays: values.BARS_RETENTION_DAYS,
    cleanupBatchRows: values.CLEANUP_BATCH_ROWS,
    logLevel: values.LOG_LEVEL,
    logFormat: values.LOG_FORMAT,
    remoteSources,
    notifications: notificationsOf(values),
    httpPort: values.CANDLEWICK_HTTP_PORT,
    httpHost: values.CANDLEWICK_HTTP_HOST,
    otlpEndpoint: values.OTEL_EXPORTER_OTLP_ENDPOINT,
    allowPlaintext: values.ETL_ALLOW_PLAINTEXT,
    failpoints: values.CANDLEWICK_FAILPOINTS,
    secrets: secretsOf(values, env),
    warnings: [...misspelt(env)],
  };
}

function notificationsOf(values: SettingValues): NotificationConfig {
  return {
    webhooks: values.ETL_NOTIFY_WEBHOOKS ?? [],
    smtpUrl: values.ETL_NOTIFY_SMTP_URL,
    mailTo: values.ETL_NOTIFY_MAIL_TO ?? [],
    mailFrom: values.ETL_NOTIFY_MAIL_FROM,
    severity: values.ETL_NOTIFY_SEVERITY,
    mailSeverity: values.ETL_NOTIFY_MAIL_SEVERITY,
    classes: values.ETL_NOTIFY_CLASSES,
    windowMs: values.ETL_NOTIFY_WINDOW * 1000,
  };
}

interface Issue {
  readonly code: string | undefined;
  readonly message: string;
  readonly path: readonly PropertyKey[];
}

function firstOfEach(issues: readonly Issue[]): readonly Issue[] {
  const names = issues.map(({ path }) => path[0]);
  return issues.filter(({ path }, index) => names.indexOf(path[0]) === index);
}

function problemOf({ code, message, path }: Issue, given: Environment): Problem {
  const name = String(path[0]);
  if (!isSettingName(name)) {
    return { field: name, got: undefined, expected: 'a known variable' };
  }
  const text = given[name] ?? '';
  return {
    field: name,
    got: isSecretSetting(name) ? REDACTED : describeValue(text, name),
    expected: code === 'custom' ? message : metaOf(name).expected,
    suggestion: suggest(name, text),
  };
}

/** Never shown, not even when it is wrong: above all when it is wrong, since nobody can tell which part is the password. */
function isSecretSetting(name: SettingName): boolean {
  return isSecretKey(name);
}

function suggest(name: SettingName, text: string): string | undefined {
  const percent = /^(\d{1,3})%?$/.exec(text)?.[1];
  if (name === 'ETL_QUALITY_THRESHOLD' && percent !== undefined && Number(percent) <= 100) {
    return String(Number(percent) / 100);
  }
  const days = /^([1-9]\d{0,4})\s*d(ays)?$/i.exec(text)?.[1];
  if (name === 'DATA_RETENTION_DAYS' && days !== undefined) {
    return days;
  }
  const address = /^[a-z]+:\/\/([A-Za-z0-9.-]+:\d+)\/?$/.exec(text)?.[1];
  return name === 'TEMPORAL_ADDRESS' ? address : undefined;
}

/** Shorter values of variables that merely sound secret would blank out common words. */
const MIN_SECRET_LENGTH = 8;

function secretsOf(values: SettingValues, env: Environment): readonly Secret[] {
  const named = Object.entries(env).flatMap(([name, value]) =>
    isSecretKey(name) && value !== undefined && value.length >= MIN_SECRET_LENGTH ? [value] : [],
  );
  const parts = [values.DATABASE_URL, values.ETL_NOTIFY_SMTP_URL].flatMap((url) => {
    const password = url === undefined ? '' : new URL(url.reveal()).password;
    return password === '' ? [] : [password, decodeURIComponent(password)];
  });
  const webhooks = secretsOfWebhooks(values.ETL_NOTIFY_WEBHOOKS ?? []);
  return [...new Set([...named, ...parts, ...webhooks])].map((value) => new Secret(value));
}

function* misspelt(env: Environment): Iterable<string> {
  for (const name of Object.keys(env)) {
    if (/^(ETL|CANDLEWICK)_/.test(name) && !isSettingName(name)) {
      const meant = nearest(name, SETTING_NAMES);
      yield `${name} is no setting${meant === undefined ? '' : `; did you mean ${meant}?`}`;
    }
  }
}
