import { z } from 'zod';

import { nearest } from './nearest.ts';
import { describeValue, problemsError, type Problem } from './problems.ts';

export interface DutyInput {
  /** `ETL-QUA-101` */
  readonly code: string;
  /** What is at fault, for the first line: `the decision`. */
  readonly subject: string;
}

/**
 * The input of a duty other than a job, by a strict schema with camelCase keys; snake_case is accepted beside it, nothing
 * is coerced, and every field that is wrong is named. Nothing and null mean `{}`. @throws ConfigurationError
 */
export function parseDutyInput<Shape extends z.ZodRawShape>(
  input: unknown,
  schema: z.ZodObject<Shape>,
  report: DutyInput,
): z.output<z.ZodObject<Shape>> {
  const problems: Problem[] = [];
  const known = Object.keys(schema.shape);
  const spelling = new Map<string, string>();
  const values = new Map<string, unknown>();
  for (const [key, value] of entriesOf(input, problems)) {
    const name = camelCase(key);
    if (!known.includes(name)) {
      problems.push({
        field: describeValue(key).slice(1, -1),
        got: undefined,
        expected: `a known key: ${known.join(', ')}`,
        suggestion: nearest(name, known),
      });
    } else if (values.has(name)) {
      problems.push({ field: key, got: undefined, expected: `this or ${spelling.get(name)}` });
    } else if (value !== undefined) {
      values.set(name, value);
      spelling.set(name, key);
    }
  }
  const parsed = schema.safeParse(Object.fromEntries(values));
  for (const { path } of parsed.error?.issues ?? []) {
    const name = String(path[0] ?? 'input');
    const field = [spelling.get(name) ?? name, ...path.slice(1)].join('.');
    if (!problems.some((problem) => problem.field === field)) {
      const value = values.get(name);
      const got = value === undefined ? 'nothing' : describeValue(value, name);
      problems.push({ field, got, expected: expectedOf(schema, name) });
    }
  }
  if (parsed.data === undefined || problems.length > 0) {
    throw problemsError(problems, report);
  }
  return parsed.data;
}

function entriesOf(input: unknown, problems: Problem[]): readonly [string, unknown][] {
  if (input === undefined || input === null) {
    return [];
  }
  if (typeof input !== 'object' || Array.isArray(input)) {
    const expected = 'one JSON object, or nothing';
    problems.push({ field: 'input', got: describeValue(input), expected });
    return [];
  }
  return Object.entries(input);
}

function camelCase(key: string): string {
  return key.replaceAll(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}

function expectedOf(schema: z.ZodObject, name: string): string {
  let part: unknown = schema.shape[name];
  while (part instanceof z.ZodOptional || part instanceof z.ZodDefault) {
    const expected = part.meta()?.['expected'];
    if (typeof expected === 'string') {
      return expected;
    }
    part = part.unwrap();
  }
  const expected = part instanceof z.ZodType ? part.meta()?.['expected'] : undefined;
  return typeof expected === 'string' ? expected : 'another value';
}
