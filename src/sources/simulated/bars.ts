import { MARK, type BarColumns } from '../../domain/bar.ts';
import { sessionAfter, tradedBefore, type Life } from './life.ts';
import { hash32, uniform } from './noise.ts';
import {
  BLOCK,
  limitEpisode,
  pathBlock,
  pathClose,
  type LimitEpisode,
  type PathBlock,
} from './path.ts';
import { downLimitCents, upLimitCents, type PriceLimit } from './price-limits.ts';
import { amountOf, volumeOf } from './trade.ts';

/** Prices travel as 1/10,000 CNY: one cent is a hundred of them. */
const UNITS_PER_CENT = 100;
const STREAM = { onePrice: 31, shape: 32, average: 35, issue: 36 } as const;
const HALF_WORD = 0x1_0000;

/** One traded session, in cents. Written over for each session: a bar a session is garbage by the million. */
interface Session {
  preClose: number;
  open: number;
  high: number;
  low: number;
  close: number;
}

/** Where the rows of a symbol go: the next free row of columns that are long enough. */
export interface BarSink {
  readonly columns: BarColumns;
  readonly symbolId: number;
  readonly isWholeLots: boolean;
  next: number;
}

/** How far a symbol's history is told. */
interface Cursor {
  readonly life: Life;
  session: number;
  traded: number;
  /** The next suspension, limit phase and corporate action, as indices into the life's lists. */
  suspension: number;
  phase: number;
  action: number;
  cumulative: number;
  path: PathBlock;
  episode: LimitEpisode | undefined;
  /** Cents; undefined before the first session. */
  lastClose: number | undefined;
}

/** The limit episode of a block, unless a corporate action lies in it: its factor is to be exact. */
function episodeOf(
  { security, actions, suspensions }: Life,
  block: number,
): LimitEpisode | undefined {
  const episode = limitEpisode(security.seed, block);
  if (episode === undefined) {
    return undefined;
  }
  const first = sessionAfter(suspensions, block * BLOCK);
  const end = sessionAfter(suspensions, (block + 1) * BLOCK);
  return actions.some(({ session }) => session >= first && session <= end) ? undefined : episode;
}

/** At the beginning of the block in which `session` lies, where the last close is known without its past. */
function cursorFor(life: Life, session: number): Cursor {
  const { suspensions, actions, limits, security } = life;
  const block = Math.floor(tradedBefore(suspensions, session) / BLOCK);
  const traded = block * BLOCK;
  const start = sessionAfter(suspensions, traded);
  const action = actions.filter((each) => each.session < start).length;
  const cumulative = actions[action - 1]?.cumulative ?? 1;
  return {
    life,
    // A suspension just before the block belongs to those who ask for it.
    session: Math.min(start, session),
    traded,
    suspension: suspensions.filter(([, end]) => end <= Math.min(start, session)).length,
    phase: Math.max(0, limits.filter(({ from }) => from <= Math.min(start, session)).length - 1),
    action,
    cumulative,
    path: pathBlock(security.seed, block),
    episode: episodeOf(life, block),
    lastClose:
      traded === 0
        ? undefined
        : pathClose(pathBlock(security.seed, block - 1), traded - 1, cumulative),
  };
}

/** The reference price of a session: the last close, less what the shareholders were given; or the issue price. */
function preCloseOf(cursor: Cursor, wanted: number): number {
  const { life, lastClose } = cursor;
  if (lastClose === undefined) {
    return Math.round(wanted / (1.05 + 0.25 * uniform(life.security.seed, STREAM.issue, 0)));
  }
  return lastClose;
}

/** Goes over an ex-right day: from here on the last close is the reference price. */
function applyAction(cursor: Cursor): void {
  const action = cursor.life.actions[cursor.action];
  if (action?.session === cursor.session) {
    cursor.lastClose = action.preCloseCents;
    cursor.cumulative = action.cumulative;
    cursor.action += 1;
  }
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

/** Fills in open, high and low around a pre-close and a close, within the limits. */
function shapeSession(bar: Session, bits: number, down: number, up: number): void {
  const gap = 1 + 0.012 * ((bits >>> 16) / (HALF_WORD / 2) - 1);
  const reach = 0.015 * ((bits & 0xffff) / HALF_WORD);
  bar.open = clamp(Math.round(((bar.preClose + bar.close) / 2) * gap), down, up);
  const top = Math.max(bar.open, bar.close);
  const bottom = Math.min(bar.open, bar.close);
  bar.high = Math.max(top, Math.min(up, Math.round(top * (1 + reach))));
  bar.low = Math.min(bottom, Math.max(down, Math.round(bottom * (1 - reach))));
}

/** The session under the cursor, into `bar`. */
function tradeSession(cursor: Cursor, limit: PriceLimit | undefined, bar: Session): void {
  const { life, traded, episode } = cursor;
  const { seed } = life.security;
  const wanted = pathClose(cursor.path, traded, cursor.cumulative);
  bar.preClose = preCloseOf(cursor, wanted);
  const up = limit === undefined ? Number.POSITIVE_INFINITY : upLimitCents(bar.preClose, limit);
  const down = limit === undefined ? 1 : downLimitCents(bar.preClose, limit);
  const isEpisode =
    limit !== undefined && episode !== undefined && traded >= episode.first && traded < episode.end;
  if (!isEpisode) {
    bar.close = clamp(wanted, down, up);
    shapeSession(bar, hash32(seed, STREAM.shape, traded), down, up);
    return;
  }
  bar.close = episode.isUp ? up : down;
  if (hash32(seed, STREAM.onePrice, traded) % 3 === 0) {
    bar.open = bar.close;
    bar.high = bar.close;
    bar.low = bar.close;
  } else {
    shapeSession(bar, hash32(seed, STREAM.shape, traded), down, up);
  }
}

function isStAt({ st }: Life, session: number): boolean {
  return st !== undefined && session >= st[0] && session < st[1];
}

/** A row of key, prices and ST mark, to which volume and amount are still to come. */
function writePrices(cursor: Cursor, bar: Session, sink: BarSink): number {
  const { columns, next: row } = sink;
  columns.symbolId[row] = sink.symbolId;
  columns.tradingDay[row] = cursor.life.sessions[cursor.session] ?? 0;
  columns.open[row] = bar.open * UNITS_PER_CENT;
  columns.high[row] = bar.high * UNITS_PER_CENT;
  columns.low[row] = bar.low * UNITS_PER_CENT;
  columns.close[row] = bar.close * UNITS_PER_CENT;
  columns.preClose[row] = bar.preClose * UNITS_PER_CENT;
  columns.marks[row] = MARK.stKnown | (isStAt(cursor.life, cursor.session) ? MARK.st : 0);
  columns.sourceRow[row] = row;
  sink.next += 1;
  return row;
}

function writeTraded(cursor: Cursor, bar: Session, sink: BarSink): void {
  const row = writePrices(cursor, bar, sink);
  const { security } = cursor.life;
  const isOnePrice = bar.high === bar.low;
  const volume = volumeOf(security, cursor.traded, sink.isWholeLots || isOnePrice);
  sink.columns.volume[row] = volume;
  sink.columns.amount[row] = amountOf(
    volume,
    bar,
    hash32(security.seed, STREAM.average, cursor.traded),
  );
}

/** A session without a trade, as sources that report it do: flat at the last close, nothing traded. */
function writeSuspended(cursor: Cursor, bar: Session, sink: BarSink): void {
  const price = cursor.lastClose ?? 0;
  bar.preClose = price;
  bar.open = price;
  bar.high = price;
  bar.low = price;
  bar.close = price;
  const row = writePrices(cursor, bar, sink);
  sink.columns.marks[row] = (sink.columns.marks[row] ?? 0) | MARK.suspended;
}

/** Writes a symbol's sessions [from, end): a bar each, or a row that says suspended. */
export function writeBars(life: Life, from: number, end: number, sink: BarSink): void {
  const { suspensions, limits, security } = life;
  const cursor = cursorFor(life, from);
  const bar: Session = { preClose: 0, open: 0, high: 0, low: 0, close: 0 };
  for (; cursor.session < end; cursor.session += 1) {
    const { session } = cursor;
    const [first = Number.POSITIVE_INFINITY, after = 0] = suspensions[cursor.suspension] ?? [];
    if (session >= (limits[cursor.phase + 1]?.from ?? Number.POSITIVE_INFINITY)) {
      cursor.phase += 1;
    }
    if (session >= first) {
      if (session >= from) {
        writeSuspended(cursor, bar, sink);
      }
      cursor.suspension += session + 1 === after ? 1 : 0;
      continue;
    }
    if (cursor.traded === (cursor.path.block + 1) * BLOCK) {
      cursor.path = pathBlock(security.seed, cursor.path.block + 1);
      cursor.episode = episodeOf(life, cursor.path.block);
    }
    applyAction(cursor);
    tradeSession(cursor, limits[cursor.phase]?.limit, bar);
    if (session >= from) {
      writeTraded(cursor, bar, sink);
    }
    cursor.lastClose = bar.close;
    cursor.traded += 1;
  }
}
