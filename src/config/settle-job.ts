import type { EtlJobConfig } from '../domain/job.ts';
import { plural } from '../domain/plural.ts';
import type { SourceOrders } from '../domain/source-order.ts';
import type { StockSymbol } from '../domain/stock-symbol.ts';
import type { JobDefaults, JobType } from './job-defaults.ts';
import type { FieldReader } from './job-field-reader.ts';
import { settledOrder } from './job-orders.ts';
import { FILES_SOURCE } from './job-path.ts';
import { daysIn, type SettledRange } from './job-range.ts';
import { normaliseSymbol } from './job-symbols.ts';

/** A job that can be planned. */
export interface ParsedJob {
  readonly config: EtlJobConfig;
  /** Plain sentences for the operator: what was changed or should be considered. */
  readonly notes: readonly string[];
  /** historicalBackfill only: just what is missing of what was ever asked for. */
  readonly heal: boolean;
  /** historicalBackfill only: plan, and do nothing. */
  readonly dryRun: boolean;
  /** The caller named the range, or a part of it. */
  readonly isRangeGiven: boolean;
}

const JOB_NAMES: Readonly<Record<JobType, string>> = {
  etlJob: 'etl-job',
  dailyDataIngestion: 'daily-data-ingestion',
  historicalBackfill: 'historical-backfill',
};

/** All listed symbols, roughly; and the share of days that are sessions. */
const ALL_SYMBOLS = 5500;
const SESSIONS_PER_DAY = 243 / 365;
const LARGE_ROWS = 5_000_000;

/** The job of an input without a problem: what it does not say is the default's. */
export function settleJob(
  read: FieldReader,
  { range, orders }: { readonly range: SettledRange; readonly orders: SourceOrders | undefined },
  defaults: JobDefaults,
): ParsedJob {
  const notes = [...range.notes];
  const symbols = distinctSymbols(read.texts('symbols') ?? [], notes);
  const path = read.text('path');
  const given = read.texts('sources') ?? (path === undefined ? undefined : [FILES_SOURCE]);
  const config: EtlJobConfig = {
    jobName: read.text('job_name') ?? JOB_NAMES[defaults.jobType],
    symbols,
    startDate: range.startDate,
    endDate: range.endDate,
    batchSize: read.number('batch_size') ?? defaults.batchSize,
    qualityThreshold: read.number('quality_threshold') ?? defaults.qualityThreshold,
    retryFailed: read.flag('retry_failed', true),
    skipExisting: read.flag('skip_existing', true),
    validateData: read.flag('validate_data', true),
    cleanData: read.flag('clean_data', true),
    ...settledOrder(given, orders, defaults),
    path,
    concurrency: read.number('concurrency') ?? defaults.concurrency,
    ...sequenceOf(read),
  };
  const heal = read.flag('heal', false);
  // A healing job fetches only what is missing, whatever its range is.
  if (!heal) {
    noteSize(config, notes);
  }
  return {
    config,
    notes,
    heal,
    dryRun: read.flag('dry_run', false),
    isRangeGiven:
      read.text('start_date') !== undefined ||
      read.text('end_date') !== undefined ||
      read.number('days_back') !== undefined,
  };
}

/** When the job runs: before or after which others. */
function sequenceOf(
  read: FieldReader,
): Pick<EtlJobConfig, 'priority' | 'dependsOn' | 'onComplete'> {
  const priority = read.number('priority');
  const dependsOn = read.texts('depends_on');
  const onComplete = read.followUps();
  return {
    ...(priority === undefined ? {} : { priority }),
    ...(dependsOn === undefined ? {} : { dependsOn }),
    ...(onComplete === undefined ? {} : { onComplete }),
  };
}

function distinctSymbols(given: readonly string[], notes: string[]): readonly StockSymbol[] {
  const symbols = [...new Set(given.flatMap((text) => normaliseSymbol(text) ?? []))];
  const removed = given.length - symbols.length;
  if (removed > 0) {
    notes.push(`${plural(removed, 'duplicate symbol')} removed`);
  }
  return symbols;
}

/** A job that will take long says so before it starts. How many symbols files hold is not known here. */
function noteSize({ symbols, path, ...range }: EtlJobConfig, notes: string[]): void {
  const unnamed = path === undefined ? ALL_SYMBOLS : 0;
  const count = symbols.length === 0 ? unnamed : symbols.length;
  const rows = Math.round(count * daysIn(range) * SESSIONS_PER_DAY);
  if (rows > LARGE_ROWS) {
    notes.push(`a large job: up to ${(rows / 1e6).toFixed(0)} million rows`);
  }
}
