import type { TradingDay } from '../domain/trading-day.ts';
import { listedSessions, type Listing } from './listing-life.ts';

/**
 * Sessions on which a bar is expected, from `from` to `to`: sessions of the exchange, within the listing life, without the
 * suspended days. `suspendedDays` is ascending; days in it that are no session are ignored.
 * @throws ConfigurationError ETL-CAL-001 beyond the horizon.
 */
export function expectedSessions(
  listing: Listing,
  { from, to }: { readonly from: TradingDay; readonly to: TradingDay },
  suspendedDays: Int32Array,
): Int32Array {
  const listed = listedSessions(listing, from, to);
  let suspension = 0;
  return listed.filter((day) => {
    while ((suspendedDays[suspension] ?? Number.POSITIVE_INFINITY) < day) {
      suspension += 1;
    }
    return suspendedDays[suspension] !== day;
  });
}
