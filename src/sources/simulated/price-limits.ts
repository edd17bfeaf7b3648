import type { Board, Exchange } from '../../domain/stock-symbol.ts';
import { toDayNumber, type DayNumber } from '../../domain/trading-day.ts';

/* The exchanges' daily price limits, by board, day and ST status, as the simulated market keeps them. */

const LIMITS_BEGIN = toDayNumber('1996-12-16');
const ST_BEGINS = toDayNumber('1998-04-22');
const SZSE_ONE_TICK = toDayNumber('2011-02-28');
const SSE_ISSUE_BAND = toDayNumber('2013-12-13');
const SZSE_ISSUE_BAND = toDayNumber('2014-06-13');
const CHINEXT_REFORM = toDayNumber('2020-08-24');
const MAIN_REGISTRATION = toDayNumber('2023-04-10');
const ST_REFORM = toDayNumber('2026-07-06');
/** The days on which a rule changed. */
export const LIMIT_REFORMS: readonly DayNumber[] = [
  LIMITS_BEGIN,
  ST_BEGINS,
  SZSE_ONE_TICK,
  SSE_ISSUE_BAND,
  SZSE_ISSUE_BAND,
  CHINEXT_REFORM,
  MAIN_REGISTRATION,
  ST_REFORM,
];
/** Sessions from its listing on in which a symbol's limit may differ from the later ones. */
export const FREE_SESSIONS = 5;

export interface LimitFacts {
  readonly exchange: Exchange;
  readonly board: Board;
  readonly day: DayNumber;
  readonly listDay: DayNumber;
  /** 0 on the day of listing. */
  readonly sessionsSinceListing: number;
  readonly isSt: boolean;
}

/** How far a price may lie from the pre-close, in per cent. */
export interface PriceLimit {
  readonly up: number;
  readonly down: number;
  /** The limit price is one tick away at least, where rounding would make it the pre-close itself. */
  readonly isOneTickAtLeast: boolean;
}

function bothWays(up: number, down: number): { readonly [tick in 'free' | 'oneTick']: PriceLimit } {
  return {
    free: { up, down, isOneTickAtLeast: false },
    oneTick: { up, down, isOneTickAtLeast: true },
  };
}

/** Every limit there is, once: equal limits are the same object. */
const LIMITS = {
  st: bothWays(5, -5),
  main: bothWays(10, -10),
  wide: bothWays(20, -20),
  bse: bothWays(30, -30),
  issue: bothWays(44, -36),
} as const;

/** A session's price limit; undefined where there is none. */
export function priceLimitOf(facts: LimitFacts): PriceLimit | undefined {
  const { exchange, day, sessionsSinceListing } = facts;
  if (day < LIMITS_BEGIN || sessionsSinceListing < freeSessions(facts)) {
    return undefined;
  }
  const oneTickFrom = exchange === 'SZSE' ? SZSE_ONE_TICK : MAIN_REGISTRATION;
  const isOneTick = exchange === 'BSE' || day >= oneTickFrom;
  return LIMITS[widthOf(facts)][isOneTick ? 'oneTick' : 'free'];
}

function widthOf(facts: LimitFacts): keyof typeof LIMITS {
  const { board, day, sessionsSinceListing, isSt } = facts;
  if (board === 'bse') {
    return 'bse';
  }
  if (board === 'star' || (board === 'chinext' && day >= CHINEXT_REFORM)) {
    return 'wide';
  }
  if (sessionsSinceListing === 0) {
    return 'issue';
  }
  return isSt && day >= ST_BEGINS && day < ST_REFORM ? 'st' : 'main';
}

/** Sessions without a limit from the listing on. */
function freeSessions({ exchange, board, listDay }: LimitFacts): number {
  if (board === 'bse') {
    return 1;
  }
  const registration = board === 'chinext' ? CHINEXT_REFORM : MAIN_REGISTRATION;
  if (board === 'star' || listDay >= registration) {
    return FREE_SESSIONS;
  }
  return listDay < (exchange === 'SSE' ? SSE_ISSUE_BAND : SZSE_ISSUE_BAND) ? 1 : 0;
}

/** The highest price of a session, in cents: rounded half up in whole numbers, since 2.05 × 1.1 in floats is too little. */
export function upLimitCents(preCloseCents: number, limit: PriceLimit): number {
  const rounded = Math.floor((preCloseCents * (100 + limit.up) + 50) / 100);
  return limit.isOneTickAtLeast ? Math.max(rounded, preCloseCents + 1) : rounded;
}

/** The lowest price of a session, in cents. */
export function downLimitCents(preCloseCents: number, limit: PriceLimit): number {
  const rounded = Math.floor((preCloseCents * (100 + limit.down) + 50) / 100);
  return Math.max(1, limit.isOneTickAtLeast ? Math.min(rounded, preCloseCents - 1) : rounded);
}
