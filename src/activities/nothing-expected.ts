import { expectedSessions } from '../calendar/expected-sessions.ts';
import { listedSessions } from '../calendar/listing-life.ts';
import { sessionsBetween } from '../calendar/trading-calendar.ts';
import type { Instrument } from '../domain/instrument.ts';
import { plural } from '../domain/plural.ts';
import { exchangeOf, type StockSymbol } from '../domain/stock-symbol.ts';
import type { TradingDay } from '../domain/trading-day.ts';

/** Symbols that are named; of the others only the number is told. */
const MAX_NAMED = 3;

interface KnownMarket {
  readonly instruments: readonly Instrument[];
  /** Ascending days. */
  readonly suspensions: ReadonlyMap<StockSymbol, Int32Array>;
}

interface Range {
  readonly startDate: TradingDay;
  readonly endDate: TradingDay;
}

/**
 * Which of these instruments can have no bar in the range although the exchange was open, in one sentence: without it their
 * missing rows would look like success. Undefined where sessions are expected of each.
 */
export function describeNothingExpected(
  { instruments, suspensions }: KnownMarket,
  range: Range,
): string | undefined {
  const found = instruments.filter((instrument) =>
    isNothingExpected(instrument, range, suspensions.get(instrument.symbol)),
  );
  if (found.length === 0) {
    return undefined;
  }
  const named = found.slice(0, MAX_NAMED).map((one) => `${one.symbol} (${reasonOf(one, range)})`);
  const more = found.length > MAX_NAMED ? ` and ${found.length - MAX_NAMED} more` : '';
  return `no session is expected of ${plural(found.length, 'symbol')} in this range: ${named.join(', ')}${more}`;
}

function isNothingExpected(
  instrument: Instrument,
  { startDate: from, endDate: to }: Range,
  suspended: Int32Array = new Int32Array(),
): boolean {
  return (
    expectedSessions(instrument, { from, to }, suspended).length === 0 &&
    sessionsBetween(exchangeOf(instrument.symbol), from, to).length > 0
  );
}

function reasonOf(instrument: Instrument, { startDate, endDate }: Range): string {
  const { listDate, delistDate } = instrument;
  if (listedSessions(instrument, startDate, endDate).length > 0) {
    return 'suspended throughout';
  }
  return listDate !== undefined && listDate > startDate
    ? `listed ${listDate}`
    : `delisted ${delistDate}`;
}
