import type { StockSymbol } from '../domain/stock-symbol.ts';
import type { Market } from '../sources/simulated/market.ts';
import { json, type EmulatedSource } from './emulated-source.ts';
import { symbolOf, tradedRows } from './market-bars.ts';

const DAY_SECONDS = 86_400;
/** 09:30 in Shanghai is 01:30 UTC. */
const OPENING_SECONDS = 5400;
const SHANGHAI_SECONDS = 28_800;
const UNITS = 10_000;

/** Yahoo's chart: arrays by column, instants in place of days, prices in float32, no amounts. */
export function emulateYahoo(): EmulatedSource {
  return {
    name: 'yahoo',
    endpointOf: ({ path }) => (path.startsWith('/v8/finance/chart/') ? 'chart' : path),
    answer({ path, query }, { market, fault, isOverLimit }) {
      if (isOverLimit || fault === 'rateLimitBody') {
        return { status: 429, type: 'text/plain', body: 'Too Many Requests\r\n' };
      }
      const ticker = decodeURIComponent(path.split('/').at(-1) ?? '');
      const symbol = symbolOfTicker(market, ticker);
      if (symbol === undefined) {
        const error = { code: 'Not Found', description: 'No data found, symbol may be delisted' };
        return json({ chart: { result: null, error } }, 404);
      }
      const from = Math.ceil((Number(query.get('period1')) - OPENING_SECONDS) / DAY_SECONDS);
      const to = Math.ceil((Number(query.get('period2')) - OPENING_SECONDS) / DAY_SECONDS) - 1;
      const rows = tradedRows(market, [symbol], { from, to, fault });
      function column(name: 'open' | 'high' | 'low' | 'close'): readonly number[] {
        const wanted = fault === 'reorderColumns' && name === 'high' ? 'low' : name;
        return rows.map((row) => Math.fround(row[wanted] / UNITS));
      }
      const meta = {
        currency: 'CNY',
        symbol: ticker,
        instrumentType: 'EQUITY',
        gmtoffset: SHANGHAI_SECONDS,
        exchangeTimezoneName: 'Asia/Shanghai',
        priceHint: 2,
        dataGranularity: '1d',
      };
      const quote = {
        open: column('open'),
        high: column('high'),
        low: column('low'),
        close: column('close'),
        volume: rows.map(({ volume }) => volume),
      };
      const filled = { timestamp: rows.map(({ day }) => day * DAY_SECONDS + OPENING_SECONDS) };
      const result = {
        meta,
        ...(rows.length === 0 ? {} : filled),
        indicators: {
          quote: [rows.length === 0 ? {} : quote],
          adjclose: [{ adjclose: column('close') }],
        },
      };
      return json({ chart: { result: [result], error: null } });
    },
  };
}

/** 600000.SS, 000001.SZ; SIM600000 stands for a share of the United States. */
function symbolOfTicker(market: Market, ticker: string): StockSymbol | undefined {
  const [, code = '', place] = /^(?:SIM)?(\d{6})(?:\.(SS|SZ))?$/.exec(ticker) ?? [];
  const prefixes: Readonly<Record<string, string>> = { SS: 'sh', SZ: 'sz' };
  return symbolOf(market, `${prefixes[place ?? ''] ?? ''}${code}`);
}
