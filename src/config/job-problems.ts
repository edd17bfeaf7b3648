import { FOLLOW_UPS } from '../domain/job.ts';
import type { JobDefaults, JobType } from './job-defaults.ts';
import type { FieldReader } from './job-field-reader.ts';
import type { GivenFields } from './job-keys.ts';
import { nameProblems } from './job-orders.ts';
import { FILES_SOURCE, pathFault } from './job-path.ts';
import { BACKFILL_ONLY, expectedOf, isJobInputField, MAX_SYMBOLS } from './job-schema.ts';
import { suggestValue } from './job-suggestions.ts';
import { symbolProblem } from './job-symbols.ts';
import { describeValue, type Problem } from './problems.ts';

const FOLLOW_UP = `{"job": …, "input": {…}}, job one of ${FOLLOW_UPS.join(', ')}`;

/** One of zod's issues in the caller's words. `path` is `[field]` or `[field, index]`. */
export function fieldProblem(
  path: readonly PropertyKey[],
  { values, spelling }: GivenFields,
): Problem {
  const name = String(path[0]);
  if (!isJobInputField(name)) {
    return { field: name, got: undefined, expected: 'a known key' };
  }
  const field = spelling.get(name) ?? name;
  const value = values.get(name);
  const index = path[1];
  if (Array.isArray(value) && typeof index === 'number' && value.length <= MAX_SYMBOLS) {
    const item: unknown = value[index];
    if (name === 'on_complete') {
      return { field: `${field}[${index}]`, got: describeValue(item), expected: FOLLOW_UP };
    }
    return name === 'symbols'
      ? symbolProblem(`${field}[${index}]`, item)
      : { field: `${field}[${index}]`, got: describeValue(item), expected: 'text' };
  }
  return {
    field,
    got: describeValue(value, field),
    expected: expectedOf(name),
    suggestion: suggestValue(name, value),
  };
}

/** Fields of another job type: taking them silently would do other than what was meant. */
export function* foreignFields(
  { values, spelling }: GivenFields,
  jobType: JobType,
): Iterable<Problem> {
  for (const field of jobType === 'historicalBackfill' ? [] : BACKFILL_ONLY) {
    if (values.has(field)) {
      yield {
        field: spelling.get(field) ?? field,
        got: describeValue(values.get(field)),
        expected: `nothing: only historicalBackfill knows it, not ${jobType}`,
      };
    }
  }
}

/** Sources that nobody knows, and a path that may not be read or that no named source reads. */
export function* sourceProblems(
  read: FieldReader,
  { spelling }: GivenFields,
  { knownSources }: Pick<JobDefaults, 'knownSources'>,
): Iterable<Problem> {
  const sources = read.texts('sources');
  const field = spelling.get('sources') ?? 'sources';
  yield* nameProblems(sources ?? [], field, knownSources);
  const path = read.text('path');
  if (path === undefined) {
    return;
  }
  const fault = pathFault(path);
  if (fault !== undefined) {
    const got = `${describeValue(path)} (${fault})`;
    yield { field: 'path', got, expected: expectedOf('path') };
  }
  if (sources !== undefined && !sources.includes(FILES_SOURCE)) {
    yield {
      field: 'path',
      got: describeValue(path),
      expected: `${field} to hold "${FILES_SOURCE}"`,
    };
  }
}
