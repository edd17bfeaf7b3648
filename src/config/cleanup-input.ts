import { z } from 'zod';

import { describeValue, problemsError, type Problem } from './problems.ts';

const MAX_DAYS = 36_500;
const DAYS = `a whole number of days from 1 to ${MAX_DAYS}`;
const days = z.int().min(1).max(MAX_DAYS);
const FIELDS: Readonly<Record<string, { readonly schema: z.ZodType; readonly expected: string }>> =
  {
    dryRun: { schema: z.boolean(), expected: 'true or false, without quotes' },
    dataRetentionDays: { schema: days, expected: DAYS },
    barsRetentionDays: { schema: days, expected: DAYS },
  };

export interface CleanupInput {
  readonly dryRun: boolean;
  readonly dataRetentionDays: number;
  /** undefined: bars are kept for ever. */
  readonly barsRetentionDays: number | undefined;
}

function camelCase(name: string): string {
  return name.replaceAll(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}

/** The cleanup that a caller means; nothing, null and `{}` are all defaults. @throws ConfigurationError ETL-JOB-101 */
export function parseCleanupInput(
  input: unknown,
  defaults: Omit<CleanupInput, 'dryRun'>,
): CleanupInput {
  const given = input ?? {};
  if (typeof given !== 'object' || Array.isArray(given)) {
    const problem = {
      field: 'input',
      got: describeValue(input),
      expected: 'one JSON object, or nothing',
    };
    throw problemsError([problem], { code: 'ETL-JOB-101', subject: "the cleanup's input" });
  }
  const values = new Map<string, unknown>();
  const problems = Object.entries(given).flatMap(
    ([key, value]: readonly [string, unknown]): readonly Problem[] => {
      const name = camelCase(key);
      const field = Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined;
      if (field === undefined) {
        const expected = `a known key: ${Object.keys(FIELDS).join(', ')}`;
        return [{ field: describeValue(key).slice(1, -1), got: undefined, expected }];
      }
      values.set(name, value);
      return field.schema.safeParse(value).success
        ? []
        : [{ field: key, got: describeValue(value), expected: field.expected }];
    },
  );
  if (problems.length > 0) {
    throw problemsError(problems, { code: 'ETL-JOB-101', subject: "the cleanup's input" });
  }
  function numberOf(name: string): number | undefined {
    const value = values.get(name);
    return typeof value === 'number' ? value : undefined;
  }
  return {
    dryRun: values.get('dryRun') === true,
    dataRetentionDays: numberOf('dataRetentionDays') ?? defaults.dataRetentionDays,
    barsRetentionDays: numberOf('barsRetentionDays') ?? defaults.barsRetentionDays,
  };
}
