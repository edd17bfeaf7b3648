import type { Instrument } from '../domain/instrument.ts';
import { exchangeOf } from '../domain/stock-symbol.ts';
import { toDayNumber, type DayNumber, type TradingDay } from '../domain/trading-day.ts';
import { lowerBound } from '../domain/lower-bound.ts';
import { sessionsBetween } from './trading-calendar.ts';

/** What is needed to know when an instrument was listed. */
export type Listing = Pick<Instrument, 'symbol' | 'listDate' | 'delistDate'>;

/** Whether it was listed on a day: from its listing date on, up to the day before its delisting date. */
export function isListed({ listDate, delistDate }: Listing, day: DayNumber): boolean {
  return (
    (listDate === undefined || day >= toDayNumber(listDate)) &&
    (delistDate === undefined || day < toDayNumber(delistDate))
  );
}

/**
 * Sessions of its exchange on which an instrument was listed, from `from` to `to`, both included. An unknown date is no
 * bound: too much may be expected then and shows as a gap, never too little, which would hide one.
 * @throws ConfigurationError ETL-CAL-001 beyond the horizon, RangeError for a date that is none.
 */
export function listedSessions(listing: Listing, from: TradingDay, to: TradingDay): Int32Array {
  const sessions = sessionsBetween(exchangeOf(listing.symbol), from, to);
  const { listDate, delistDate } = listing;
  const first = listDate === undefined ? 0 : lowerBound(sessions, toDayNumber(listDate));
  const end =
    delistDate === undefined ? sessions.length : lowerBound(sessions, toDayNumber(delistDate));
  return sessions.subarray(first, Math.max(first, end));
}
