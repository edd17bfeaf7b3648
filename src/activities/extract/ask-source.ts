import { setTimeout as pause } from 'node:timers/promises';

import { sessionsBetween } from '../../calendar/trading-calendar.ts';
import { EtlError, TransientError } from '../../domain/errors.ts';
import type { StockSymbol } from '../../domain/stock-symbol.ts';
import { fromDayNumber, type TradingDay } from '../../domain/trading-day.ts';
import type { BarsRequest, DataSource } from '../../sources/data-source.ts';
import type { EtlDeps } from '../deps.ts';
import type { Asking } from './harvest-state.ts';

export type AskDeps = Pick<EtlDeps, 'landing' | 'clock' | 'failpoint'>;

/** How asking a source ended. */
export interface AskEnd {
  readonly refused: ReadonlyMap<StockSymbol, Error>;
  /** What ended it before everything was served, if anything. */
  readonly error: Error | undefined;
  /** It was only interrupted: after so long it may go on with what is left. */
  readonly waitMs: number | undefined;
}

/** The quota of our own is used up: no fault of the source. */
const QUOTA_USED_UP = 'ETL-SRC-230';
/** An activity ends after so long and goes on in a new one, so that its work is never far from being kept. */
const SLICE_MS = 240_000;
/** A source that fails is asked on for what is left, so often in a row without an answer. */
const RESUMPTIONS = 2;
/** Before it is asked on for the first time; then three times as long. */
const RESUME_MS = 150;
/** Sessions that are asked for at the same time, at most. */
const MAX_PARALLEL = 4;

/** One asking of one source, while it lasts. */
interface Round {
  readonly deps: AskDeps;
  readonly source: DataSource;
  readonly request: BarsRequest;
  readonly asking: Asking;
  readonly signal: AbortSignal;
  readonly refused: Map<StockSymbol, Error>;
  readonly sliceEnd: number;
  stop: Pick<AskEnd, 'error' | 'waitMs'> | undefined;
}

/** Asks one source for what `asking` does not have yet, and lands each answer before anything reads it. */
export async function askSource(
  deps: AskDeps,
  source: DataSource,
  request: BarsRequest,
  { asking, signal }: { readonly asking: Asking; readonly signal: AbortSignal },
): Promise<AskEnd> {
  const sliceEnd = deps.clock.now() + SLICE_MS;
  const refused = new Map<StockSymbol, Error>();
  const round: Round = {
    deps,
    source,
    request,
    asking,
    signal,
    refused,
    sliceEnd,
    stop: undefined,
  };
  if (request.shape === 'session') {
    await askSessions(round);
  } else {
    await askSymbols(round);
  }
  signal.throwIfAborted();
  return { refused, ...(round.stop ?? { error: undefined, waitMs: undefined }) };
}

/** One request for each session, a few at a time. */
async function askSessions(round: Round): Promise<void> {
  const { request, asking, source } = round;
  const served = new Set(asking.served);
  const days = [...sessionsBetween('SSE', request.startDate, request.endDate)]
    .map(fromDayNumber)
    .filter((day) => !served.has(day));
  async function takeDays(): Promise<void> {
    for (let day = days.shift(); day !== undefined; day = days.shift()) {
      await askSession(round, day);
      if (round.stop !== undefined) {
        return;
      }
      asking.served.push(day);
    }
  }
  const lanes = Math.max(1, Math.min(MAX_PARALLEL, source.capabilities.concurrency, days.length));
  await Promise.all(Array.from({ length: lanes }, takeDays));
}

async function askSession(round: Round, day: TradingDay): Promise<void> {
  const request = { ...round.request, startDate: day, endDate: day };
  for (let tries = 0; tries <= RESUMPTIONS && round.stop === undefined; tries += 1) {
    const error = await takeAnswers(round, request, () => undefined);
    if (error === undefined) {
      return;
    }
    if (tries === RESUMPTIONS || !(error instanceof TransientError)) {
      round.stop ??= stopOf(error);
    } else {
      await pause(RESUME_MS * 3 ** tries, undefined, { signal: round.signal });
    }
  }
}

/** One request for all symbols that are left; after a failure, one for those that are still left. */
async function askSymbols(round: Round): Promise<void> {
  const { request, asking, refused, source } = round;
  const served = new Set(asking.served);
  let failures = 0;
  for (;;) {
    const symbols = request.symbols.filter((symbol) => !served.has(symbol) && !refused.has(symbol));
    if (symbols.length === 0 || round.stop !== undefined) {
      return;
    }
    const before = served.size;
    const error = await takeAnswers(round, { ...request, symbols }, (answered) => {
      const fresh = answered.filter((symbol) => !served.has(symbol));
      fresh.forEach((symbol) => served.add(symbol));
      asking.served.push(...fresh);
    });
    if (error === undefined && round.stop === undefined) {
      symbols
        .filter((symbol) => !served.has(symbol) && !refused.has(symbol))
        .forEach((symbol) => refused.set(symbol, unanswered(source.name, symbol)));
      return;
    }
    failures = served.size > before ? 1 : failures + 1;
    if (error !== undefined && (failures > RESUMPTIONS || !(error instanceof TransientError))) {
      round.stop ??= stopOf(error);
    } else if (error !== undefined) {
      await pause(RESUME_MS * 3 ** (failures - 1), undefined, { signal: round.signal });
    }
  }
}

/** Lands the answers of one request. @returns what ended it early; a slice that is over stops the round instead. */
async function takeAnswers(
  round: Round,
  request: BarsRequest,
  onServed: (symbols: readonly StockSymbol[]) => void,
): Promise<Error | undefined> {
  const { deps, source, asking, signal, refused } = round;
  try {
    for await (const answer of source.fetchBars(request, signal)) {
      if (answer.kind === 'refused') {
        answer.symbols.forEach((symbol) => refused.set(symbol, answer.error));
        continue;
      }
      asking.answers.push({
        source: source.name,
        format: answer.format,
        request: answer.request,
        symbols: answer.symbols,
        fetchedAt: new Date(deps.clock.now()).toISOString(),
        payload: await deps.landing.land(answer.body),
      });
      onServed(answer.symbols);
      deps.failpoint('extract.after_answer');
      if (deps.clock.now() > round.sliceEnd && request.shape !== 'session') {
        round.stop ??= { error: undefined, waitMs: 1 };
        return undefined;
      }
    }
    return undefined;
  } catch (error) {
    if (signal.aborted) {
      throw error;
    }
    return error instanceof Error ? error : new Error(String(error));
  }
}

function stopOf(error: Error): Pick<AskEnd, 'error' | 'waitMs'> {
  return error instanceof EtlError && error.code === QUOTA_USED_UP
    ? { error, waitMs: error.retryAfterMs ?? 1000 }
    : { error, waitMs: undefined };
}

function unanswered(source: string, symbol: StockSymbol): Error {
  return new TransientError(`${source} did not answer for ${symbol}`, { code: 'ETL-SRC-010' });
}
