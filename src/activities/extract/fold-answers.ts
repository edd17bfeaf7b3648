import type { SymbolJudgement, WantedSymbol } from '../../domain/acceptance.ts';
import type { LandedAnswer } from '../../domain/batch.ts';
import { EtlError } from '../../domain/errors.ts';
import { plural } from '../../domain/plural.ts';
import type { SourceAttempt } from '../../domain/source-breaker.ts';
import type { StockSymbol } from '../../domain/stock-symbol.ts';
import type { RequestShape } from '../../sources/capabilities.ts';
import type { DataSource } from '../../sources/data-source.ts';
import type { AcceptOutcome, UnreadableAnswer } from '../cpu/accept-task.ts';
import type { AskEnd } from './ask-source.ts';
import { isConfirmedAbsent, type Fault, type HarvestState } from './harvest-state.ts';

/** One source's turn with a batch. */
export interface Turn {
  readonly source: DataSource;
  readonly endpoint: string;
  readonly shape: RequestShape;
  readonly wanted: readonly WantedSymbol[];
  readonly startedAt: string;
}

export type TurnEnd = Pick<
  SourceAttempt,
  'outcome' | 'code' | 'reason' | 'accepted' | 'rows' | 'answers' | 'endedAt'
>;

interface Got {
  readonly answers: readonly LandedAnswer[];
  readonly end: AskEnd;
}

/** Notes what came of a turn, and in one line why it goes on to the next source, if it does. */
export function recordAttempt(state: HarvestState, turn: Turn, end: TurnEnd): void {
  const { source, endpoint, wanted, startedAt } = turn;
  state.attempts.push({
    source: source.name,
    endpoint,
    position: state.attempts.length + 1,
    symbols: wanted.length,
    startedAt,
    ...end,
  });
  if (end.outcome !== 'accepted' && end.reason !== undefined) {
    const share = `${wanted.length - end.accepted} of ${wanted.length} symbols`;
    state.failovers.push(`${source.name} ${end.outcome} (${share}): ${end.reason}`);
  }
}

/** Takes the answers of a source on this machine as they are. */
export function foldTrusted(
  state: HarvestState,
  { source, wanted }: Turn,
  { answers, end }: Got,
): Omit<TurnEnd, 'endedAt'> {
  const served = new Set(answers.flatMap(({ symbols }) => symbols));
  for (const { symbol } of wanted) {
    if (served.has(symbol)) {
      state.choices[symbol] = { source: source.name, missing: [] };
    } else {
      state.faults[symbol] = faultOf(end.refused.get(symbol) ?? end.error, source.name);
    }
  }
  keep(state, source.name, answers);
  return {
    ...endOf(wanted, served.size, firstFault(state, wanted)),
    rows: 0,
    answers: answers.length,
  };
}

/** Takes of a source what was accepted, and what is the best so far; remembers why the rest was not. */
export function foldJudgement(
  state: HarvestState,
  turn: Turn,
  { answers, end, judgement }: Got & { readonly judgement: AcceptOutcome },
): Omit<TurnEnd, 'endedAt'> {
  const { source, wanted } = turn;
  const { drift } = judgement;
  const served = servedBy(turn, answers, end);
  const unreadable = unreadableSymbols(answers, judgement.unreadable);
  let accepted = 0;
  for (const one of judgement.symbols) {
    const broken = unreadable.get(one.symbol);
    const isServed = served.has(one.symbol);
    if (!isServed || broken !== undefined) {
      state.faults[one.symbol] =
        broken ?? faultOf(end.refused.get(one.symbol) ?? end.error, source.name);
    } else if (drift !== undefined || one.outcome === 'refused') {
      const { code = 'ETL-SRC-252', reason } = drift ?? one;
      const message = `${source.name}: ${reason ?? 'refused'}`;
      const errorClass = drift === undefined ? 'data_quality' : 'schema_drift';
      state.faults[one.symbol] = { errorClass, code, message, kind: 'refused' };
    } else {
      // Days that were not asked for, since the source failed before, say nothing.
      const wasAsked = end.error === undefined || turn.shape !== 'session';
      accepted += takeSymbol(state, turn, one, wasAsked && judgement.rows > 0) ? 1 : 0;
    }
  }
  keep(state, source.name, answers);
  const fault = firstFault(state, wanted);
  const outcome = endOf(
    wanted,
    accepted,
    drift === undefined
      ? fault
      : { ...drift, errorClass: 'schema_drift', message: drift.reason, kind: 'refused' },
  );
  return { ...outcome, rows: judgement.rows, answers: answers.length };
}

/** @returns whether the source is now the symbol's, with all that is expected of it. */
function takeSymbol(
  state: HarvestState,
  { source }: Turn,
  { symbol, outcome, missing }: SymbolJudgement,
  isEvidence: boolean,
): boolean {
  if (isEvidence) {
    const days = (state.noBar[symbol] ??= {});
    for (const day of missing) {
      days[day] = [...new Set([...(days[day] ?? []), source.name])];
    }
  }
  if (outcome === 'empty') {
    const message = `${source.name} has no bar on ${plural(missing.length, 'expected day')}, and no second source confirms it`;
    state.faults[symbol] = {
      errorClass: 'data_quality',
      code: 'ETL-SRC-256',
      message,
      kind: 'empty',
    };
    return false;
  }
  const before = state.choices[symbol];
  if (before === undefined || missing.length < before.missing.length) {
    state.choices[symbol] = { source: source.name, missing };
  }
  return missing.every((day) => isConfirmedAbsent(state, symbol, day));
}

/** By session every symbol was asked; where sessions are missing, the judgement sees it by itself. */
function servedBy(
  { wanted, shape }: Turn,
  answers: readonly LandedAnswer[],
  { refused }: AskEnd,
): ReadonlySet<StockSymbol> {
  const served =
    shape === 'session' && answers.length > 0
      ? wanted.map(({ symbol }) => symbol)
      : answers.flatMap(({ symbols }) => symbols);
  return new Set(served.filter((symbol) => !refused.has(symbol)));
}

function unreadableSymbols(
  answers: readonly LandedAnswer[],
  unreadable: readonly UnreadableAnswer[],
): ReadonlyMap<StockSymbol, Fault> {
  return new Map(
    unreadable.flatMap(({ answer, errorClass, code, message }) =>
      (answers[answer]?.symbols ?? []).map((symbol): [StockSymbol, Fault] => [
        symbol,
        { errorClass, code, message, kind: errorClass === 'schema_drift' ? 'refused' : 'failed' },
      ]),
    ),
  );
}

function keep(state: HarvestState, source: string, answers: readonly LandedAnswer[]): void {
  state.kept[source] = [...(state.kept[source] ?? []), ...answers];
}

function firstFault(state: HarvestState, wanted: readonly WantedSymbol[]): Fault | undefined {
  const without = wanted.find(({ symbol }) => state.choices[symbol] === undefined);
  if (without !== undefined) {
    return state.faults[without.symbol];
  }
  const short = wanted.find(({ symbol }) => (state.choices[symbol]?.missing.length ?? 0) > 0);
  return short === undefined
    ? undefined
    : {
        errorClass: 'data_quality',
        code: 'ETL-SRC-257',
        message: `${short.symbol} lacks ${plural(state.choices[short.symbol]?.missing.length ?? 0, 'expected day')}`,
        kind: 'empty',
      };
}

function endOf(
  wanted: readonly WantedSymbol[],
  accepted: number,
  fault: Fault | undefined,
): Pick<TurnEnd, 'outcome' | 'code' | 'reason' | 'accepted'> {
  if (accepted >= wanted.length || fault === undefined) {
    return { outcome: 'accepted', code: undefined, reason: undefined, accepted };
  }
  const none = fault.kind === 'refused' ? 'refused' : 'failed';
  const outcome = accepted > 0 || fault.kind === 'empty' ? 'partial' : none;
  return { outcome, code: fault.code, reason: fault.message, accepted };
}

function faultOf(error: Error | undefined, source: string): Fault {
  if (error instanceof EtlError) {
    const { errorClass, code, headline } = error;
    return { errorClass, code, message: headline, kind: 'failed' };
  }
  const message = error?.message ?? `${source} did not answer for it`;
  return { errorClass: 'transient', code: 'ETL-SRC-000', message, kind: 'failed' };
}
