import { isJobInputField, JOB_INPUT_FIELDS, type JobInputField } from './job-schema.ts';
import { nearest } from './nearest.ts';
import { describeValue, type Problem } from './problems.ts';

/** What a caller gave, by field, and how the caller spelt each field. */
export interface GivenFields {
  readonly values: ReadonlyMap<JobInputField, unknown>;
  readonly spelling: ReadonlyMap<JobInputField, string>;
  readonly problems: readonly Problem[];
}

/**
 * The fields of an input in snake_case or camelCase. Both spellings of one field may stand side by side if they agree.
 * Keys go into a Map, never onto an object, so that `__proto__` is just one more unknown key.
 */
export function readFields(input: unknown): GivenFields {
  const values = new Map<JobInputField, unknown>();
  const spelling = new Map<JobInputField, string>();
  const problems: Problem[] = [];
  for (const [key, value] of entriesOf(input, problems)) {
    const name = snakeCase(key);
    if (!isJobInputField(name)) {
      problems.push(unknownKey(key));
    } else if (values.has(name) && !isEqual(values.get(name), value)) {
      problems.push({
        field: key,
        got: describeValue(value, key),
        expected: `the same value as ${spelling.get(name)}, or one of the two`,
      });
    } else if (value !== undefined) {
      values.set(name, value);
      spelling.set(name, key);
    }
  }
  return { values, spelling, problems };
}

function entriesOf(input: unknown, problems: Problem[]): readonly [string, unknown][] {
  if (input === undefined || input === null) {
    return [];
  }
  if (typeof input !== 'object' || Array.isArray(input)) {
    problems.push({
      field: 'input',
      got: describeValue(input),
      expected: 'one JSON object, or nothing',
      suggestion: Array.isArray(input) && input.length === 1 ? 'its one element' : undefined,
    });
    return [];
  }
  return Object.entries(input);
}

/** `batchSize` and `batch_size` to `batch_size`; a mixture of both is no field. */
function snakeCase(key: string): string {
  if (key.includes('_')) {
    return key;
  }
  return key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function camelCase(name: string): string {
  return name.replaceAll(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}

/** The value of an unknown key is not shown: it may be a password. */
function unknownKey(key: string): Problem {
  const isCamel = /[a-z][A-Z]/.test(key);
  const meant = nearest(snakeCase(key), JOB_INPUT_FIELDS);
  const shown = describeValue(key).slice(1, -1);
  return {
    field: shown,
    got: undefined,
    expected: meant === undefined ? `a known key: ${JOB_INPUT_FIELDS.join(', ')}` : 'a known key',
    suggestion: meant !== undefined && isCamel ? camelCase(meant) : meant,
  };
}

function isEqual(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
