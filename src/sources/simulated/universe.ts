import { sessionAtOrBefore, nextSession, sessionsOf } from '../../calendar/trading-calendar.ts';
import { boardOf, exchangeOf, type Board, type Exchange } from '../../domain/stock-symbol.ts';
import { toDayNumber, type DayNumber } from '../../domain/trading-day.ts';
import { hash32, uniform } from './noise.ts';

/** A simulated security, before anything has happened to it. */
export interface Security {
  readonly symbol: string;
  readonly exchange: Exchange;
  readonly board: Board;
  /** Of its own noise. */
  readonly seed: number;
  /** A session of its exchange. */
  readonly listDay: DayNumber;
  /** The first day on which it is no longer listed. */
  readonly delistDay: DayNumber | undefined;
}

/** One in twenty symbols each: the boards in about the proportions of the real market. */
const PATTERN = [
  'SH60',
  'SZ00',
  'SZ30',
  'SH60',
  'SZ00',
  'SZ30',
  'SH60',
  'SZ00',
  'SH68',
  'SZ30',
  'SH60',
  'SZ00',
  'SZ30',
  'SH60',
  'SZ00',
  'SH68',
  'SZ30',
  'SH60',
  'SZ00',
  'BJ92',
] as const;
type Segment = (typeof PATTERN)[number];

/** There is no 602 and no 604. */
const SH60_PREFIXES = ['600', '601', '603', '605'] as const;

const CODES: Readonly<Record<Segment, (index: number) => string>> = {
  SH60: (index) =>
    `${SH60_PREFIXES[Math.floor(index / 1000)] ?? '60'}${String(index % 1000).padStart(3, '0')}.SH`,
  SH68: (index) => `${688_001 + index}.SH`,
  SZ00: (index) => `${String(1 + index).padStart(6, '0')}.SZ`,
  SZ30: (index) => `${300_001 + index}.SZ`,
  BJ92: (index) => `${920_001 + index}.BJ`,
};

/** When each segment began; most of its symbols were listed in the years after. */
const OPENED: Readonly<Record<Segment, readonly [DayNumber, DayNumber]>> = {
  SH60: [toDayNumber('1993-01-04'), toDayNumber('2016-12-30')],
  SH68: [toDayNumber('2019-07-22'), toDayNumber('2023-12-29')],
  SZ00: [toDayNumber('1993-01-04'), toDayNumber('2016-12-30')],
  SZ30: [toDayNumber('2009-10-30'), toDayNumber('2020-12-31')],
  BJ92: [toDayNumber('2021-11-15'), toDayNumber('2024-12-31')],
};

const STREAM = { newcomer: 1, listing: 2, delisted: 3, delisting: 4 } as const;
const NEWCOMER_SHARE = 0.04;
const NEWCOMERS_FROM = toDayNumber('2023-01-03');
const NEWCOMERS_TO = toDayNumber('2026-09-30');
const DELISTED_SHARE = 0.03;

function sessionNear(exchange: Exchange, day: DayNumber): DayNumber {
  const first = sessionsOf(exchange)[0] ?? day;
  const session = sessionAtOrBefore(exchange, Math.max(day, first));
  return session ?? nextSession(exchange, day);
}

/** The symbol at a position of the market: the same for every number of symbols. */
export function securityAt(marketSeed: number, position: number): Security {
  const segment = PATTERN[position % PATTERN.length] ?? 'SH60';
  const round = Math.floor(position / PATTERN.length);
  const before = PATTERN.slice(0, position % PATTERN.length).filter((s) => s === segment).length;
  const inRound = PATTERN.filter((other) => other === segment).length;
  const symbol = CODES[segment](round * inRound + before);
  const exchange = exchangeOf(symbol);
  const seed = hash32(marketSeed, 0, position);
  const [from, to] =
    uniform(seed, STREAM.newcomer, 0) < NEWCOMER_SHARE
      ? [NEWCOMERS_FROM, NEWCOMERS_TO]
      : OPENED[segment];
  const listDay = sessionNear(
    exchange,
    Math.floor(from + uniform(seed, STREAM.listing, 0) * (to - from)),
  );
  return {
    symbol,
    exchange,
    board: boardOf(symbol),
    seed,
    listDay,
    delistDay: delistDayOf(seed, exchange, listDay),
  };
}

/** Three years of life at least. */
function delistDayOf(seed: number, exchange: Exchange, listDay: DayNumber): DayNumber | undefined {
  const earliest = listDay + 3 * 365;
  if (uniform(seed, STREAM.delisted, 0) >= DELISTED_SHARE || earliest >= NEWCOMERS_TO) {
    return undefined;
  }
  const share = uniform(seed, STREAM.delisting, 0);
  return sessionNear(exchange, Math.floor(earliest + share * (NEWCOMERS_TO - earliest)));
}
