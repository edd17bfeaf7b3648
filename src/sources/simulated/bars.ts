import { MARK, type BarColumns } from '../../domain/bar.ts';
import type { CorporateAction, Life } from './life.ts';
import { pathCents, tradedBefore } from './life.ts';
import { hash32, uniform } from './noise.ts';
import { limitCents, limitPercent } from './price-limits.ts';

/** Prices travel as 1/10,000 CNY: one cent is a hundred of them. */
const UNITS_PER_CENT = 100;
const STREAM = {
  limitDay: 30,
  limitKind: 31,
  open: 32,
  reach: 33,
  volume: 34,
  vwap: 35,
  issue: 36,
} as const;
/** One session in 128 on average closes at its limit. */
const LIMIT_DAYS = 128;
/** Sessions before the first one wanted from which a path is rolled forward: a limit day moves at most the three after it. */
const LEAD = 4;

/** One traded session, in cents. */
interface Session {
  readonly preClose: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
}

/** Of three sessions in a row at most one is a limit day, and none is on a corporate action or before the first free ones. */
function isLimitDay(seed: number, session: number): boolean {
  return (
    session > 10 &&
    hash32(seed, STREAM.limitDay, session) % LIMIT_DAYS === 0 &&
    hash32(seed, STREAM.limitDay, session - 1) % LIMIT_DAYS !== 0 &&
    hash32(seed, STREAM.limitDay, session - 2) % LIMIT_DAYS !== 0
  );
}

function cumulativeAt(actions: readonly CorporateAction[], session: number): number {
  let cumulative = 1;
  for (const action of actions) {
    if (action.session > session) {
      break;
    }
    ({ cumulative } = action);
  }
  return cumulative;
}

function isStAt({ st }: Life, session: number): boolean {
  return st !== undefined && session >= st[0] && session < st[1];
}

/** The close that the path alone would give, in cents. */
function pathClose(life: Life, session: number, traded: number): number {
  const cents = pathCents(life.security.seed, traded) / cumulativeAt(life.actions, session);
  return Math.max(100, Math.round(cents));
}

/** The reference price of a session: the last close, less what the shareholders were given. */
function preCloseOf(life: Life, session: number, lastSession: number, lastClose: number): number {
  let reference = lastClose;
  for (const { session: exDay, cashCents, shares } of life.actions) {
    if (exDay > lastSession && exDay <= session) {
      reference = Math.max(1, Math.round((reference - cashCents) / shares));
    }
  }
  return reference;
}

/** One session from the one before. */
function tradeSession(life: Life, session: number, wanted: number, preClose: number): Session {
  const { seed, board } = life.security;
  const percent = limitPercent({
    board,
    day: life.sessions[session] ?? 0,
    isSt: isStAt(life, session),
    sessionsSinceListing: session,
  });
  const up = percent === undefined ? Number.POSITIVE_INFINITY : limitCents(preClose, percent);
  const down = percent === undefined ? 1 : limitCents(preClose, -percent);
  const kind = hash32(seed, STREAM.limitKind, session);
  const isLimited = percent !== undefined && isLimitDay(seed, session);
  const limit = (kind & 1) === 0 ? up : down;
  const close = isLimited ? limit : Math.min(up, Math.max(down, wanted));
  if (isLimited && kind % 3 === 0) {
    return { preClose, open: close, high: close, low: close, close };
  }
  const gap = 1 + 0.012 * (2 * uniform(seed, STREAM.open, session) - 1);
  const open = Math.min(up, Math.max(down, Math.round(((preClose + close) / 2) * gap)));
  const reach = 0.015 * uniform(seed, STREAM.reach, session);
  const high = Math.min(up, Math.round(Math.max(open, close) * (1 + reach)));
  const low = Math.max(down, Math.round(Math.min(open, close) * (1 - reach)));
  return {
    preClose,
    open,
    high: Math.max(high, open, close),
    low: Math.min(low, open, close),
    close,
  };
}

/** Where the rows of a symbol go: the next free row of columns that are long enough. */
export interface BarSink {
  readonly columns: BarColumns;
  readonly symbolId: number;
  next: number;
}

function writeSession(life: Life, session: number, bar: Session, sink: BarSink): void {
  const { seed } = life.security;
  const { columns, next: row } = sink;
  columns.symbolId[row] = sink.symbolId;
  columns.tradingDay[row] = life.sessions[session] ?? 0;
  columns.open[row] = bar.open * UNITS_PER_CENT;
  columns.high[row] = bar.high * UNITS_PER_CENT;
  columns.low[row] = bar.low * UNITS_PER_CENT;
  columns.close[row] = bar.close * UNITS_PER_CENT;
  columns.preClose[row] = bar.preClose * UNITS_PER_CENT;
  const lots = 200 + Math.floor(80_000 * uniform(seed, STREAM.volume, session) ** 3);
  const volume = lots * 100;
  const spread = (bar.high - bar.low) * UNITS_PER_CENT;
  const vwap = bar.low * UNITS_PER_CENT + Math.floor(spread * uniform(seed, STREAM.vwap, session));
  columns.volume[row] = volume;
  columns.amount[row] = volume * vwap;
  columns.marks[row] = MARK.stKnown | (isStAt(life, session) ? MARK.st : 0);
  columns.sourceRow[row] = row;
  sink.next += 1;
}

/** A session without a trade, as sources that report it do: flat at the last close, nothing traded. */
function writeSuspended(life: Life, session: number, preClose: number, sink: BarSink): void {
  const { columns, next: row } = sink;
  columns.symbolId[row] = sink.symbolId;
  columns.tradingDay[row] = life.sessions[session] ?? 0;
  for (const name of ['open', 'high', 'low', 'close', 'preClose'] as const) {
    columns[name][row] = preClose * UNITS_PER_CENT;
  }
  columns.marks[row] = MARK.suspended | MARK.stKnown | (isStAt(life, session) ? MARK.st : 0);
  columns.sourceRow[row] = row;
  sink.next += 1;
}

/** Writes a symbol's sessions [from, end): a bar each, or a row that says suspended. */
export function writeBars(life: Life, from: number, end: number, sink: BarSink): void {
  const { seed } = life.security;
  const start = Math.max(0, from - LEAD);
  let traded = tradedBefore(life, start);
  let suspension = life.suspensions.findIndex(([, last]) => last > start);
  let last = lastTradedBefore(life, start, traded);
  for (let session = start; session < end; session += 1) {
    const [first = Number.POSITIVE_INFINITY, after = 0] = life.suspensions[suspension] ?? [];
    if (session >= first) {
      if (session >= from && last !== undefined) {
        writeSuspended(life, session, preCloseOf(life, session, last.session, last.close), sink);
      }
      suspension += session + 1 === after ? 1 : 0;
      continue;
    }
    const wanted = pathClose(life, session, traded);
    const reference =
      last === undefined
        ? Math.max(1, Math.round(wanted / (1.05 + 0.25 * uniform(seed, STREAM.issue, 0))))
        : preCloseOf(life, session, last.session, last.close);
    const bar = tradeSession(life, session, wanted, reference);
    if (session >= from) {
      writeSession(life, session, bar, sink);
    }
    last = { session, close: bar.close };
    traded += 1;
  }
}

/** The session before `start` on which the symbol traded, with the close that the path gives it. */
function lastTradedBefore(
  life: Life,
  start: number,
  traded: number,
): { readonly session: number; readonly close: number } | undefined {
  if (traded === 0) {
    return undefined;
  }
  let session = start - 1;
  for (const [first, end] of life.suspensions.toReversed()) {
    if (session >= first && session < end) {
      session = first - 1;
    }
  }
  return { session, close: pathClose(life, session, traded - 1) };
}
