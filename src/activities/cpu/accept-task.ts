import type { Judgement, WantedSymbol } from '../../domain/acceptance.ts';
import { EtlError, type ErrorClass } from '../../domain/errors.ts';
import type { LandedAnswer } from '../../domain/batch.ts';
import type { DayNumber } from '../../domain/trading-day.ts';
import { judgeAnswers, type SourceTolerance } from '../../sources/acceptance.ts';
import { standardiseBars, type DecodedAnswer } from '../../transform/standardise.ts';
import { decodeLanded, type DecodeDeps } from './decode-landed.ts';

export interface AcceptTask {
  /** Of one source. */
  readonly answers: readonly LandedAnswer[];
  readonly wanted: readonly WantedSymbol[];
  readonly startDay: DayNumber;
  readonly endDay: DayNumber;
  readonly tolerance: SourceTolerance;
}

/** An answer that no decoder can read: plain facts, since an error's class does not survive the way out of a thread. */
export interface UnreadableAnswer {
  /** Index in the task's answers. */
  readonly answer: number;
  readonly errorClass: ErrorClass;
  readonly code: string;
  readonly message: string;
}

export interface AcceptOutcome extends Judgement {
  readonly unreadable: readonly UnreadableAnswer[];
}

/** Decodes one source's landed answers and judges whether they may count. Writes nothing. */
export function createAcceptTask(deps: DecodeDeps): (task: AcceptTask) => Promise<AcceptOutcome> {
  return async function runAccept({ answers, wanted, startDay, endDay, tolerance }) {
    const parts: DecodedAnswer[] = [];
    const unreadable: UnreadableAnswer[] = [];
    for (const [answer, landed] of answers.entries()) {
      try {
        const columns = await decodeLanded(deps, landed);
        parts.push({ columns, answer, fetchedAt: landed.fetchedAt });
      } catch (error) {
        unreadable.push({ answer, ...factsOf(error) });
      }
    }
    const scope = { symbols: wanted.map(({ symbol }) => symbol), startDay, endDay };
    const { columns, suspended } = standardiseBars(parts, scope);
    const drifted = new Map(
      unreadable
        .filter(({ errorClass }) => errorClass === 'schema_drift')
        .flatMap(({ answer, code, message }) =>
          (answers[answer]?.symbols ?? []).map(
            (symbol) => [symbol, { code, reason: message }] as const,
          ),
        ),
    );
    return { ...judgeAnswers({ columns, suspended, drifted }, wanted, tolerance), unreadable };
  };
}

function factsOf(error: unknown): Omit<UnreadableAnswer, 'answer'> {
  if (error instanceof EtlError && error.errorClass === 'system') {
    throw error; // The store is at fault, not the answer.
  }
  return error instanceof EtlError
    ? { errorClass: error.errorClass, code: error.code, message: error.message }
    : { errorClass: 'schema_drift', code: 'ETL-SRC-255', message: String(error) };
}
