import type { Board } from '../../domain/stock-symbol.ts';
import { toDayNumber, type DayNumber } from '../../domain/trading-day.ts';

/* The exchanges' daily price limits, by board, day and ST status, as the simulated market keeps them. */

const CHINEXT_REFORM = toDayNumber('2020-08-24');
const MAIN_REGISTRATION = toDayNumber('2023-04-10');
const ST_REFORM = toDayNumber('2026-07-06');
const FREE_SESSIONS = 5;

export interface LimitFacts {
  readonly board: Board;
  readonly day: DayNumber;
  readonly isSt: boolean;
  /** 0 on the day of listing. */
  readonly sessionsSinceListing: number;
}

/** The limit in per cent of the pre-close; undefined where there is none. */
export function limitPercent(facts: LimitFacts): number | undefined {
  const { board, day, sessionsSinceListing } = facts;
  if (isFree(facts)) {
    return undefined;
  }
  if (board === 'bse') {
    return 30;
  }
  if (board === 'star' || (board === 'chinext' && day >= CHINEXT_REFORM)) {
    return 20;
  }
  return facts.isSt && day < ST_REFORM && sessionsSinceListing > 0 ? 5 : 10;
}

function isFree({ board, day, sessionsSinceListing }: LimitFacts): boolean {
  const isReformed =
    board === 'star' ||
    (board === 'chinext' && day >= CHINEXT_REFORM) ||
    (board === 'main' && day >= MAIN_REGISTRATION);
  return sessionsSinceListing < (isReformed ? FREE_SESSIONS : 1);
}

/** A limit price in cents: rounded half up, and never less than one tick away from the pre-close. */
export function limitCents(preCloseCents: number, percent: number): number {
  const rounded = Math.floor((preCloseCents * (100 + percent) + 50) / 100);
  return percent > 0
    ? Math.max(rounded, preCloseCents + 1)
    : Math.max(1, Math.min(rounded, preCloseCents - 1));
}
