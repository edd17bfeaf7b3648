import type { EtlError } from '../../domain/errors.ts';
import { isStockSymbol, type StockSymbol } from '../../domain/stock-symbol.ts';
import type { DataSource } from '../data-source.ts';
import { findKey, valueAt } from '../decode/json-scan.ts';
import type { HttpAnswer } from '../http/answer.ts';
import { transient, type Place } from '../http/source-error.ts';
import type { RemoteOptions } from '../remote-source.ts';
import { createSymbolSource } from '../symbol-source.ts';
import { EASTMONEY, EASTMONEY_KLINE } from './decode-kline.ts';

export interface EastmoneyOptions extends RemoteOptions {
  /** Sent as it is where the site demands one (`ct=…`). */
  readonly cookie?: string;
}

/** The same for every symbol. */
const QUERY = {
  /** Daily. */
  klt: 101,
  /** Unadjusted: its adjusted prices are no multiples. */
  fqt: 0,
  fields1: 'f1,f2,f3,f4,f5,f6',
  /** Day, open, close, high, low, volume, amount, amplitude, change in per cent, change, turnover. */
  fields2: 'f51,f52,f53,f54,f55,f56,f57,f58,f59,f60,f61',
  /** The site's own pages send it; it is no secret. */
  ut: '7eea3edcaed734bea9cbfc24409ed989',
};

/** EastMoney's K-lines, as AKShare's `stock_zh_a_hist` asks for them. */
export function createEastmoneySource({ cookie, ...options }: EastmoneyOptions): DataSource {
  return createSymbolSource(
    {
      name: EASTMONEY,
      endpoint: 'kline',
      format: EASTMONEY_KLINE,
      capabilities: {
        markets: ['SSE', 'SZSE', 'BSE'],
        hasAmount: true,
        hasPreClose: true,
        wholeLots: true,
      },
      // It bans by address after some 200 symbols in a burst, for 20 minutes up to days.
      quota: { perMinute: 40, perHour: 150, minIntervalMs: 1500 },
      http: {
        keepAlive: false,
        isSilentCloseBan: true,
        headers: {
          referer: 'https://quote.eastmoney.com/',
          ...(cookie === undefined ? {} : { cookie }),
        },
        secrets: cookie === undefined ? [] : [cookie],
      },
      whyNotServed: (symbol) => (isStockSymbol(symbol) ? undefined : 'is no A-share'),
      callsOf(symbol, { startDate, endDate }) {
        const secid = secidOf(symbol);
        const [beg, end] = [startDate, endDate].map((day) => day.replaceAll('-', ''));
        const query = { secid, beg: beg ?? '', end: end ?? '', ...QUERY };
        const facts = { secid, startDate, endDate };
        return [{ path: '/api/qt/stock/kline/get', query, facts }];
      },
      faultOf: eastmoneyFault,
    },
    options,
  );
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
