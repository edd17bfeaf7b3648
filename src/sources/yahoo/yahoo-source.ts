import type { EtlError } from '../../domain/errors.ts';
import { toDayNumber } from '../../domain/trading-day.ts';
import type { DataSource } from '../data-source.ts';
import { yahooTicker } from '../foreign-symbol.ts';
import { beginningOf, type HttpAnswer } from '../http/answer.ts';
import { banned, rateLimited, transient, unknownSymbol, type Place } from '../http/source-error.ts';
import type { RemoteOptions } from '../remote-source.ts';
import { createSymbolSource } from '../symbol-source.ts';
import { YAHOO, YAHOO_CHART } from './decode-chart.ts';

const SECONDS_PER_DAY = 86_400;
const LIMIT_SECONDS = 600;

/** Yahoo's charts: foreign markets and indices. Its prices are split-adjusted: history before a split is not raw. */
export function createYahooSource(options: RemoteOptions): DataSource {
  return createSymbolSource(
    {
      name: YAHOO,
      endpoint: 'chart',
      format: YAHOO_CHART,
      capabilities: {
        markets: ['SSE', 'SZSE', 'US'],
        priceBasis: 'split_adjusted',
        isEmptyReliable: true,
      },
      quota: { perMinute: 30, minIntervalMs: 2000 },
      http: { headers: { 'user-agent': 'Mozilla/5.0', accept: 'application/json' } },
      whyNotServed: (symbol) =>
        yahooTicker(symbol) === undefined ? 'is of a market that it is not asked about' : undefined,
      callsOf: (symbol, { startDate, endDate }) => [
        {
          path: `/v8/finance/chart/${encodeURIComponent(yahooTicker(symbol) ?? '')}`,
          query: {
            // A day's bar has the instant of its opening: the range is closed at its first instant and open at its last.
            period1: (toDayNumber(startDate) - 1) * SECONDS_PER_DAY,
            period2: (toDayNumber(endDate) + 2) * SECONDS_PER_DAY,
            interval: '1d',
            includePrePost: 'false',
            events: 'div,splits,capitalGains',
          },
          facts: { startDate, endDate },
        },
      ],
      faultOf: yahooFault,
    },
    options,
  );
}

const NOT_FOUND = /"code"\s*:\s*"Not Found"/i;
const NO_DATA = /Data doesn't exist|No data found/i;

function yahooFault({ status, body }: HttpAnswer, place: Place): EtlError | undefined {
  const text = beginningOf(body);
  if (status === 404 && NOT_FOUND.test(text)) {
    return unknownSymbol(place, 'the symbol is unknown, or delisted');
  }
  if (status === 400 && NO_DATA.test(text)) {
    return unknownSymbol(place, 'there are no rows in this range');
  }
  if (status === 429 || /^\s*Too Many Requests/i.test(text)) {
    return rateLimited(place, `HTTP ${status}: Too Many Requests`, {
      windowSeconds: LIMIT_SECONDS,
    });
  }
  if (status === 401 || /Invalid Crumb/i.test(text)) {
    return banned(place, `HTTP ${status}: it asks for a crumb`);
  }
  return /Will be right back/i.test(text)
    ? transient(place, 'serverError', 'it says that it will be right back')
    : undefined;
}
