import { lookBackStart } from '../calendar/look-back.ts';
import { CALENDAR_DAYS, sessionsBetween } from '../calendar/trading-calendar.ts';
import { parseJobInput } from '../config/job-config.ts';
import type { JobDefaults } from '../config/job-defaults.ts';
import type { ParsedJob } from '../config/settle-job.ts';
import { rulesetVersion } from '../config/rules-file.ts';
import { ConfigurationError, EtlError, isFinal } from '../domain/errors.ts';
import type { Instrument } from '../domain/instrument.ts';
import { PRIORITY_OF_TYPE, type EtlJobConfig } from '../domain/job.ts';
import { mergeRuleSettings, type RuleSettings } from '../domain/rule-settings.ts';
import type { StockSymbol } from '../domain/stock-symbol.ts';
import { closeRun, type CloseRunDeps } from './close-run.ts';
import type { EtlActivities, JobPlan, PlanJobInput } from './contract.ts';
import type { EtlDeps } from './deps.ts';
import { findSource } from './find-source.ts';
import { withHeartbeat } from './heartbeat.ts';
import { describeNothingExpected } from './nothing-expected.ts';
import { passedOver } from './passed-over.ts';
import { planWork, type PlannedWork } from './plan-work.ts';

type PlanDeps = Pick<EtlDeps, 'reference' | 'facts' | 'sources' | 'planning' | 'rules' | 'desk'> &
  CloseRunDeps;

/** Symbols shown in the memo; the plan itself lies in the warehouse. */
const SYMBOLS_SHOWN = 20;
/** Temporal takes 2 KB a search attribute. */
const SYMBOLS_SEARCHED = 100;

/**
 * The job before any row moves: input checked, symbols and range settled, batches cut and recorded. A request that is wrong
 * in itself is refused and leaves no trace; one that cannot be planned is a failed run of the history.
 */
export function createPlanJob(deps: PlanDeps): EtlActivities['planJob'] {
  return async function planJob(input) {
    return withHeartbeat(async (signal) => {
      const asked = parseJobInput(input.input, defaultsOf(deps, input));
      try {
        return await plan(deps, input, asked, signal);
      } catch (error) {
        if (!asked.dryRun && error instanceof EtlError && isFinal(error.errorClass)) {
          await recordFailure(deps, input, asked.config, error);
        }
        throw error;
      }
    });
  };
}

async function recordFailure(
  { runs, clock }: CloseRunDeps,
  { jobId, runId, jobType, dueAt }: PlanJobInput,
  config: EtlJobConfig,
  { headline }: EtlError,
): Promise<void> {
  const endedAt = new Date(clock.now()).toISOString();
  await runs.startRun({ runId, jobId, jobType, config, dueAt, notes: [] }, []);
  await runs.finishRun(runId, { cancelled: false, endedAt, failure: headline });
}

async function plan(
  deps: PlanDeps,
  input: PlanJobInput,
  asked: ParsedJob,
  signal: AbortSignal,
): Promise<JobPlan> {
  const settled = await settleRange(deps, input, asked, signal);
  const config = withRules(settled.config, await deps.rules());
  const parsed = { ...settled, config };
  // Before the symbols: a run is planned by who is listed today.
  const kept = parsed.dryRun ? [] : ((await deps.reference?.refresh(config, signal)) ?? []);
  const symbols = await settleSymbols(deps, config, signal);
  const work = await planWork(deps, { ...parsed, symbols, job: input });
  const { nothingToDo } = work;
  const nothingExpected = await nothingExpectedOf(deps, config);
  const notes = [
    ...[nothingToDo, nothingExpected].filter((note) => note !== undefined),
    ...parsed.notes,
    ...passedOver(deps.sources, config),
    ...kept,
    ...work.notes,
  ];
  const { jobId, runId, jobType, dueAt } = input;
  if (!parsed.dryRun) {
    const start = { jobId, runId, jobType, dueAt, config, notes };
    await deps.runs.startRun(start, work.batches);
  }
  // Most scheduled runs after a day without a session: nothing is left to do but to say so.
  const isOver = !parsed.dryRun && work.batches.length === 0 && waitsForNobody(config);
  const account = isOver ? await closeRun(deps, { runId, cancelled: false }) : undefined;
  const planned = planOf(input, parsed, work, {
    batches: work.batches.length,
    symbols: work.symbols,
    sessions: sessionsBetween('SSE', config.startDate, config.endDate).length,
    notes,
    retryDelayMs: deps.planning.retryDelayMs,
  });
  const comparesSample = (deps.planning.sampleSymbols ?? 0) > 0;
  return { ...planned, comparesSample, ...(account === undefined ? {} : { account }) };
}

/** Of symbols that were asked for: where all are meant, those that were not listed are not among them. */
async function nothingExpectedOf(
  { facts }: PlanDeps,
  { symbols, startDate, endDate }: EtlJobConfig,
): Promise<string | undefined> {
  if (symbols.length === 0) {
    return undefined;
  }
  const [instruments, suspensions] = await Promise.all([
    facts.knownInstruments(symbols),
    facts.suspensions({ symbols, startDate, endDate }),
  ]);
  return describeNothingExpected({ instruments, suspensions }, { startDate, endDate });
}

function waitsForNobody({ dependsOn = [] }: EtlJobConfig): boolean {
  return dependsOn.length === 0;
}

/** The job's own rules over those of this installation: settled once, so that all workers judge a run alike. */
function withRules(config: EtlJobConfig, installed: RuleSettings): EtlJobConfig {
  const rules = mergeRuleSettings(installed, config.rules ?? {});
  return Object.keys(rules).length === 0 ? config : { ...config, rules };
}

function defaultsOf(
  { planning: { batchSize, dailyBatchSize, ...planning }, sources }: PlanDeps,
  { jobType, dueAt }: PlanJobInput,
): JobDefaults {
  return {
    jobType,
    dueAt,
    horizon: CALENDAR_DAYS,
    batchSize: jobType === 'dailyDataIngestion' ? dailyBatchSize : batchSize,
    qualityThreshold: planning.qualityThreshold,
    sources: planning.sources,
    orders: planning.orders,
    concurrency: planning.concurrency,
    knownSources: sources.names,
  };
}

/** The effective configuration. A job over files without dates takes the files' own range; a healing one all that is owed. */
async function settleRange(
  deps: PlanDeps,
  request: PlanJobInput,
  parsed: ParsedJob,
  signal: AbortSignal,
): Promise<ParsedJob> {
  const { input, jobType } = request;
  const defaults = defaultsOf(deps, request);
  if (parsed.heal) {
    const { endDate } = parsed.config;
    const startDate = (await deps.coverage.firstDay()) ?? endDate;
    const range = { startDate: startDate < endDate ? startDate : endDate, endDate };
    return parseJobInput(input, { ...defaults, range });
  }
  const [first] = deps.sources.expand(parsed.config.sources);
  const source = first === undefined ? undefined : findSource(deps.sources, first);
  if (source?.inspect === undefined) {
    return jobType === 'dailyDataIngestion' && !parsed.isRangeGiven ? overClosures(parsed) : parsed;
  }
  const { path } = parsed.config;
  const { firstDay, lastDay } = await source.inspect(path === undefined ? {} : { path }, signal);
  return firstDay === undefined || lastDay === undefined
    ? parsed
    : parseJobInput(input, { ...defaults, range: { startDate: firstDay, endDate: lastDay } });
}

/** The days that a daily run looks back are no fewer sessions for a holiday among them. */
function overClosures(parsed: ParsedJob): ParsedJob {
  const { config } = parsed;
  const startDate = lookBackStart(config.startDate, config.endDate);
  return startDate === config.startDate
    ? parsed
    : {
        ...parsed,
        config: { ...config, startDate },
        notes: [...parsed.notes, `looks back to ${startDate}, over a closure of the exchange`],
      };
}

/** The symbols asked for, else all that the sources know and that were listed within the range. */
async function settleSymbols(
  deps: PlanDeps,
  config: EtlJobConfig,
  signal: AbortSignal,
): Promise<readonly StockSymbol[]> {
  for (const name of deps.sources.expand(config.sources)) {
    const scope = config.path === undefined ? {} : { path: config.path };
    const source = findSource(deps.sources, name);
    const instruments = (await source?.listInstruments(scope, signal)) ?? [];
    if (instruments.length > 0) {
      await deps.facts.saveInstruments(instruments, name);
      return config.symbols.length > 0 ? config.symbols : listedWithin(instruments, config);
    }
  }
  if (config.symbols.length > 0) {
    return config.symbols;
  }
  const known = listedWithin(await deps.facts.knownInstruments(), config);
  if (known.length === 0) {
    throw new ConfigurationError(
      `symbols: got none, and none of the sources ${config.sources.join(', ')} lists any; expected at least one`,
      { code: 'ETL-JOB-110', hint: 'name the symbols, such as ["600000.SH"].' },
    );
  }
  return known;
}

function listedWithin(
  instruments: readonly Instrument[],
  { startDate, endDate }: EtlJobConfig,
): readonly StockSymbol[] {
  return instruments
    .filter(({ listDate, delistDate }) => {
      const isListed = listDate === undefined || listDate <= endDate;
      return isListed && (delistDate === undefined || delistDate > startDate);
    })
    .map(({ symbol }) => symbol);
}

function planOf(
  { jobId, runId, jobType }: PlanJobInput,
  { config, dryRun }: ParsedJob,
  { nothingToDo, estimate }: PlannedWork,
  facts: Pick<JobPlan, 'batches' | 'symbols' | 'sessions' | 'notes' | 'retryDelayMs'>,
): JobPlan {
  const { jobName, startDate, endDate, concurrency, retryFailed, sources, symbols } = config;
  const { dependsOn, onComplete } = config;
  return {
    jobId,
    runId,
    jobName,
    startDate,
    endDate,
    concurrency,
    retryFailed,
    retriesOnlyFailures: true,
    sources,
    ...facts,
    nothingToDo,
    effectiveInput: {
      ...config,
      // A long list of rules would not fit a memo.
      rules: rulesetVersion(config.rules),
      symbols:
        symbols.length > SYMBOLS_SHOWN
          ? [...symbols.slice(0, SYMBOLS_SHOWN), `… ${symbols.length} in all`]
          : symbols,
    },
    priority: config.priority ?? PRIORITY_OF_TYPE[jobType],
    ...(symbols.length === 0 ? {} : { namedSymbols: symbols.slice(0, SYMBOLS_SEARCHED) }),
    ...(dependsOn === undefined ? {} : { dependsOn }),
    ...(onComplete === undefined ? {} : { onComplete }),
    ...(dryRun ? { isDryRun: true } : {}),
    ...(estimate === undefined ? {} : { estimate }),
  };
}
