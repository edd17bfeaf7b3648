import type { WantedSymbol } from '../../domain/acceptance.ts';
import type { SymbolFailure } from '../../domain/batch.ts';
import type { Absence } from '../../domain/source-breaker.ts';
import type { FailureKind } from '../../domain/errors.ts';
import { isConfirmedAbsent, isOpen, type HarvestState } from './harvest-state.ts';

/** Beyond that the batch as a whole has failed, and coverage shows every day of it anyway. */
const MAX_ABSENCES = 20_000;

const NOBODY_ASKED = {
  errorClass: 'configuration',
  code: 'ETL-SRC-010',
  message: 'no source was asked',
} as const;

/** Symbols that nobody could serve. One that is confirmed to have no bar has not failed. */
export function failuresOf(
  state: HarvestState,
  wanted: readonly WantedSymbol[],
): readonly (SymbolFailure & FailureKind)[] {
  return wanted.flatMap(({ symbol }) => {
    const fault = state.faults[symbol];
    if (state.choices[symbol] !== undefined || !isOpen(state, symbol)) {
      return [];
    }
    const { errorClass, code, message } = fault ?? NOBODY_ASKED;
    return [{ symbol, errorClass, code, message }];
  });
}

/** Expected days without a bar, each with its reason. Those that nobody has confirmed stay open. */
export function absencesOf(
  state: HarvestState,
  wanted: readonly WantedSymbol[],
): readonly Absence[] {
  const absences: Absence[] = [];
  for (const { symbol, expected } of wanted) {
    const choice = state.choices[symbol];
    const fault = state.faults[symbol];
    if (choice === undefined && fault === undefined) {
      continue;
    }
    for (const day of choice?.missing ?? expected) {
      const sources = state.noBar[symbol]?.[day] ?? [];
      const unserved = fault?.kind === 'refused' ? 'refused' : 'failed';
      const open = sources.length > 0 ? 'source_gap' : unserved;
      absences.push({
        symbol,
        day,
        reason: isConfirmedAbsent(state, symbol, day) ? 'no_trade' : open,
        sources,
        detail: choice === undefined ? (fault?.message ?? '').slice(0, 300) : '',
      });
    }
  }
  return absences
    .toSorted(
      (left, right) => Number(right.reason === 'no_trade') - Number(left.reason === 'no_trade'),
    )
    .slice(0, MAX_ABSENCES);
}
