import { createHash } from 'node:crypto';

import type { JobType } from '../config/job-defaults.ts';
import { shanghaiDayAt } from '../domain/trading-day.ts';

const MAX_NAME = 64;

/** JSON with sorted keys and without undefined, so that equal requests have equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(
          Object.entries(part).toSorted(([left], [right]) => (left < right ? -1 : 1)),
        )
      : part,
  );
}

/** Twelve hexadecimal digits of a request, the same for equal requests. */
export function digestOf(input: unknown): string {
  return createHash('sha256').update(canonicalJson(input)).digest('hex').slice(0, 12);
}

function isEmpty(input: unknown): boolean {
  return (
    input === undefined ||
    input === null ||
    (typeof input === 'object' && Object.values(input).every((value) => value === undefined))
  );
}

/** The business id of a job: equal requests have the same, so that a second one joins the first. */
export function jobIdOf(jobType: JobType, input: object | undefined, nowMs: number): string {
  switch (jobType) {
    case 'etlJob':
      return etlJobId(jobNameIn(input), input ?? {});
    case 'dailyDataIngestion':
      return dailyJobId(input, nowMs);
    case 'historicalBackfill':
      return backfillJobId(input);
    default:
      return jobType satisfies never;
  }
}

/** The job's name as far as an id should have it; the job itself checks it. */
function jobNameIn(input: object = {}): string {
  const given: unknown = Reflect.get(input, 'jobName') ?? Reflect.get(input, 'job_name');
  return typeof given === 'string' && given !== '' ? given.slice(0, MAX_NAME) : 'etl-job';
}

/** The business id of an `etlJob`: the same request has the same id, so that a second one joins the first. */
export function etlJobId(jobName: string, input: unknown): string {
  return `etl-job/${jobName}/${digestOf(input)}`;
}

/** The business id of a daily ingestion: one a day, `daily-data-ingestion/2026-11-23`; a narrowed one has its own. */
export function dailyJobId(input: unknown, nowMs: number): string {
  const day = shanghaiDayAt(nowMs);
  return isEmpty(input)
    ? `daily-data-ingestion/${day}`
    : `daily-data-ingestion/${day}/${digestOf(input)}`;
}

/** The business id of a backfill: the same request has the same id; the one of everything has the plain name. */
function backfillJobId(input: unknown): string {
  return isEmpty(input) ? 'historical-backfill' : `historical-backfill/${digestOf(input)}`;
}
