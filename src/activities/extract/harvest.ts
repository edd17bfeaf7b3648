import type { WantedSymbol } from '../../domain/acceptance.ts';
import {
  ConfigurationError,
  EtlError,
  SchemaDriftError,
  hopelessness,
  type FailureKind,
} from '../../domain/errors.ts';
import { plural } from '../../domain/plural.ts';
import { exchangeOf, type StockSymbol } from '../../domain/stock-symbol.ts';
import { toDayNumber } from '../../domain/trading-day.ts';
import type { BarsRequest, DataSource } from '../../sources/data-source.ts';
import type { BatchSpec } from '../../domain/run.ts';
import type { EtlDeps } from '../deps.ts';
import { askSource, type AskEnd } from './ask-source.ts';
import { foldJudgement, foldTrusted, recordAttempt, type Turn } from './fold-answers.ts';
import { isLocal, isOpen, type HarvestState } from './harvest-state.ts';
import { sourceTurns } from './source-turns.ts';

export type HarvestDeps = Pick<
  EtlDeps,
  'landing' | 'clock' | 'failpoint' | 'sources' | 'desk' | 'cpu'
>;

/** A wait for our own quota that is worth it although another source could be asked. */
const WORTH_WAITING_MS = 120_000;
/** Waits for sources that refuse for now: so long each, and so long in all. */
const MAX_WAIT_MS = 300_000;
const MAX_WAITED_MS = 900_000;

export interface HarvestWait {
  readonly ms: number;
  readonly reason: string;
}

export interface HarvestHands {
  readonly state: HarvestState;
  readonly signal: AbortSignal;
  /** Hears what the sources threw. */
  readonly errors: Error[];
}

/** Asks the sources in order until every symbol has one whose answer was accepted. @returns a wait where it is to go on later. */
export async function harvest(
  deps: HarvestDeps,
  spec: BatchSpec,
  wanted: readonly WantedSymbol[],
  { state, signal, errors }: HarvestHands,
): Promise<HarvestWait | undefined> {
  // By all symbols of the batch, so that one that is skipped meanwhile moves nobody's turn.
  const turns = sourceTurns(deps.sources, spec.config, spec.symbols);
  for (const [index, turn] of turns.entries()) {
    const open = wanted.filter(({ symbol }) => turn.symbols.has(symbol) && isOpen(state, symbol));
    if (index < state.next || open.length === 0) {
      continue;
    }
    state.next = index;
    const later = turns.slice(index + 1);
    const isLast = !open.some(({ symbol }) => later.some(({ symbols }) => symbols.has(symbol)));
    try {
      const source = deps.sources.get(turn.source);
      const wait = await takeTurn({ deps, spec, source, state, signal, errors, isLast }, open);
      if (wait !== undefined) {
        return wait;
      }
    } catch (error) {
      if (!(error instanceof ConfigurationError)) {
        throw error;
      }
      // Not configured, most often: the others go on without it.
      errors.push(error);
      noteFaults(state, open, {
        errorClass: error.errorClass,
        code: error.code,
        reason: error.message,
      });
    }
    state.next = index + 1;
  }
  return waitForSources(state, wanted);
}

interface TurnContext extends HarvestHands {
  readonly deps: HarvestDeps;
  readonly spec: BatchSpec;
  readonly source: DataSource;
  readonly isLast: boolean;
}

/** One source's turn: asked if it may be, its answers judged, what is right taken. */
async function takeTurn(
  context: TurnContext,
  open: readonly WantedSymbol[],
): Promise<HarvestWait | undefined> {
  const { deps, spec, source, state, signal, errors, isLast } = context;
  const served = open.filter(({ symbol }) => servesMarket(source, symbol));
  const sessions = new Set(open.flatMap(({ expected }) => [...expected])).size;
  const shape = deps.desk.shapeOf(source, served.length, Math.max(1, sessions));
  const endpoint = source.endpoints[shape] ?? '';
  const now = new Date(deps.clock.now()).toISOString();
  const startedAt = state.asking?.startedAt ?? now;
  const turn: Turn = { source, endpoint, shape, wanted: served, startedAt };
  if (served.length === 0) {
    const reason = `${source.name} does not serve the market of ${plural(open.length, 'symbol')}`;
    skip(context, turn, { errorClass: 'configuration', code: 'ETL-SRC-241', reason });
    return undefined;
  }
  const refusal = endpoint === '' ? undefined : await deps.desk.refusal(source.name, endpoint);
  if (refusal !== undefined) {
    noteSoonest(state, refusal.waitMs);
    skip(context, turn, { ...refusal, errorClass: 'transient' });
    return undefined;
  }
  state.asking ??= { source: source.name, startedAt: now, answers: [], served: [] };
  const end = await askSource(deps, source, requestOf(spec, served, shape), {
    asking: state.asking,
    signal,
  });
  const isWorthIt = isLast || (end.waitMs ?? 0) <= WORTH_WAITING_MS;
  if (end.waitMs !== undefined && isWorthIt) {
    return { ms: end.waitMs, reason: end.error?.message ?? `${source.name} is being asked` };
  }
  if (end.error !== undefined) {
    errors.push(end.error);
    const rest = endpoint === '' ? undefined : await deps.desk.refusal(source.name, endpoint);
    noteSoonest(state, rest?.waitMs);
  }
  await judgeTurn(context, turn, end);
  state.asking = undefined;
  return undefined;
}

async function judgeTurn(context: TurnContext, turn: Turn, end: AskEnd): Promise<void> {
  const { deps, spec, source, state, signal } = context;
  const answers = state.asking?.answers ?? [];
  const endedAt = new Date(deps.clock.now()).toISOString();
  if (isLocal(source)) {
    recordAttempt(state, turn, { ...foldTrusted(state, turn, { answers, end }), endedAt });
    return;
  }
  const judgement = await deps.cpu.accept(
    {
      answers,
      wanted: turn.wanted,
      startDay: toDayNumber(spec.startDate),
      endDay: toDayNumber(spec.endDate),
      tolerance: { wholeLots: source.capabilities.wholeLots },
    },
    signal,
  );
  if (judgement.drift !== undefined) {
    await deps.desk.reportDrift(source.name, turn.endpoint, judgement.drift);
  }
  recordAttempt(state, turn, {
    ...foldJudgement(state, turn, { answers, end, judgement }),
    endedAt,
  });
}

function noteFaults(
  state: HarvestState,
  symbols: readonly WantedSymbol[],
  { errorClass, code, reason }: FailureKind & { readonly reason: string },
): void {
  for (const { symbol } of symbols) {
    state.faults[symbol] ??= { errorClass, code, message: reason, kind: 'failed' };
  }
}

function noteSoonest(state: HarvestState, waitMs: number | undefined): void {
  if (waitMs !== undefined) {
    state.soonestMs = Math.min(state.soonestMs ?? waitMs, waitMs);
  }
}

function skip(
  { state, deps }: TurnContext,
  turn: Turn,
  refusal: FailureKind & { readonly reason: string },
): void {
  noteFaults(state, turn.wanted, refusal);
  const { code, reason } = refusal;
  const endedAt = new Date(deps.clock.now()).toISOString();
  recordAttempt(state, turn, {
    outcome: 'skipped',
    code,
    reason,
    accepted: 0,
    rows: 0,
    answers: 0,
    endedAt,
  });
}

function servesMarket({ capabilities }: DataSource, symbol: StockSymbol): boolean {
  const market = exchangeOf(symbol);
  return capabilities.markets.includes(market);
}

function requestOf(
  spec: BatchSpec,
  wanted: readonly WantedSymbol[],
  shape: NonNullable<BarsRequest['shape']>,
): BarsRequest {
  const { startDate, endDate, config, jobType } = spec;
  return {
    symbols: wanted.map(({ symbol }) => symbol),
    startDate,
    endDate,
    shape,
    priority: jobType === 'historicalBackfill' ? 'backfill' : 'daily',
    ...(config.path === undefined ? {} : { path: config.path }),
  };
}

/** Where symbols got nothing because a source refused for a while, it is asked again then, within reason. */
function waitForSources(
  state: HarvestState,
  wanted: readonly WantedSymbol[],
): HarvestWait | undefined {
  const unserved = wanted.filter(
    ({ symbol }) => state.choices[symbol] === undefined && state.faults[symbol]?.kind === 'failed',
  );
  const ms = state.soonestMs ?? Number.POSITIVE_INFINITY;
  if (unserved.length === 0 || ms > MAX_WAIT_MS || state.waitedMs + ms > MAX_WAITED_MS) {
    return undefined;
  }
  state.next = 0;
  state.soonestMs = undefined;
  state.waits += 1;
  state.waitedMs += ms;
  const first = unserved[0]?.symbol ?? '';
  return {
    ms: Math.max(100, Math.ceil(ms)),
    reason: `${plural(unserved.length, 'symbol')} waiting for a source: ${state.faults[first]?.message ?? ''}`,
  };
}

/** The error of a batch of which nothing at all could be had: what may pass goes before what will not. */
export function errorOfNothing(errors: readonly Error[]): Error | undefined {
  return errors
    .filter((error) => !(error instanceof SchemaDriftError))
    .toSorted((left, right) => rankOf(left) - rankOf(right))[0];
}

function rankOf(error: Error): number {
  return error instanceof EtlError ? hopelessness(error.errorClass) : 0;
}
