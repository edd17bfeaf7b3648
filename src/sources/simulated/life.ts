import { sessionsOf } from '../../calendar/trading-calendar.ts';
import { hash32, signed, smoothNoise, uniform } from './noise.ts';
import type { Security } from './universe.ts';

/**
 * What happens to a security between its first and its last session: suspensions, special treatment and corporate actions.
 * Sessions are counted from its listing: session 0 is the day of listing.
 */
export interface Life {
  readonly security: Security;
  /** Day numbers of its exchange's sessions from listing to delisting. */
  readonly sessions: Int32Array;
  /** Ascending, disjoint: [first, end) in sessions. */
  readonly suspensions: readonly (readonly [number, number])[];
  /** [first, end) in sessions, or undefined. */
  readonly st: readonly [number, number] | undefined;
  readonly actions: readonly CorporateAction[];
}

/** An ex-right day: one share before it is worth `factor` times one share after it, by the reference price. */
export interface CorporateAction {
  readonly session: number;
  /** Of the close before: what is paid in cash, in cents a share. */
  readonly cashCents: number;
  /** New shares for one old one: 1, or 2 for a split. */
  readonly shares: number;
  /** Product of all factors up to and including this one: raw price = path / cumulative. */
  readonly cumulative: number;
}

const STREAM = {
  base: 10,
  slow: 11,
  fast: 12,
  daily: 13,
  suspended: 14,
  suspension: 15,
  troubled: 16,
  st: 17,
  split: 18,
  payout: 19,
  exDay: 20,
} as const;

const YEAR = 243;
const TROUBLED_SHARE = 0.05;
const LONG_SUSPENSION_SHARE = 0.15;
const SUSPENDED_YEARS = 0.3;

function isTroubled(seed: number): boolean {
  return uniform(seed, STREAM.troubled, 0) < TROUBLED_SHARE;
}

/**
 * The price that a share would have without corporate actions, in cents, at the n-th session on which it traded. From one
 * session to the next it moves by less than 4 % (1.6 % for symbols that are ever ST), so that limits are met only by design.
 */
export function pathCents(seed: number, traded: number): number {
  const calm = isTroubled(seed) ? 0.4 : 1;
  const base = Math.log(600 + 9000 * uniform(seed, STREAM.base, 0) ** 2);
  const drift = 0.00018 * traded;
  const swing =
    0.35 * smoothNoise(seed, STREAM.slow, traded, 120) +
    0.08 * smoothNoise(seed, STREAM.fast, traded, 20) +
    0.008 * signed(seed, STREAM.daily, traded);
  return Math.exp(base + drift + calm * swing);
}

function suspensionsOf(seed: number, length: number): readonly (readonly [number, number])[] {
  const found: [number, number][] = [];
  for (let year = 0; year * YEAR < length; year += 1) {
    if (uniform(seed, STREAM.suspended, year) >= SUSPENDED_YEARS) {
      continue;
    }
    const isLong = uniform(seed, STREAM.suspension, 3 * year) < LONG_SUSPENSION_SHARE;
    const duration = isLong
      ? 10 + Math.floor(60 * uniform(seed, STREAM.suspension, 3 * year + 1))
      : 1 + Math.floor(3 * uniform(seed, STREAM.suspension, 3 * year + 1));
    const start =
      year * YEAR + 10 + Math.floor(150 * uniform(seed, STREAM.suspension, 3 * year + 2));
    if (start + duration < length) {
      found.push([start, start + duration]);
    }
  }
  return found;
}

function stPhaseOf(seed: number, length: number): readonly [number, number] | undefined {
  if (!isTroubled(seed) || length < 3 * YEAR) {
    return undefined;
  }
  const start = YEAR + Math.floor((length - 2 * YEAR) * uniform(seed, STREAM.st, 0));
  return [
    start,
    Math.min(length, start + YEAR + Math.floor(2 * YEAR * uniform(seed, STREAM.st, 1))),
  ];
}

/** Sessions before `session` on which the symbol traded. */
export function tradedBefore(life: Pick<Life, 'suspensions'>, session: number): number {
  let traded = session;
  for (const [first, end] of life.suspensions) {
    if (first >= session) {
      break;
    }
    traded -= Math.min(end, session) - first;
  }
  return traded;
}

const MIN_PAYING_CENTS = 200;
const MIN_SPLIT_CENTS = 4000;

/** A dividend in most years; a split of a share that has become dear. */
function actionsOf(
  seed: number,
  life: Pick<Life, 'suspensions'>,
  length: number,
): readonly CorporateAction[] {
  const actions: CorporateAction[] = [];
  let cumulative = 1;
  for (let year = 0; (year + 1) * YEAR < length; year += 1) {
    const session = (year + 1) * YEAR - 1 - (hash32(seed, STREAM.exDay, year) % 40);
    const traded = tradedBefore(life, session);
    const close = Math.max(100, Math.round(pathCents(seed, traded - 1) / cumulative));
    const isSplit = close > MIN_SPLIT_CENTS && uniform(seed, STREAM.split, year) < 0.4;
    const isPaying = close > MIN_PAYING_CENTS && uniform(seed, STREAM.payout, 2 * year) < 0.8;
    const rate = 0.005 + 0.025 * uniform(seed, STREAM.payout, 2 * year + 1);
    const cashCents = isPaying ? Math.max(1, Math.round(close * rate)) : 0;
    const shares = isSplit ? 2 : 1;
    if (cashCents === 0 && shares === 1) {
      continue;
    }
    cumulative *= (close * shares) / (close - cashCents);
    actions.push({ session, cashCents, shares, cumulative });
  }
  return actions;
}

/** Everything that happens to a security, once and for all. */
export function lifeOf(security: Security): Life {
  const all = sessionsOf(security.exchange);
  const from = all.indexOf(security.listDay);
  const end = security.delistDay === undefined ? all.length : all.indexOf(security.delistDay);
  const sessions = all.subarray(from, end);
  const suspensions = suspensionsOf(security.seed, sessions.length);
  return {
    security,
    sessions,
    suspensions,
    st: stPhaseOf(security.seed, sessions.length),
    actions: actionsOf(security.seed, { suspensions }, sessions.length),
  };
}
