import { z } from 'zod';

import { FOLLOW_UPS } from '../domain/job.ts';
import { SYMBOL_EXPECTED } from './job-symbols.ts';

export const MAX_SYMBOLS = 10_000;
const MAX_BATCH_SIZE = 100_000;
const MAX_CONCURRENCY = 64;
const MAX_DAYS_BACK = 366;
const MAX_PATH = 1024;
const MAX_YEARS = 40;
const MAX_JOB_ID = 200;
const MAX_DEPENDENCIES = 10;
const MAX_FOLLOW_UPS = 5;

function field<Type extends z.ZodType>(schema: Type, expected: string, description: string): Type {
  return schema.meta({ expected, description });
}

function flag(description: string): z.ZodBoolean {
  return field(z.boolean(), 'true or false, without quotes', description);
}

function day(description: string): z.ZodISODate {
  return field(z.iso.date(), 'a day that exists, as text YYYY-MM-DD', description);
}

/**
 * The job's input as an operator writes it: everything optional, nothing coerced, nothing unknown. Defaults depend on the
 * job's type and on the configuration, and are filled in by `parseJobInput`.
 */
export const JobInputSchema = z
  .strictObject({
    job_name: field(
      z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/),
      '1 to 64 characters of a-z 0-9 _ -, the first a letter or digit',
      'Name of the job; the default is its type.',
    ),
    symbols: field(
      z
        .array(z.string().regex(/^[0-9]{6}\.([Ss][HhZz]|[Bb][Jj])$/))
        .min(1)
        .max(MAX_SYMBOLS),
      `an array of 1 to ${MAX_SYMBOLS.toLocaleString('en-US')} symbols, each ${SYMBOL_EXPECTED}; leave it out for all`,
      'What to ingest; default: every symbol that the sources know. Lower case is accepted.',
    ),
    start_date: day('First day, of the exchange. Default: days_back days before the end.'),
    end_date: day(
      'Last day, of the exchange. Default: the last completed one; a day not yet completed is clipped to that.',
    ),
    days_back: field(
      z.int().min(1).max(MAX_DAYS_BACK),
      `a whole number from 1 to ${MAX_DAYS_BACK}`,
      'In place of start_date: so many days up to and with the end. Default 7.',
    ),
    batch_size: field(
      z.int().min(1).max(MAX_BATCH_SIZE),
      `a whole number from 1 to ${MAX_BATCH_SIZE}`,
      'Symbols a batch, at most.',
    ),
    quality_threshold: field(
      z.number().min(0).max(1),
      'a number from 0 to 1',
      'Rows of a symbol whose quality score is lower go to quarantine.',
    ),
    retry_failed: flag('Try failed symbols once more, alone, at the end. Default true.'),
    skip_existing: flag(
      'Leave rows that the table already has as they are; false: update those that differ, with history. Default true.',
    ),
    validate_data: flag('Judge rows by the quality rules. Default true.'),
    clean_data: flag('Repair what can be repaired with certainty. Default true.'),
    rules: field(
      z.record(z.string(), z.unknown()),
      'an object {disabled, severities, thresholds, tolerance, custom}',
      'Quality rules that differ for this job, over those of ETL_RULES_FILE; see docs/quality.md.',
    ),
    sources: field(
      z.array(z.string()).min(1),
      'an array of source names, in the order in which they are asked',
      'Where to get the data; default: ETL_SOURCES.',
    ),
    source_orders: field(
      z.record(z.string(), z.array(z.string()).min(1)),
      'an object of arrays of source names, by market or dataset, such as {"BSE": ["sina"]}',
      'Where the order differs by market (SSE, SZSE, BSE, INDEX) or dataset; default: as in ETL_SOURCES.',
    ),
    path: field(
      z.string().min(1).max(MAX_PATH),
      'a path relative to ETL_FILES_ROOT, without .. and without a leading /',
      'For the source files: a file, directory or glob.',
    ),
    concurrency: field(
      z.int().min(1).max(MAX_CONCURRENCY),
      `a whole number from 1 to ${MAX_CONCURRENCY} (each batch in flight holds a database connection)`,
      'Batches in flight at the same time.',
    ),
    years: field(
      z.int().min(1).max(MAX_YEARS),
      `a whole number from 1 to ${MAX_YEARS}`,
      'For historicalBackfill, in place of start_date: so many years up to the end. Default 5.',
    ),
    heal: flag(
      'For historicalBackfill: only days that are missing of what was ever asked for. Default false.',
    ),
    dry_run: flag('For historicalBackfill: plan, tell, and do nothing. Default false.'),
    priority: field(
      z.int().min(1).max(5),
      'a whole number from 1 (first) to 5 (last)',
      'Whose work a busy worker takes first; default: daily 1, etlJob 3, backfill 5.',
    ),
    depends_on: field(
      z.array(z.string().min(1).max(MAX_JOB_ID)).min(1).max(MAX_DEPENDENCIES),
      `an array of 1 to ${MAX_DEPENDENCIES} job ids`,
      'Jobs that must have ended with a good verdict (no failure, score at least quality_threshold) first.',
    ),
    on_complete: field(
      z
        .array(
          z.strictObject({
            job: z.enum(FOLLOW_UPS),
            input: z.record(z.string(), z.json()).optional(),
          }),
        )
        .min(1)
        .max(MAX_FOLLOW_UPS),
      `an array of 1 to ${MAX_FOLLOW_UPS} objects {"job": …, "input": {…}}, job one of ${FOLLOW_UPS.join(', ')}`,
      'What to start when this job has ended without having failed.',
    ),
  })
  .partial();

export type JobInputField = keyof typeof JobInputSchema.shape;

/** Fields that only a historicalBackfill understands. */
export const BACKFILL_ONLY = ['years', 'heal', 'dry_run'] as const satisfies JobInputField[];

export function isJobInputField(name: string): name is JobInputField {
  return Object.hasOwn(JobInputSchema.shape, name);
}

export const JOB_INPUT_FIELDS: readonly JobInputField[] = Object.keys(JobInputSchema.shape).filter(
  isJobInputField,
);

/** What is allowed in a field, in words. */
export function expectedOf(name: JobInputField): string {
  const optional: z.ZodOptional = JobInputSchema.shape[name];
  const schema = optional.unwrap();
  const meta = schema instanceof z.ZodType ? schema.meta() : undefined;
  const expected = meta?.['expected'];
  return typeof expected === 'string' ? expected : 'another value';
}

/** JSON Schema of the job's input, for editors and for the documentation. camelCase keys are accepted beside these. */
export function jobInputJsonSchema(): Record<string, unknown> {
  return {
    title: 'ETLJobConfig',
    ...z.toJSONSchema(JobInputSchema, {
      override: ({ jsonSchema }) => {
        delete jsonSchema['expected'];
      },
    }),
  };
}
