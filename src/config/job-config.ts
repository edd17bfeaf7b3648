import type { JobDefaults } from './job-defaults.ts';
import { createFieldReader } from './job-field-reader.ts';
import { readFields, type GivenFields } from './job-keys.ts';
import { readJobOrders } from './job-orders.ts';
import { fieldProblem, foreignFields, sourceProblems } from './job-problems.ts';
import { readRange } from './job-range-fields.ts';
import { JobInputSchema } from './job-schema.ts';
import { problemsError, type Problem } from './problems.ts';
import { parseRuleSettings, type ParsedRules } from './rule-settings.ts';
import { settleJob, type ParsedJob } from './settle-job.ts';

/**
 * The job that a caller means. The fixed rules: nothing, null and `{}` are all defaults; null for a field is refused;
 * no type is ever coerced; symbols are upper-cased and distinct; days follow `settleRange`; `path` alone implies the
 * source `files`. @throws ConfigurationError ETL-JOB-101 that names every problem at once.
 */
export function parseJobInput(input: unknown, defaults: JobDefaults): ParsedJob {
  const given = readFields(input);
  const parsed = JobInputSchema.safeParse(Object.fromEntries(given.values));
  const faulty = new Map<string, Problem>();
  for (const issue of parsed.error?.issues ?? []) {
    const problem = fieldProblem(issue.path, given);
    faulty.set(problem.field, faulty.get(problem.field) ?? problem);
  }
  const bad = new Set([...(parsed.error?.issues ?? [])].map(({ path }) => path[0]));
  const read = createFieldReader(given, bad);
  const range = readRange(read, given, defaults);
  const rules = readRules(given, bad);
  const orders = readJobOrders(
    bad.has('source_orders') ? undefined : given.values.get('source_orders'),
    given.spelling.get('source_orders') ?? 'source_orders',
    defaults.knownSources,
  );
  const problems = [
    ...given.problems,
    ...faulty.values(),
    ...foreignFields(given, defaults.jobType),
    ...range.problems,
    ...sourceProblems(read, given, defaults),
    ...orders.problems,
    ...rules.problems,
  ];
  if (problems.length > 0) {
    throw problemsError(problems, { code: 'ETL-JOB-101', subject: "the job's input" });
  }
  const job = settleJob(read, { range, orders: orders.orders }, defaults);
  const isAsCatalogue = Object.keys(rules.settings).length === 0;
  return isAsCatalogue ? job : { ...job, config: { ...job.config, rules: rules.settings } };
}

function readRules({ values, spelling }: GivenFields, bad: ReadonlySet<unknown>): ParsedRules {
  const input = values.get('rules');
  return input === undefined || bad.has('rules')
    ? { settings: {}, problems: [] }
    : parseRuleSettings(input, `${spelling.get('rules') ?? 'rules'}.`);
}
