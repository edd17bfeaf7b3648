import { lowerBound } from '../../domain/lower-bound.ts';
import { sessionsOf } from '../../calendar/trading-calendar.ts';
import { hash32, uniform } from './noise.ts';
import { BLOCK, isTroubled, pathBlock, pathClose } from './path.ts';
import { FREE_SESSIONS, LIMIT_REFORMS, priceLimitOf, type PriceLimit } from './price-limits.ts';
import type { Security } from './universe.ts';

/**
 * What happens to a security between its first and its last session: suspensions, special treatment and corporate actions.
 * Sessions are counted from its listing: session 0 is the day of listing.
 */
export interface Life {
  readonly security: Security;
  /** Day numbers of its exchange's sessions from listing to delisting. */
  readonly sessions: Int32Array;
  /** Ascending, disjoint. */
  readonly suspensions: readonly Span[];
  readonly st: Span | undefined;
  readonly actions: readonly CorporateAction[];
  /** Ascending by session; the first begins with the listing. */
  readonly limits: readonly LimitPhase[];
}

/** [first, end) in sessions. */
export type Span = readonly [first: number, end: number];

/** The price limit from a session on. */
export interface LimitPhase {
  readonly from: number;
  readonly limit: PriceLimit | undefined;
}

/** An ex-right day. It is never in a suspension, nor in a block with a limit episode. */
export interface CorporateAction {
  readonly session: number;
  /** Of the close before: what is paid in cash, in cents a share. */
  readonly cashCents: number;
  /** New shares for one old one: 1, or 2 for a split. */
  readonly shares: number;
  readonly lastCloseCents: number;
  /** (last close - cash) / shares, in whole cents. */
  readonly preCloseCents: number;
  /** Product of last close / pre-close of all actions up to and including this one: raw price = path / cumulative. */
  readonly cumulative: number;
}

const STREAM = { suspended: 14, suspension: 15, st: 17, split: 18, payout: 19, exDay: 20 } as const;
const YEAR = 243;
const LONG_SUSPENSION_SHARE = 0.15;
const SUSPENDED_YEARS = 0.3;
/** Within a year suspensions end before session 200 and ex-right days come after it. */
const EX_DAYS_FROM = 200;

function suspensionsOf(seed: number, length: number): readonly Span[] {
  const found: Span[] = [];
  for (let year = 0; year * YEAR < length; year += 1) {
    if (uniform(seed, STREAM.suspended, year) >= SUSPENDED_YEARS) {
      continue;
    }
    const isLong = uniform(seed, STREAM.suspension, 3 * year) < LONG_SUSPENSION_SHARE;
    const share = uniform(seed, STREAM.suspension, 3 * year + 1);
    const duration = isLong ? 10 + Math.floor(60 * share) : 1 + Math.floor(3 * share);
    const start =
      year * YEAR + 10 + Math.floor(120 * uniform(seed, STREAM.suspension, 3 * year + 2));
    if (start + duration < length) {
      found.push([start, start + duration]);
    }
  }
  return found;
}

function stPhaseOf(seed: number, length: number): Span | undefined {
  if (!isTroubled(seed) || length < 3 * YEAR) {
    return undefined;
  }
  const start = YEAR + Math.floor((length - 2 * YEAR) * uniform(seed, STREAM.st, 0));
  const duration = YEAR + Math.floor(2 * YEAR * uniform(seed, STREAM.st, 1));
  return [start, Math.min(length, start + duration)];
}

/** Sessions before `session` on which the symbol traded. */
export function tradedBefore(suspensions: readonly Span[], session: number): number {
  let traded = session;
  for (const [first, end] of suspensions) {
    if (first >= session) {
      break;
    }
    traded -= Math.min(end, session) - first;
  }
  return traded;
}

/** The session on which the symbol traded after having traded on `traded` others. */
export function sessionAfter(suspensions: readonly Span[], traded: number): number {
  let session = traded;
  for (const [first, end] of suspensions) {
    if (first > session) {
      break;
    }
    session += end - first;
  }
  return session;
}

const MIN_PAYING_CENTS = 200;
const MIN_SPLIT_CENTS = 4000;

/** A dividend in most years; a split of a share that has become dear. */
function actionsOf(
  seed: number,
  suspensions: readonly Span[],
  length: number,
): readonly CorporateAction[] {
  const actions: CorporateAction[] = [];
  let cumulative = 1;
  for (let year = 0; (year + 1) * YEAR < length; year += 1) {
    const offset = hash32(seed, STREAM.exDay, year) % (YEAR - EX_DAYS_FROM);
    const session = year * YEAR + EX_DAYS_FROM + offset;
    const traded = tradedBefore(suspensions, session) - 1;
    const path = pathBlock(seed, Math.floor(traded / BLOCK));
    const lastCloseCents = pathClose(path, traded, cumulative);
    const isSplit = lastCloseCents > MIN_SPLIT_CENTS && uniform(seed, STREAM.split, year) < 0.4;
    const isPaying =
      lastCloseCents > MIN_PAYING_CENTS && uniform(seed, STREAM.payout, 2 * year) < 0.8;
    const rate = 0.005 + 0.025 * uniform(seed, STREAM.payout, 2 * year + 1);
    const cashCents = isPaying ? Math.round(lastCloseCents * rate) : 0;
    const shares = isSplit ? 2 : 1;
    const preCloseCents = Math.round((lastCloseCents - cashCents) / shares);
    if (preCloseCents !== lastCloseCents) {
      cumulative *= lastCloseCents / preCloseCents;
      actions.push({ session, cashCents, shares, lastCloseCents, preCloseCents, cumulative });
    }
  }
  return actions;
}

function limitPhasesOf(
  { exchange, board, listDay }: Security,
  sessions: Int32Array,
  st: Span | undefined,
): readonly LimitPhase[] {
  const reforms = LIMIT_REFORMS.filter((day) => day > listDay);
  const changes = reforms.map((day) => lowerBound(sessions, day));
  changes.push(0, 1, FREE_SESSIONS, ...(st ?? []));
  changes.sort((left, right) => left - right);
  const phases: LimitPhase[] = [];
  for (const from of changes) {
    const day = sessions[from];
    if (day === undefined) {
      break;
    }
    const isSt = st !== undefined && from >= st[0] && from < st[1];
    const facts = { exchange, board, listDay, day, sessionsSinceListing: from, isSt };
    const limit = priceLimitOf(facts);
    if (phases.length === 0 || phases.at(-1)?.limit !== limit) {
      phases.push({ from, limit });
    }
  }
  return phases;
}

/** Everything that happens to a security, once and for all. */
export function lifeOf(security: Security): Life {
  const { seed, exchange, listDay, delistDay } = security;
  const all = sessionsOf(exchange);
  const end = delistDay === undefined ? all.length : lowerBound(all, delistDay);
  const sessions = all.subarray(lowerBound(all, listDay), end);
  const suspensions = suspensionsOf(seed, sessions.length);
  const st = stPhaseOf(seed, sessions.length);
  return {
    security,
    sessions,
    suspensions,
    st,
    actions: actionsOf(seed, suspensions, sessions.length),
    limits: limitPhasesOf(security, sessions, st),
  };
}
