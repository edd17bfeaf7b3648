import { fromDayNumber } from '../domain/trading-day.ts';
import { json, type EmulatedSource } from './emulated-source.ts';
import { rangeOf, symbolOf, tradedRows } from './market-bars.ts';

const UNITS = 10_000;

/** Tiingo's end-of-day prices: keyed, raw and adjusted side by side. SIM600000 is the market's 600000. */
export function emulateTiingo(token: string): EmulatedSource {
  return {
    name: 'tiingo',
    endpointOf: ({ path }) => (path.startsWith('/tiingo/daily/') ? 'daily' : path),
    answer({ path, query, headers }, { market, fault, isOverLimit }) {
      if (fault === 'badToken' || headers['authorization'] !== `Token ${token}`) {
        return json({ detail: 'Invalid token.' }, 401);
      }
      if (fault === 'noPermission') {
        return json({ detail: 'Your plan does not cover this ticker.' }, 403);
      }
      if (isOverLimit || fault === 'rateLimitBody') {
        return {
          type: 'text/plain',
          body: 'You have run over your hourly request allocation. Please upgrade your account.',
        };
      }
      const ticker = decodeURIComponent(path.split('/')[3] ?? '');
      const code = /^SIM(\d{6})$/.exec(ticker)?.[1] ?? '';
      const symbol = symbolOf(market, code);
      if (symbol === undefined) {
        return json({ detail: `Error: Ticker '${ticker}' not found` }, 404);
      }
      const range = rangeOf(query.get('startDate'), query.get('endDate'));
      return json(
        tradedRows(market, [symbol], { ...range, fault }).map((row) => ({
          date: `${fromDayNumber(row.day)}T00:00:00.000Z`,
          close: row.close / UNITS,
          high: (fault === 'reorderColumns' ? row.low : row.high) / UNITS,
          low: row.low / UNITS,
          open: row.open / UNITS,
          volume: row.volume,
          adjClose: row.close / UNITS / 2,
          divCash: 0,
          splitFactor: 1,
        })),
      );
    },
  };
}
