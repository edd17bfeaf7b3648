import type { LandedAnswer } from '../../domain/batch.ts';
import type { FailureKind } from '../../domain/errors.ts';
import type { SourceAttempt } from '../../domain/source-breaker.ts';
import type { StockSymbol } from '../../domain/stock-symbol.ts';
import type { DataSource } from '../../sources/data-source.ts';
import type { DayNumber } from '../../domain/trading-day.ts';

/** Where the rows of a symbol come from: whole from one source, never spliced. */
export interface Choice {
  readonly source: string;
  /** Expected days that the source does not have. */
  readonly missing: readonly DayNumber[];
}

/** Why a symbol has no source yet. */
export interface Fault extends FailureKind {
  readonly message: string;
  readonly kind: 'failed' | 'refused' | 'empty';
}

/** The source that is being asked, kept over a wait so that no call is made twice. */
export interface Asking {
  readonly source: string;
  readonly startedAt: string;
  readonly answers: LandedAnswer[];
  readonly served: StockSymbol[];
}

/** What a batch has got so far. Plain JSON: it is staged while the batch waits. */
export interface HarvestState {
  /** Index of the next source to ask. */
  next: number;
  asking: Asking | undefined;
  /** Answers of each source that gave something. */
  readonly kept: Record<string, LandedAnswer[]>;
  readonly choices: Record<StockSymbol, Choice>;
  readonly faults: Record<StockSymbol, Fault>;
  /** By symbol and day: the sources that say, on evidence, that there is no bar. */
  readonly noBar: Record<StockSymbol, Record<DayNumber, string[]>>;
  readonly attempts: SourceAttempt[];
  readonly failovers: string[];
  /** Shortest time after which a source that was not asked may be asked. */
  soonestMs: number | undefined;
  waits: number;
  waitedMs: number;
}

export function beginHarvest(): HarvestState {
  return {
    next: 0,
    asking: undefined,
    kept: {},
    choices: {},
    faults: {},
    noBar: {},
    attempts: [],
    failovers: [],
    soonestMs: undefined,
    waits: 0,
    waitedMs: 0,
  };
}

/** A source on this machine: nothing beyond it is to be had, and its rows are judged by the quality rules alone. */
export function isLocal({
  inspect,
  endpoints,
}: Pick<DataSource, 'inspect' | 'endpoints'>): boolean {
  return inspect !== undefined || Object.keys(endpoints).length === 0;
}

/** Two sources that ask the same upstream are one witness. */
const UPSTREAM: Readonly<Record<string, string>> = { aktools: 'eastmoney' };
const WITNESSES = 2;

/** Whether two independent sources say that there is no bar of a symbol on a day. */
export function isConfirmedAbsent(
  { noBar }: Pick<HarvestState, 'noBar'>,
  symbol: StockSymbol,
  day: DayNumber,
): boolean {
  const sources = noBar[symbol]?.[day] ?? [];
  return new Set(sources.map((source) => UPSTREAM[source] ?? source)).size >= WITNESSES;
}

/** Whether more may be had for a symbol from another source. */
export function isOpen(state: HarvestState, symbol: StockSymbol): boolean {
  const choice = state.choices[symbol];
  if (choice !== undefined) {
    return choice.missing.some((day) => !isConfirmedAbsent(state, symbol, day));
  }
  const days = Object.keys(state.noBar[symbol] ?? {}).map(Number);
  const isEmpty = state.faults[symbol]?.kind === 'empty' && days.length > 0;
  return !(isEmpty && days.every((day) => isConfirmedAbsent(state, symbol, day)));
}

/** Symbols of which a source's rows are taken. */
export function symbolsTakenFrom(state: HarvestState, source: string): ReadonlySet<StockSymbol> {
  return new Set(
    Object.entries(state.choices).flatMap(([symbol, choice]) =>
      choice.source === source ? [symbol] : [],
    ),
  );
}

/** The answers that count, each for the symbols that are taken from its source and no others. */
export function manifestOf(state: HarvestState): readonly LandedAnswer[] {
  return Object.entries(state.kept).flatMap(([source, answers]) => {
    const taken = symbolsTakenFrom(state, source);
    return answers.flatMap((answer) => {
      const symbols = answer.symbols.filter((symbol) => taken.has(symbol));
      return symbols.length === 0 ? [] : [{ ...answer, symbols }];
    });
  });
}
