import { boardOf, type Board, type StockSymbol } from '../domain/stock-symbol.ts';
import { toDayNumber, type DayNumber } from '../domain/trading-day.ts';

/** In 1/10,000 of the currency. B shares of Shenzhen are quoted in HKD, those of Shanghai in USD. */
const TICKS: Readonly<Record<Board, number>> = {
  main: 100,
  chinext: 100,
  star: 100,
  bse: 100,
  other: 100,
  b_share: 100,
  fund: 10,
  index: 1,
};
const SHANGHAI_B_TICK = 10;

/** The smallest price step, in 1/10,000 of the currency. */
export function tickOf(symbol: StockSymbol): number {
  const board = boardOf(symbol);
  return board === 'b_share' && symbol.endsWith('.SH') ? SHANGHAI_B_TICK : TICKS[board];
}

export interface LimitQuestion {
  readonly symbol: StockSymbol;
  readonly day: DayNumber;
  /** Undefined: not known. */
  readonly isSt: boolean | undefined;
  /** Sessions since listing, the first is 0. Undefined: not known. */
  readonly listedSessions: number | undefined;
  readonly listDay: DayNumber | undefined;
}

const LIMITS_BEGIN = toDayNumber('1996-12-16');
const CHINEXT_20 = toDayNumber('2020-08-24');
const ST_MAIN_10 = toDayNumber('2026-07-06');
const MAIN_REGISTRATION = toDayNumber('2023-04-10');
const FREE_SESSIONS = 5;

/**
 * The day's price limit in percent of the ex-right previous close, or undefined where none applies or none is known.
 * Where ST is not known the wider limit stands: what breaks that one is wrong either way. Source: the exchanges' rules,
 * SOURCES.md §15.1 and QUALITY.md B.3.
 */
export function limitPercent(question: LimitQuestion): number | undefined {
  const { symbol, day, isSt } = question;
  if (day < LIMITS_BEGIN || isUnlimited(question)) {
    return undefined;
  }
  switch (boardOf(symbol)) {
    case 'main':
    case 'b_share': {
      return isSt === true && day < ST_MAIN_10 ? 5 : 10;
    }
    case 'chinext': {
      return chinextPercent(day, isSt);
    }
    case 'star': {
      return 20;
    }
    case 'bse': {
      return 30;
    }
    case 'fund':
    case 'index':
    case 'other': {
      return undefined;
    }
  }
  return undefined;
}

function chinextPercent(day: DayNumber, isSt: boolean | undefined): number {
  if (day >= CHINEXT_20) {
    return 20;
  }
  return isSt === true ? 5 : 10;
}

/** First sessions without a limit, or with the wider one of an issue: not judged. */
function isUnlimited({ symbol, listedSessions, listDay }: LimitQuestion): boolean {
  if (listedSessions === undefined) {
    return false;
  }
  const board = boardOf(symbol);
  const isRegistered =
    board === 'star' ||
    (board === 'chinext' && listDay !== undefined && listDay >= CHINEXT_20) ||
    (board === 'main' && listDay !== undefined && listDay >= MAIN_REGISTRATION);
  return listedSessions < (isRegistered ? FREE_SESSIONS : 1);
}

/** The limit prices, rounded half up to the tick, in 1/10,000; at least one tick away from the previous close. */
export function limitPrices(
  preClose: number,
  percent: number,
  tick: number,
): { readonly up: number; readonly down: number } {
  // Whole numbers throughout: 2.05 × 1.1 must be 2.26, and binary fractions make it 2.25.
  const up = Math.floor((preClose * (100 + percent)) / (100 * tick) + 0.5) * tick;
  const down = Math.floor((preClose * (100 - percent)) / (100 * tick) + 0.5) * tick;
  return { up: Math.max(up, preClose + tick), down: Math.min(down, preClose - tick) };
}
