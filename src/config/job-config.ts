import { FOLLOW_UPS, type EtlJobConfig, type FollowUp } from '../domain/job.ts';
import { plural } from '../domain/plural.ts';
import type { SourceOrders } from '../domain/source-order.ts';
import type { StockSymbol } from '../domain/stock-symbol.ts';
import { toDayNumber } from '../domain/trading-day.ts';
import { readFields, type GivenFields } from './job-keys.ts';
import { nameProblems, readJobOrders, settledOrder } from './job-orders.ts';
import { pathFault } from './job-path.ts';
import {
  daysIn,
  lastCompletedDay,
  settleRange,
  type RangeRules,
  type SettledRange,
} from './job-range.ts';
import {
  expectedOf,
  isJobInputField,
  JobInputSchema,
  MAX_SYMBOLS,
  type JobInputField,
} from './job-schema.ts';
import { suggestValue } from './job-suggestions.ts';
import { normaliseSymbol, symbolProblem } from './job-symbols.ts';
import { describeValue, problemsError, type Problem } from './problems.ts';
import { parseRuleSettings, type ParsedRules } from './rule-settings.ts';

export { jobInputJsonSchema } from './job-schema.ts';

export type JobType = 'etlJob' | 'dailyDataIngestion' | 'historicalBackfill';

export interface JobDefaults extends RangeRules {
  readonly jobType: JobType;
  readonly batchSize: number;
  readonly qualityThreshold: number;
  readonly concurrency: number;
  readonly sources: readonly string[];
  readonly orders?: SourceOrders | undefined;
  readonly knownSources: readonly string[];
}

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
const FILES = 'files';
const SIMULATED = 'simulated';
const DEFAULT_YEARS = 5;
const FOLLOW_UP = `{"job": …, "input": {…}}, job one of ${FOLLOW_UPS.join(', ')}`;
/** Fields that only one job type understands. */
const BACKFILL_ONLY: readonly JobInputField[] = ['years', 'heal', 'dry_run'];

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
    const problem = problemOf(issue.path, given);
    faulty.set(problem.field, faulty.get(problem.field) ?? problem);
  }
  const bad = new Set([...(parsed.error?.issues ?? [])].map(({ path }) => path[0]));
  const read = createReader(given, bad);
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
  const job = settle(read, range, defaults, orders.orders);
  const isAsCatalogue = Object.keys(rules.settings).length === 0;
  return isAsCatalogue ? job : { ...job, config: { ...job.config, rules: rules.settings } };
}

function readRules({ values, spelling }: GivenFields, bad: ReadonlySet<unknown>): ParsedRules {
  const input = values.get('rules');
  return input === undefined || bad.has('rules')
    ? { settings: {}, problems: [] }
    : parseRuleSettings(input, `${spelling.get('rules') ?? 'rules'}.`);
}

/** Reads a field that passed the schema; undefined where it was not given or did not pass. */
interface FieldReader {
  text(field: JobInputField): string | undefined;
  number(field: JobInputField): number | undefined;
  flag(field: JobInputField, fallback: boolean): boolean;
  texts(field: JobInputField): readonly string[] | undefined;
  followUps(): readonly FollowUp[] | undefined;
}

function createReader(
  { values }: GivenFields,
  bad: ReadonlySet<PropertyKey | undefined>,
): FieldReader {
  function valid(field: JobInputField): unknown {
    return bad.has(field) ? undefined : values.get(field);
  }
  return {
    text(field) {
      const value = valid(field);
      return typeof value === 'string' ? value : undefined;
    },
    number(field) {
      const value = valid(field);
      return typeof value === 'number' ? value : undefined;
    },
    flag(field, fallback) {
      const value = valid(field);
      return typeof value === 'boolean' ? value : fallback;
    },
    texts(field) {
      const value = valid(field);
      return Array.isArray(value) ? value.map(String) : undefined;
    },
    followUps() {
      const value = valid('on_complete');
      return Array.isArray(value) ? value.filter(isFollowUp) : undefined;
    },
  };
}

function isFollowUp(value: unknown): value is FollowUp {
  return (
    typeof value === 'object' &&
    value !== null &&
    'job' in value &&
    FOLLOW_UPS.some((job) => job === value.job)
  );
}

/** Fields of another job type: taking them silently would do other than what was meant. */
function* foreignFields({ values, spelling }: GivenFields, jobType: JobType): Iterable<Problem> {
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

/** One of zod's issues in the caller's words. `path` is `[field]` or `[field, index]`. */
function problemOf(path: readonly PropertyKey[], { values, spelling }: GivenFields): Problem {
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

/** A backfill counts in years, unless it is given days. */
function yearsBack(read: FieldReader, rules: JobDefaults): number | undefined {
  const given = read.number('years');
  const isDefault = read.text('start_date') === undefined && rules.range === undefined;
  if (rules.jobType !== 'historicalBackfill' || (given === undefined && !isDefault)) {
    return undefined;
  }
  const end = read.text('end_date') ?? lastCompletedDay(rules.dueAt);
  const start = `${Number(end.slice(0, 4)) - (given ?? DEFAULT_YEARS)}${end.slice(4).replace('-02-29', '-02-28')}`;
  return toDayNumber(end) - toDayNumber(start);
}

function readRange(read: FieldReader, { spelling }: GivenFields, rules: JobDefaults): SettledRange {
  const years = yearsBack(read, rules);
  const daysBackField = years === undefined ? 'days_back' : 'years';
  return settleRange(
    {
      startDate: read.text('start_date'),
      endDate: read.text('end_date'),
      daysBack: read.number('days_back') ?? years,
      names: {
        start: spelling.get('start_date') ?? 'start_date',
        end: spelling.get('end_date') ?? 'end_date',
        daysBack: spelling.get(daysBackField) ?? daysBackField,
      },
    },
    { ...rules, standsStill: isSimulated(read, rules) },
  );
}

function isSimulated(read: FieldReader, { sources }: JobDefaults): boolean {
  const asked = read.texts('sources') ?? sources;
  return read.text('path') === undefined && asked.every((source) => source === SIMULATED);
}

function* sourceProblems(
  read: FieldReader,
  { spelling }: GivenFields,
  { knownSources }: JobDefaults,
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
  if (sources !== undefined && !sources.includes(FILES)) {
    yield { field: 'path', got: describeValue(path), expected: `${field} to hold "${FILES}"` };
  }
}

function settle(
  read: FieldReader,
  range: SettledRange,
  defaults: JobDefaults,
  orders: SourceOrders | undefined,
): ParsedJob {
  const notes = [...range.notes];
  const symbols = distinctSymbols(read.texts('symbols') ?? [], notes);
  const path = read.text('path');
  const given = read.texts('sources') ?? (path === undefined ? undefined : [FILES]);
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
    ...ordersOf(read),
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

function ordersOf(read: FieldReader): Pick<EtlJobConfig, 'priority' | 'dependsOn' | 'onComplete'> {
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

/** All listed symbols, roughly; and the share of days that are sessions. */
const ALL_SYMBOLS = 5500;
const SESSIONS_PER_DAY = 243 / 365;
const LARGE_ROWS = 5_000_000;

/** A job that will take long says so before it starts. How many symbols files hold is not known here. */
function noteSize({ symbols, path, ...range }: EtlJobConfig, notes: string[]): void {
  const unnamed = path === undefined ? ALL_SYMBOLS : 0;
  const count = symbols.length === 0 ? unnamed : symbols.length;
  const rows = Math.round(count * daysIn(range) * SESSIONS_PER_DAY);
  if (rows > LARGE_ROWS) {
    notes.push(`a large job: up to ${(rows / 1e6).toFixed(0)} million rows`);
  }
}
