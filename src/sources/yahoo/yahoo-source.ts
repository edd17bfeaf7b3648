import type { EtlError } from '../../domain/errors.ts';
import { toDayNumber } from '../../domain/trading-day.ts';
import type { Capabilities, Quota } from '../capabilities.ts';
import type { DataSource } from '../data-source.ts';
import { beginningOf, type HttpAnswer } from '../http/answer.ts';
import { createHttpClient } from '../http/client.ts';
import { banned, rateLimited, transient, unknownSymbol, type Place } from '../http/source-error.ts';
import { yahooTicker } from '../foreign-symbol.ts';
import { partSymbols, refusedWhereUnknown, type RemoteOptions } from '../remote-source.ts';
import { YAHOO, YAHOO_CHART } from './decode-chart.ts';

const YAHOO_CAPABILITIES: Capabilities = {
  datasets: ['daily_bars'],
  shapes: ['symbol'],
  markets: ['SSE', 'SZSE', 'US'],
  hasAmount: false,
  hasPreClose: false,
  wholeLots: false,
  priceBasis: 'split_adjusted',
  reportsSuspensions: false,
  isEmptyReliable: true,
  isFinite: false,
  concurrency: 1,
};

const YAHOO_QUOTA: Quota = { perMinute: 30, minIntervalMs: 2000 };

const SECONDS_PER_DAY = 86_400;
const LIMIT_SECONDS = 600;

/** Yahoo's charts: foreign markets and indices. Its prices are split-adjusted: history before a split is not raw. */
export function createYahooSource({
  baseUrl,
  gate,
  timeoutMs,
  maxBytes,
}: RemoteOptions): DataSource {
  const http = createHttpClient({
    source: YAHOO,
    baseUrl,
    gate,
    connections: 1,
    headers: { 'user-agent': 'Mozilla/5.0', accept: 'application/json' },
    totalTimeoutMs: timeoutMs,
    maxBytes,
  });
  return {
    name: YAHOO,
    capabilities: YAHOO_CAPABILITIES,
    defaultQuota: YAHOO_QUOTA,
    endpoints: { symbol: 'chart' },
    listInstruments: () => Promise.resolve([]),
    async *fetchBars({ symbols, startDate, endDate, priority }, signal) {
      const { served, refused } = partSymbols(symbols, YAHOO, (symbol) =>
        yahooTicker(symbol) === undefined ? 'is of a market that it is not asked about' : undefined,
      );
      yield* refused;
      // A day's bar has the instant of its opening: the range is closed at its first instant and open at its last.
      const period1 = (toDayNumber(startDate) - 1) * SECONDS_PER_DAY;
      const period2 = (toDayNumber(endDate) + 2) * SECONDS_PER_DAY;
      for (const symbol of served) {
        const ticker = yahooTicker(symbol) ?? '';
        const path = `/v8/finance/chart/${encodeURIComponent(ticker)}`;
        const query = {
          period1,
          period2,
          interval: '1d',
          includePrePost: 'false',
          events: 'div,splits,capitalGains',
        };
        yield await refusedWhereUnknown(symbol, async () => {
          const { body } = await http.send(
            { endpoint: 'chart', priority, path, query },
            yahooFault,
            signal,
          );
          const request = { symbol, startDate, endDate };
          return { kind: 'answer', symbols: [symbol], format: YAHOO_CHART, request, body };
        });
      }
    },
  };
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
