import { lowerBound } from '../../domain/lower-bound.ts';
import { allocateBarColumns, type BarColumns } from '../../domain/bar.ts';
import { ConfigurationError } from '../../domain/errors.ts';
import type { Instrument } from '../../domain/instrument.ts';
import type { StockSymbol } from '../../domain/stock-symbol.ts';
import { fromDayNumber, type DayNumber } from '../../domain/trading-day.ts';
import { writeBars } from './bars.ts';
import { lifeOf, type CorporateAction, type Life } from './life.ts';
import type { PriceLimit } from './price-limits.ts';
import { columnsKnownAt, type Revisions } from './revisions.ts';
import { securityAt, type Security } from './universe.ts';

/** Plain data: it travels to worker threads. */
export interface MarketOptions extends Revisions {
  readonly seed: number;
  /** How many symbols there are, 1 to 10,000; a larger market holds a smaller one's symbols. */
  readonly symbols: number;
  /** No odd lots, for sources that give volume in whole lots. */
  readonly wholeLots?: boolean;
}

const MAX_SYMBOLS = 10_000;

/**
 * A deterministic market on the real calendar: the truth from which simulated answers are made. Any range of any symbol has
 * the same values whatever else is asked for, in every process. The clock is never read.
 */
export interface Market {
  readonly instruments: readonly Instrument[];
  has(symbol: StockSymbol): boolean;
  /**
   * The sessions of some symbols over a closed range, suspended ones marked, in the order of the symbols, then of days: as
   * finally known, or as known at `asOf` (epoch milliseconds). A day's bars are published at 16:00 in Shanghai.
   */
  bars(symbols: readonly StockSymbol[], from: DayNumber, to: DayNumber, asOf?: number): BarColumns;
  /** Days in the range on which a listed symbol did not trade. */
  suspendedDays(symbol: StockSymbol, from: DayNumber, to: DayNumber): readonly DayNumber[];
  corporateActions(symbol: StockSymbol): readonly CorporateAction[];
  /** Of all its corporate actions. */
  adjustmentFactors(symbol: StockSymbol): AdjustmentFactors;
  isSt(symbol: StockSymbol, day: DayNumber): boolean;
  /** The price limit of a session; undefined where there is none. */
  priceLimit(symbol: StockSymbol, day: DayNumber): PriceLimit | undefined;
}

/** Ex-right days, ascending. */
export interface AdjustmentFactors {
  readonly days: Int32Array;
  /** Last close / pre-close of each day. */
  readonly factors: Float64Array;
  /** Product of the factors so far: what Tushare calls adj_factor, from that day on; 1 before the first. */
  readonly cumulative: Float64Array;
}

function instrumentOf({ symbol, listDay, delistDay }: Security): Instrument {
  return {
    symbol,
    name: `SIM${symbol.slice(0, 6)}`,
    listDate: fromDayNumber(listDay),
    delistDate: delistDay === undefined ? undefined : fromDayNumber(delistDay),
  };
}

function isStOn({ st, sessions }: Life, day: DayNumber): boolean {
  const session = lowerBound(sessions, day);
  return st !== undefined && session >= st[0] && session < st[1];
}

function factorsOf({ actions, sessions }: Life): AdjustmentFactors {
  return {
    days: Int32Array.from(actions, ({ session }) => sessions[session] ?? 0),
    factors: Float64Array.from(actions, (action) => action.lastCloseCents / action.preCloseCents),
    cumulative: Float64Array.from(actions, ({ cumulative }) => cumulative),
  };
}

function limitOn({ limits, sessions }: Life, day: DayNumber): PriceLimit | undefined {
  const session = lowerBound(sessions, day);
  return limits.findLast(({ from }) => from <= session)?.limit;
}

function suspendedDaysOf({ sessions, suspensions }: Life): readonly DayNumber[] {
  return suspensions.flatMap(([first, end]) => [...sessions.subarray(first, end)]);
}

interface Part {
  readonly life: Life;
  readonly first: number;
  readonly end: number;
}

/** The sessions of each part in turn, in columns of just that length. */
function columnsOf(parts: readonly Part[], isWholeLots: boolean): BarColumns {
  const dictionary = parts.map(({ life }) => life.security.symbol).toSorted();
  const idOf = new Map(dictionary.map((symbol, id) => [symbol, id]));
  const length = parts.reduce((sum, { first, end }) => sum + end - first, 0);
  const columns = allocateBarColumns(length, dictionary);
  let next = 0;
  for (const { life, first, end } of parts) {
    if (first < end) {
      const symbolId = idOf.get(life.security.symbol) ?? 0;
      const sink = { columns, symbolId, isWholeLots, next };
      writeBars(life, first, end, sink);
      ({ next } = sink);
    }
  }
  return columns;
}

export function createMarket(options: MarketOptions): Market {
  const { seed, symbols, wholeLots = false } = options;
  if (!Number.isInteger(symbols) || symbols < 1 || symbols > MAX_SYMBOLS) {
    throw new ConfigurationError(
      `symbols of the simulated market: got ${symbols}; expected a whole number from 1 to ${MAX_SYMBOLS}`,
      { code: 'ETL-SRC-112' },
    );
  }
  const securities = Array.from({ length: symbols }, (_, position) => securityAt(seed, position));
  const securityOf = new Map(securities.map((security) => [security.symbol, security]));
  const lives = new Map<StockSymbol, Life>();
  function lifeFor(symbol: StockSymbol): Life {
    const security = securityOf.get(symbol);
    if (security === undefined) {
      throw new RangeError(`Not in this market: ${symbol}`);
    }
    const life = lives.get(symbol) ?? lifeOf(security);
    lives.set(symbol, life);
    return life;
  }
  return {
    instruments: securities.map(instrumentOf),
    has: (symbol) => securityOf.has(symbol),
    bars(wanted, from, to, asOf) {
      const parts = wanted.map((symbol) => {
        const life = lifeFor(symbol);
        const first = lowerBound(life.sessions, from);
        return { life, first, end: Math.max(first, lowerBound(life.sessions, to + 1)) };
      });
      return columnsKnownAt(columnsOf(parts, wholeLots), options, asOf);
    },
    suspendedDays: (symbol, from, to) =>
      suspendedDaysOf(lifeFor(symbol)).filter((day) => day >= from && day <= to),
    corporateActions: (symbol) => lifeFor(symbol).actions,
    adjustmentFactors: (symbol) => factorsOf(lifeFor(symbol)),
    isSt: (symbol, day) => isStOn(lifeFor(symbol), day),
    priceLimit: (symbol, day) => limitOn(lifeFor(symbol), day),
  };
}

const markets = new Map<string, Market>();
/** Lives are costly to make again: a process keeps the markets that it has met. */
const MAX_MARKETS = 4;

/** The market of these options, made once a process. */
export function marketOf(options: MarketOptions): Market {
  const key = JSON.stringify(options);
  const known = markets.get(key);
  if (known !== undefined) {
    return known;
  }
  if (markets.size >= MAX_MARKETS) {
    markets.clear();
  }
  const made = createMarket(options);
  markets.set(key, made);
  return made;
}
