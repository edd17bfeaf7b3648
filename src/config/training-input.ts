import { z } from 'zod';

import { MODEL_KINDS, type ModelKind } from '../domain/anomaly-model.ts';
import { addDays, type TradingDay } from '../domain/trading-day.ts';
import { describeValue, problemsError, type Problem } from './problems.ts';

const MAX_ROWS = 1_000_000;
const LEAST_ROWS = 2_000;
const DEFAULT_ROWS = 150_000;
const DEFAULT_SEED = 42;
const YEARS = 3;
const MAX_SEED = 4_294_967_295;
const MAX_DAYS_BACK = 366;
const DEFAULT_DAYS_BACK = 30;

function field<Type extends z.ZodType>(schema: Type, expected: string): Type {
  return schema.meta({ expected });
}

const Day = z.iso.date();
const DAY = 'a day that exists, as text YYYY-MM-DD';

const TRAINING_FIELDS = {
  kinds: field(
    z.array(z.enum(MODEL_KINDS)).min(1),
    `an array of kinds out of ${MODEL_KINDS.join(', ')}`,
  ),
  start_date: field(Day, DAY),
  end_date: field(Day, DAY),
  max_rows: field(
    z.int().min(LEAST_ROWS).max(MAX_ROWS),
    `a whole number from ${LEAST_ROWS} to ${MAX_ROWS}`,
  ),
  seed: field(z.int().min(0).max(MAX_SEED), `a whole number from 0 to ${MAX_SEED}`),
  contamination: field(
    z.number().min(0).max(0.5),
    'a number from 0 to 0.5: the share of right rows that may be flagged',
  ),
  activate: field(z.boolean(), 'true or false, without quotes'),
} as const;

const DRIFT_FIELDS = {
  days_back: field(z.int().min(1).max(MAX_DAYS_BACK), `a whole number from 1 to ${MAX_DAYS_BACK}`),
} as const;

/** What a training is asked for, with every default filled in. */
export interface TrainingRequest {
  readonly kinds: readonly ModelKind[];
  readonly startDate: TradingDay;
  readonly endDate: TradingDay;
  readonly maxRows: number;
  readonly seed: number;
  readonly contamination: number;
  readonly activate: boolean;
}

/**
 * Reads the input of a training: camelCase or snake_case, nothing coerced, nothing unknown. `today` is the last day that
 * may be asked for. @throws ConfigurationError ETL-MOD-101 naming each field at fault.
 */
export function parseTrainingInput(
  input: unknown,
  defaults: { readonly today: TradingDay; readonly contamination: number },
): TrainingRequest {
  const given = readInput(input, z.strictObject(TRAINING_FIELDS).partial());
  const endDate = given.end_date ?? defaults.today;
  const startDate = given.start_date ?? addDays(endDate, -365 * YEARS);
  if (startDate > endDate) {
    throw refuse([
      { field: 'start_date', got: startDate, expected: `a day not after end_date (${endDate})` },
    ]);
  }
  return {
    kinds: [...new Set(given.kinds ?? MODEL_KINDS)],
    startDate,
    endDate,
    maxRows: given.max_rows ?? DEFAULT_ROWS,
    seed: given.seed ?? DEFAULT_SEED,
    contamination: given.contamination ?? defaults.contamination,
    activate: given.activate ?? true,
  };
}

/** @throws ConfigurationError ETL-MOD-101 */
export function parseDriftInput(input: unknown): { readonly daysBack: number } {
  const given = readInput(input, z.strictObject(DRIFT_FIELDS).partial());
  return { daysBack: given.days_back ?? DEFAULT_DAYS_BACK };
}

function readInput<Shape extends z.ZodRawShape>(
  input: unknown,
  schema: z.ZodObject<Shape>,
): z.output<z.ZodObject<Shape>> {
  if (
    input !== undefined &&
    input !== null &&
    (typeof input !== 'object' || Array.isArray(input))
  ) {
    throw refuse([
      { field: 'input', got: describeValue(input), expected: 'one JSON object, or nothing' },
    ]);
  }
  const fields = Object.fromEntries(
    Object.entries(input ?? {}).map(([key, value]) => [snakeCase(key), value]),
  );
  const parsed = schema.safeParse(fields);
  if (!parsed.success) {
    throw refuse(parsed.error.issues.flatMap((issue) => problemsOf(issue, fields, schema)));
  }
  return parsed.data;
}

function problemsOf(
  issue: z.core.$ZodIssue,
  fields: Readonly<Record<string, unknown>>,
  schema: z.ZodObject,
): readonly Problem[] {
  if (issue.code === 'unrecognized_keys') {
    const known = Object.keys(schema.shape).join(', ');
    return issue.keys.map((key) => ({
      field: key,
      got: undefined,
      expected: `a known key: ${known}`,
    }));
  }
  const name = String(issue.path[0] ?? 'input');
  const own = schema.shape[name];
  const inner = own instanceof z.ZodOptional ? own.unwrap() : own;
  const expected = inner instanceof z.ZodType ? inner.meta()?.['expected'] : undefined;
  return [
    {
      field: name,
      got: describeValue(fields[name], name),
      expected: typeof expected === 'string' ? expected : issue.message,
    },
  ];
}

function snakeCase(key: string): string {
  return key.includes('_') ? key : key.replaceAll(/[A-Z]/g, (one) => `_${one.toLowerCase()}`);
}

function refuse(problems: readonly Problem[]): Error {
  return problemsError(problems, {
    code: 'ETL-MOD-101',
    subject: 'the input',
    hint: 'correct the field, or leave it out for its default.',
  });
}
