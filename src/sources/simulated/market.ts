import { allocateBarColumns, takeRows, type BarColumns } from '../../domain/bar.ts';
import type { Instrument } from '../../domain/instrument.ts';
import type { StockSymbol } from '../../domain/stock-symbol.ts';
import { fromDayNumber, type DayNumber } from '../../domain/trading-day.ts';
import { writeBars } from './bars.ts';
import { lifeOf, type CorporateAction, type Life } from './life.ts';
import { securityAt, type Security } from './universe.ts';

export interface MarketOptions {
  readonly seed: number;
  /** How many symbols there are, 1 to 6,000; a larger market holds a smaller one's symbols. */
  readonly symbols: number;
}

/**
 * A deterministic market on the real calendar: the truth from which simulated answers are made. Any range of any symbol has
 * the same values whatever else is asked for, in every process.
 */
export interface Market {
  readonly instruments: readonly Instrument[];
  has(symbol: StockSymbol): boolean;
  /** The sessions of some symbols over a closed range, suspended ones marked, in the order of the symbols, then of days. */
  bars(symbols: readonly StockSymbol[], from: DayNumber, to: DayNumber): BarColumns;
  /** Days in the range on which a listed symbol did not trade. */
  suspendedDays(symbol: StockSymbol, from: DayNumber, to: DayNumber): readonly DayNumber[];
  corporateActions(symbol: StockSymbol): readonly CorporateAction[];
}

function instrumentOf({ symbol, listDay, delistDay }: Security): Instrument {
  return {
    symbol,
    name: `SIM${symbol.slice(0, 6)}`,
    listDate: fromDayNumber(listDay),
    delistDate: delistDay === undefined ? undefined : fromDayNumber(delistDay),
  };
}

function firstAtOrAfter(sessions: Int32Array, day: DayNumber): number {
  const found = sessions.findIndex((session) => session >= day);
  return found === -1 ? sessions.length : found;
}

export function createMarket({ seed, symbols }: MarketOptions): Market {
  const securities = new Map<StockSymbol, Security>();
  for (let position = 0; position < symbols; position += 1) {
    const security = securityAt(seed, position);
    securities.set(security.symbol, security);
  }
  const lives = new Map<StockSymbol, Life>();
  function lifeFor(symbol: StockSymbol): Life {
    const known = lives.get(symbol);
    if (known !== undefined) {
      return known;
    }
    const security = securities.get(symbol);
    if (security === undefined) {
      throw new RangeError(`Not in this market: ${symbol}`);
    }
    const life = lifeOf(security);
    lives.set(symbol, life);
    return life;
  }
  return {
    instruments: [...securities.values()].map(instrumentOf),
    has: (symbol) => securities.has(symbol),
    bars(wanted, from, to) {
      const ranges = wanted.map((symbol) => {
        const life = lifeFor(symbol);
        const first = firstAtOrAfter(life.sessions, from);
        return { life, first, end: Math.max(first, firstAtOrAfter(life.sessions, to + 1)) };
      });
      const most = ranges.reduce((sum, { first, end }) => sum + end - first, 0);
      const dictionary = wanted.toSorted();
      const columns = allocateBarColumns(most, dictionary);
      const idOf = new Map(dictionary.map((symbol, id) => [symbol, id]));
      let next = 0;
      for (const [index, { life, first, end }] of ranges.entries()) {
        const sink = { columns, symbolId: idOf.get(wanted[index] ?? '') ?? 0, next };
        writeBars(life, first, end, sink);
        ({ next } = sink);
      }
      return next === most
        ? columns
        : takeRows(
            columns,
            Uint32Array.from({ length: next }, (_, row) => row),
          );
    },
    suspendedDays(symbol, from, to) {
      const { sessions, suspensions } = lifeFor(symbol);
      return suspensions
        .flatMap(([first, end]) => [...sessions.subarray(first, end)])
        .filter((day) => day >= from && day <= to);
    },
    corporateActions: (symbol) => lifeFor(symbol).actions,
  };
}

const markets = new Map<string, Market>();
/** Lives are costly to make again: a process keeps the markets that it has met. */
const MAX_MARKETS = 4;

/** The market of these options, made once a process. */
export function marketOf(options: MarketOptions): Market {
  const key = `${options.seed}/${options.symbols}`;
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
