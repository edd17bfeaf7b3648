import type { EtlError } from '../../domain/errors.ts';
import { isStockSymbol, type StockSymbol } from '../../domain/stock-symbol.ts';
import type { Capabilities, Quota } from '../capabilities.ts';
import type { DataSource } from '../data-source.ts';
import { findKey, valueAt } from '../decode/json-scan.ts';
import type { HttpAnswer } from '../http/answer.ts';
import { createHttpClient } from '../http/client.ts';
import { transient, type Place } from '../http/source-error.ts';
import { partSymbols, type RemoteOptions } from '../remote-source.ts';
import { EASTMONEY, EASTMONEY_KLINE } from './decode-kline.ts';

export interface EastmoneyOptions extends RemoteOptions {
  /** Sent as it is where the site demands one (`ct=…`). */
  readonly cookie?: string;
}

const EASTMONEY_CAPABILITIES: Capabilities = {
  datasets: ['daily_bars'],
  shapes: ['symbol'],
  markets: ['SSE', 'SZSE', 'BSE'],
  hasAmount: true,
  hasPreClose: true,
  wholeLots: true,
  priceBasis: 'raw',
  reportsSuspensions: false,
  isEmptyReliable: false,
  isFinite: false,
  concurrency: 1,
};

/** It bans by address after some 200 symbols in a burst, for 20 minutes up to days. */
const EASTMONEY_QUOTA: Quota = { perMinute: 40, perHour: 150, minIntervalMs: 1500 };

const FIELDS1 = 'f1,f2,f3,f4,f5,f6';
/** Day, open, close, high, low, volume, amount, amplitude, change in per cent, change, turnover. */
const FIELDS2 = 'f51,f52,f53,f54,f55,f56,f57,f58,f59,f60,f61';
const DAILY = 101;
const UNADJUSTED = 0;
/** The site's own pages send it; it is no secret. */
const UT = '7eea3edcaed734bea9cbfc24409ed989';

/** EastMoney's K-lines, as AKShare's `stock_zh_a_hist` asks for them. Always unadjusted: its adjusted prices are no multiples. */
export function createEastmoneySource(options: EastmoneyOptions): DataSource {
  const { baseUrl, gate, timeoutMs, maxBytes, cookie } = options;
  const http = createHttpClient({
    source: EASTMONEY,
    baseUrl,
    gate,
    connections: 1,
    keepAlive: false,
    isSilentCloseBan: true,
    headers: {
      referer: 'https://quote.eastmoney.com/',
      ...(cookie === undefined ? {} : { cookie }),
    },
    secrets: cookie === undefined ? [] : [cookie],
    totalTimeoutMs: timeoutMs,
    maxBytes,
  });
  return {
    name: EASTMONEY,
    capabilities: EASTMONEY_CAPABILITIES,
    defaultQuota: EASTMONEY_QUOTA,
    endpoints: { symbol: 'kline' },
    listInstruments: () => Promise.resolve([]),
    async *fetchBars({ symbols, startDate, endDate, priority }, signal) {
      const { served, refused } = partSymbols(symbols, EASTMONEY, (symbol) =>
        isStockSymbol(symbol) ? undefined : 'is no A-share',
      );
      yield* refused;
      for (const symbol of served) {
        const secid = secidOf(symbol);
        const query = {
          secid,
          klt: DAILY,
          fqt: UNADJUSTED,
          beg: startDate.replaceAll('-', ''),
          end: endDate.replaceAll('-', ''),
          fields1: FIELDS1,
          fields2: FIELDS2,
          ut: UT,
        };
        const { body } = await http.send(
          { endpoint: 'kline', priority, path: '/api/qt/stock/kline/get', query },
          eastmoneyFault,
          signal,
        );
        const request = { symbol, secid, startDate, endDate };
        yield { kind: 'answer', symbols: [symbol], format: EASTMONEY_KLINE, request, body };
      }
    },
  };
}

/** 1.600000 for Shanghai, 0.000001 for Shenzhen and Beijing: by the suffix, since the code alone misleads (B shares). */
function secidOf(symbol: StockSymbol): string {
  const market = symbol.endsWith('.SH') ? 1 : 0;
  return `${market}.${symbol.slice(0, 6)}`;
}

/** `rc` other than 0 with `data: null` is how it says "no such rows"; a server's trouble has an `rc` too, but no `data`. */
function eastmoneyFault({ body, status }: HttpAnswer, place: Place): EtlError | undefined {
  const rcAt = status === 200 ? findKey(body, 0, 'rc') : -1;
  if (rcAt < 0 || findKey(body, 0, 'data') >= 0) {
    return undefined;
  }
  const rc = Number(valueAt(body, rcAt));
  return rc === 0 ? undefined : transient(place, 'said', `rc ${rc} and no data`);
}
