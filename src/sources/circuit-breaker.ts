import { CLOSED, type BreakerState, type CallEnd, type Trouble } from '../domain/source-breaker.ts';

export interface BreakerRules {
  /** The first cool-down after transient failures; the others are multiples of it. */
  readonly coolDownMs: number;
}

/** What the breaker says to a call that is about to be made. */
export interface Admission {
  readonly admitted: 'yes' | 'probe' | 'no';
  /** How long it will not be admitted; 0 where it is. */
  readonly waitMs: number;
  readonly next: BreakerState;
}

/** Transient failures in a row that open it. */
const FAILURES_TO_OPEN = 3;
/** A probe that has not ended by then was made by a worker that died. */
const PROBE_LEASE_MS = 60_000;
const DAY_MS = 86_400_000;

/** First cool-down in multiples of `coolDownMs` (a minute, as a rule), and the longest in ms. */
const COOL_DOWN: Readonly<Record<Trouble, { readonly times: number; readonly maxMs: number }>> = {
  transient: { times: 1, maxMs: 3_600_000 },
  rate_limited: { times: 1, maxMs: 3_600_000 },
  // Bans last from twenty minutes to days (docs/sources-failover.md).
  banned: { times: 20, maxMs: DAY_MS },
  schema_drift: { times: 10, maxMs: DAY_MS },
};

/** Whether a call may be made. After the cool-down exactly one is admitted, as a probe; the others wait for its end. */
export function admitCall(state: BreakerState, nowMs: number): Admission {
  if (state.position === 'closed') {
    return { admitted: 'yes', waitMs: 0, next: state };
  }
  const openUntil = state.openUntilMs ?? 0;
  if (state.position === 'open' && nowMs < openUntil) {
    return { admitted: 'no', waitMs: openUntil - nowMs, next: state };
  }
  const probeUntil = state.probeUntilMs ?? 0;
  if (state.position === 'half_open' && nowMs < probeUntil) {
    return { admitted: 'no', waitMs: Math.min(1000, probeUntil - nowMs), next: state };
  }
  const next = { ...state, position: 'half_open', probeUntilMs: nowMs + PROBE_LEASE_MS } as const;
  return { admitted: 'probe', waitMs: 0, next };
}

/**
 * The breaker after a call. Only a probe can close an open one, and only a probe can open it longer: the ends of calls
 * that were under way when it opened say nothing new.
 */
export function afterCall(
  state: BreakerState,
  end: CallEnd,
  { nowMs, isProbe, rules }: { nowMs: number; isProbe: boolean; rules: BreakerRules },
): BreakerState {
  if (state.position !== 'closed' && !isProbe) {
    return state;
  }
  switch (end.kind) {
    case 'answered':
      return CLOSED;
    case 'inconclusive':
      return isProbe
        ? { ...state, position: 'open', openUntilMs: nowMs, probeUntilMs: undefined }
        : state;
    case 'failed': {
      const failures = state.failures + 1;
      const opens = isProbe || end.trouble !== 'transient' || failures >= FAILURES_TO_OPEN;
      return opens
        ? {
            position: 'open',
            failures,
            openings: state.openings + 1,
            openUntilMs: nowMs + coolDownMs(end, state.openings, rules),
            probeUntilMs: undefined,
          }
        : { ...state, failures };
    }
    default:
      return end satisfies never;
  }
}

/** Doubles with each opening in a row; what the source itself has named is taken as it is, if it is not shorter. */
function coolDownMs(
  { trouble, retryAfterMs }: Extract<CallEnd, { kind: 'failed' }>,
  openings: number,
  rules: BreakerRules,
): number {
  const { times, maxMs } = COOL_DOWN[trouble];
  const own = Math.min(maxMs, times * rules.coolDownMs * 2 ** Math.min(openings, 12));
  if (retryAfterMs === undefined) {
    return own;
  }
  return trouble === 'rate_limited'
    ? Math.min(DAY_MS, retryAfterMs)
    : Math.min(DAY_MS, Math.max(own, retryAfterMs));
}
