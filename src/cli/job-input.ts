import { text as readAll } from 'node:stream/consumers';

import { CALENDAR_DAYS } from '../calendar/trading-calendar.ts';
import type { Config } from '../config/config.ts';
import type { JobType } from '../config/job-defaults.ts';
import { ConfigurationError } from '../domain/errors.ts';
import type { EtlJobConfig } from '../domain/job.ts';
import { usageError } from './cli-error.ts';
import type { JobOptions } from './job-options.ts';

/** The job's input as it is sent: exactly what was given, so that an equal request has an equal id. */
type JobRequest = Readonly<Record<string, unknown>>;

export interface CheckedJob {
  readonly request: JobRequest;
  /** What the worker will make of it, with this process's defaults. */
  readonly config: EtlJobConfig;
  readonly notes: readonly string[];
}

/** The fields that options set. @throws where --symbols-file cannot be read */
export async function fieldsOf(options: JobOptions): Promise<JobRequest> {
  const listed =
    options.symbolsFile === undefined ? [] : symbolsIn(await readTextOf(options.symbolsFile));
  const symbols = [...(options.symbols ?? []), ...listed];
  const fields = {
    job_name: options.jobName,
    symbols:
      options.symbols === undefined && options.symbolsFile === undefined ? undefined : symbols,
    start_date: options.from,
    end_date: options.to,
    days_back: options.daysBack,
    batch_size: options.batchSize,
    quality_threshold: options.qualityThreshold,
    retry_failed: options.retryFailed,
    skip_existing: options.skipExisting,
    validate_data: options.validateData,
    clean_data: options.cleanData,
    sources: options.source,
    path: options.path,
    concurrency: options.concurrency,
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** Symbols as people keep them in files: one a line or joined by commas or spaces; # begins a comment. */
export function symbolsIn(text: string): readonly string[] {
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .flatMap((line) => line.replace(/#.*$/, '').split(/[\s,;]+/))
    .filter((word) => word !== '');
}

/** The request that options and --input make together. What is no object is passed on, for the check to name it. */
export async function requestOf(options: JobOptions): Promise<unknown> {
  const fields = await fieldsOf(options);
  if (options.input === undefined) {
    return fields;
  }
  if (options.input === '-' && options.symbolsFile === '-') {
    throw usageError('--input and --symbols-file cannot both read stdin');
  }
  return mergeRequest(await readJobFrom(options.input), fields);
}

async function readJobFrom(place: string): Promise<unknown> {
  const { parseJobText, readJobFile } = await import('../config/job-file.ts');
  return place === '-' ? parseJobText(await readTextOf('-'), 'stdin') : readJobFile(place);
}

/** Fields of options replace those of the file in either spelling. */
export function mergeRequest(given: unknown, fields: JobRequest): unknown {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    return given ?? fields;
  }
  const replaced = new Set(Object.keys(fields).flatMap((name) => [name, camelCase(name)]));
  const kept = Object.entries(given).filter(([key]) => !replaced.has(key));
  return { ...Object.fromEntries(kept), ...fields };
}

function camelCase(name: string): string {
  return name.replaceAll(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}

async function readTextOf(place: string): Promise<string> {
  if (place !== '-') {
    const { readConfigText } = await import('../config/env-file.ts');
    const text = readConfigText(place);
    if (text === undefined) {
      throw new ConfigurationError(`Cannot read ${place}: there is no such file (ENOENT)`, {
        code: 'ETL-CFG-111',
        hint: 'give the path of a text file with symbols, or - for stdin.',
      });
    }
    return text;
  }
  if (process.stdin.isTTY) {
    throw usageError('Nothing comes from stdin: it is a terminal', 'pipe a file into it.');
  }
  return readAll(process.stdin);
}

/** Checks a job before any server is asked. @throws ConfigurationError naming every problem */
export async function checkJob(
  given: unknown,
  jobType: JobType,
  config: Config,
): Promise<CheckedJob> {
  const { parseJobInput } = await import('../config/job-config.ts');
  const { SOURCE_NAMES } = await import('../config/source-order.ts');
  const parsed = parseJobInput(given, {
    jobType,
    batchSize: config.batchSize,
    qualityThreshold: config.qualityThreshold,
    concurrency: config.concurrency,
    sources: config.sources,
    orders: config.orders,
    knownSources: SOURCE_NAMES,
    dueAt: new Date().toISOString(),
    horizon: CALENDAR_DAYS,
  });
  const request = typeof given === 'object' && given !== null ? { ...given } : {};
  return { request, ...parsed };
}
