import type { WantedSymbol } from '../domain/acceptance.ts';
import type { BatchRef } from '../domain/batch.ts';
import { mostHopeful, SystemError } from '../domain/errors.ts';
import type { BatchSpec } from '../domain/run.ts';
import type { Absence } from '../domain/source-breaker.ts';
import type { StockSymbol } from '../domain/stock-symbol.ts';
import type { BatchTask, EtlActivities, ExtractedBatch } from './contract.ts';
import type { EtlDeps } from './deps.ts';
import { absencesOf, failuresOf } from './extract/account.ts';
import { errorOfNothing, harvest, type HarvestWait } from './extract/harvest.ts';
import {
  beginHarvest,
  isLocal,
  manifestOf,
  symbolsTakenFrom,
  type HarvestState,
} from './extract/harvest-state.ts';
import { sourceTurns } from './extract/source-turns.ts';
import { findSource } from './find-source.ts';
import { withHeartbeat } from './heartbeat.ts';

type ExtractDeps = Pick<
  EtlDeps,
  'runs' | 'landing' | 'staging' | 'sources' | 'desk' | 'cpu' | 'clock' | 'failpoint' | 'reference'
>;

/** Lines about failovers that travel; the warehouse has them all. */
const MAX_FAILOVERS = 5;
const MAX_LINE = 300;

/**
 * Asks the sources in order for the batch's symbols, lands each answer as it came before anything reads it, and takes the
 * rows of a symbol from the first source whose answer is accepted. Where it has to wait for a source it returns, and is
 * called again with what it had got.
 */
export function createExtractBatch(deps: ExtractDeps): EtlActivities['extractBatch'] {
  return async function extractBatch({ resume, ...task }) {
    return withHeartbeat(async (signal) => {
      const spec = await deps.runs.readBatch(task.runId, task.batchNo);
      const skipped = new Set(spec.skipped);
      const symbols = spec.symbols.filter((symbol) => !skipped.has(symbol));
      const wanted = await wantedOf(deps, spec, symbols);
      const state = resume === undefined ? beginHarvest() : await readState(deps, resume);
      const errors: Error[] = [];
      const wait = await harvest(deps, spec, wanted, { state, signal, errors });
      await deps.desk.recordAttempts(task.runId, task.batchNo, state.attempts);
      if (wait !== undefined) {
        return waitFor(deps, task, state, wait);
      }
      const nothing = Object.keys(state.choices).length === 0 ? errorOfNothing(errors) : undefined;
      if (nothing !== undefined) {
        throw nothing;
      }
      await refreshFactors(deps, task, { ...spec, symbols }, signal);
      return conclude({ deps, task, spec, state }, wanted);
    });
  };
}

/** Before the rows are judged: a previous close is ex-right, or wrong. What cannot be had is noted, and fails nothing. */
async function refreshFactors(
  { reference, runs }: ExtractDeps,
  { runId, batchNo }: BatchTask,
  { config, symbols, startDate, endDate, jobType }: BatchSpec,
  signal: AbortSignal,
): Promise<void> {
  const callPriority = jobType === 'historicalBackfill' ? 'backfill' : 'daily';
  const wish = { ...config, symbols, startDate, endDate, callPriority } as const;
  const notes = (await reference?.refreshFactors(wish, signal)) ?? [];
  if (notes.length > 0) {
    await runs.recordStage(runId, batchNo, 'reference', { notes });
  }
}

/** Sources on this machine are taken as they are: nothing has to be known for them. */
async function wantedOf(
  deps: ExtractDeps,
  spec: BatchSpec,
  symbols: readonly StockSymbol[],
): Promise<readonly WantedSymbol[]> {
  return areLocal(deps, spec)
    ? symbols.map((symbol) => ({ symbol, expected: new Int32Array(0), stored: undefined }))
    : deps.desk.wanted({ ...spec, symbols });
}

function areLocal({ sources }: ExtractDeps, { config, symbols }: BatchSpec): boolean {
  return sourceTurns(sources, config, symbols)
    .map(({ source }) => findSource(sources, source))
    .every((source) => source !== undefined && isLocal(source));
}

interface Conclusion {
  readonly deps: ExtractDeps;
  readonly task: BatchTask;
  readonly spec: BatchSpec;
  readonly state: HarvestState;
}

async function conclude(
  { deps, task, spec, state }: Conclusion,
  wanted: readonly WantedSymbol[],
): Promise<ExtractedBatch> {
  const { runId, batchNo } = task;
  const failures = failuresOf(state, wanted);
  const failure = mostHopeful(failures);
  const absences: readonly Absence[] = absencesOf(state, wanted);
  await deps.runs.recordFailures(runId, batchNo, failures);
  const symbols = wanted.map(({ symbol }) => symbol);
  const { startDate, endDate } = spec;
  if (!areLocal(deps, spec)) {
    await deps.desk.recordAbsences({ runId, symbols, startDate, endDate }, absences);
  }
  deps.failpoint('extract.before_manifest');
  const answers = manifestOf(state);
  const manifest = await deps.staging.writeJson(`${runId}/${batchNo}/manifest.json`, answers);
  return {
    ...task,
    manifest,
    answers: answers.length,
    bytes: answers.reduce((sum, answer) => sum + answer.payload.bytes, 0),
    failedSymbols: failures.length,
    ...(failure === undefined
      ? {}
      : { failure: { errorClass: failure.errorClass, code: failure.code } }),
    ...facesOf(state),
  };
}

/** What an operator sees of the sources of a batch; nothing where the first one gave everything. */
function facesOf(state: HarvestState): Pick<ExtractedBatch, 'served' | 'failovers'> {
  if (state.failovers.length === 0) {
    return {};
  }
  return {
    served: Object.fromEntries(
      Object.keys(state.kept)
        .map((source) => [source, symbolsTakenFrom(state, source).size] as const)
        .filter(([, symbols]) => symbols > 0),
    ),
    failovers: state.failovers.slice(-MAX_FAILOVERS).map((line) => line.slice(0, MAX_LINE)),
  };
}

async function waitFor(
  deps: ExtractDeps,
  task: BatchTask,
  state: HarvestState,
  { ms, reason }: HarvestWait,
): Promise<ExtractedBatch> {
  const resume = await deps.staging.writeJson(`${task.runId}/${task.batchNo}/resume.json`, state);
  return {
    ...task,
    manifest: resume,
    answers: 0,
    bytes: 0,
    failedSymbols: 0,
    wait: { ms, reason: reason.slice(0, MAX_LINE), resume },
  };
}

function isState(value: unknown): value is HarvestState {
  return typeof value === 'object' && value !== null && 'choices' in value && 'attempts' in value;
}

async function readState(deps: ExtractDeps, ref: BatchRef): Promise<HarvestState> {
  const value = await deps.staging.readJson(ref);
  if (!isState(value)) {
    throw new SystemError(`Staged record ${ref.uri} is no state of an extraction`, {
      code: 'ETL-STG-003',
      hint: 'run the job again; if workers of two versions share one store, finish the deployment first.',
    });
  }
  return value;
}
