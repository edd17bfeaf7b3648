import { sessionsBetween } from '../calendar/trading-calendar.ts';
import { parseJobInput } from '../config/job-config.ts';
import { ConfigurationError } from '../domain/errors.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { EtlJobConfig } from '../domain/job.ts';
import type { StockSymbol } from '../domain/stock-symbol.ts';
import type { EtlActivities, JobPlan, PlanJobInput } from './contract.ts';
import type { EtlDeps } from './deps.ts';
import { withHeartbeat } from './heartbeat.ts';
import { planBatches } from './plan-batches.ts';

type PlanDeps = Pick<EtlDeps, 'runs' | 'facts' | 'sources' | 'planning'>;

/** Symbols shown in the memo; the plan itself lies in the warehouse. */
const SYMBOLS_SHOWN = 20;

/** The job before any row moves: input checked, symbols and range settled, batches cut and recorded. */
export function createPlanJob(deps: PlanDeps): EtlActivities['planJob'] {
  return async function planJob(input) {
    return withHeartbeat(async (signal) => {
      const { config, notes } = await settleConfig(deps, input, signal);
      const symbols = await settleSymbols(deps, config, signal);
      const sessions = sessionsBetween('SSE', config.startDate, config.endDate).length;
      const batches =
        sessions === 0
          ? []
          : planBatches(symbols, config, {
              batchSize: config.batchSize,
              batchRows: deps.planning.batchRows,
              rowsPerSymbol: sessions,
            });
      const { jobId, runId, jobType, dueAt } = input;
      await deps.runs.startRun({ jobId, runId, jobType, dueAt, config, notes }, batches);
      return planOf(input, config, {
        batches: batches.length,
        symbols: symbols.length,
        sessions,
        notes,
        retryDelayMs: deps.planning.retryDelayMs,
      });
    });
  };
}

/** The effective configuration. A job over files without dates takes the files' own range. */
async function settleConfig(
  deps: PlanDeps,
  { input, jobType, dueAt }: PlanJobInput,
  signal: AbortSignal,
): Promise<{ readonly config: EtlJobConfig; readonly notes: readonly string[] }> {
  const { batchSize, dailyBatchSize, ...planning } = deps.planning;
  const defaults = {
    jobType,
    dueAt,
    batchSize: jobType === 'dailyDataIngestion' ? dailyBatchSize : batchSize,
    qualityThreshold: planning.qualityThreshold,
    sources: planning.sources,
    concurrency: planning.concurrency,
    knownSources: deps.sources.names,
  };
  const parsed = parseJobInput(input, defaults);
  const [first] = parsed.config.sources;
  const source = first === undefined ? undefined : deps.sources.get(first);
  if (source?.inspect === undefined) {
    return parsed;
  }
  const { path } = parsed.config;
  const { firstDay, lastDay } = await source.inspect(path === undefined ? {} : { path }, signal);
  return firstDay === undefined || lastDay === undefined
    ? parsed
    : parseJobInput(input, { ...defaults, range: { startDate: firstDay, endDate: lastDay } });
}

/** The symbols asked for, else all that the sources know and that were listed within the range. */
async function settleSymbols(
  deps: PlanDeps,
  config: EtlJobConfig,
  signal: AbortSignal,
): Promise<readonly StockSymbol[]> {
  for (const name of config.sources) {
    const scope = config.path === undefined ? {} : { path: config.path };
    const instruments = await deps.sources.get(name).listInstruments(scope, signal);
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
  { jobId, runId }: PlanJobInput,
  config: EtlJobConfig,
  facts: Pick<JobPlan, 'batches' | 'symbols' | 'sessions' | 'notes' | 'retryDelayMs'>,
): JobPlan {
  const { jobName, startDate, endDate, concurrency, retryFailed, sources, symbols } = config;
  const nothingToDo =
    facts.sessions === 0 ? `no session of the exchange from ${startDate} to ${endDate}` : undefined;
  return {
    jobId,
    runId,
    jobName,
    startDate,
    endDate,
    concurrency,
    retryFailed,
    sources,
    ...facts,
    notes: nothingToDo === undefined ? facts.notes : [nothingToDo, ...facts.notes],
    nothingToDo,
    effectiveInput: {
      ...config,
      symbols:
        symbols.length > SYMBOLS_SHOWN
          ? [...symbols.slice(0, SYMBOLS_SHOWN), `… ${symbols.length} in all`]
          : symbols,
    },
  };
}
