import { sessionsBetween } from '../../calendar/trading-calendar.ts';
import type { EtlError } from '../../domain/errors.ts';
import { isStockSymbol, type StockSymbol } from '../../domain/stock-symbol.ts';
import { shanghaiDayAt } from '../../domain/trading-day.ts';
import type { BarsRequest, DataSource } from '../data-source.ts';
import { beginningOf, type HttpAnswer } from '../http/answer.ts';
import { banned, badRequest, type Place } from '../http/source-error.ts';
import type { RemoteOptions } from '../remote-source.ts';
import { createSymbolSource } from '../symbol-source.ts';
import { SINA, SINA_KLINE } from './decode-kline.ts';

export interface SinaOptions extends RemoteOptions {
  /** Epoch milliseconds: it serves the latest sessions only, counted from today. */
  readonly now: () => number;
}

/** Rows that it gives at most, counted back from today. */
const MAX_ROWS = 1023;
const SCALE_DAY = 240;
const PATH = '/quotes_service/api/json_v2.php/CN_MarketData.getKLineData';
const ABNORMAL = /异常访问|访问过于频繁|拒绝访问|Forbidden/i;

/** Sina's plain K-lines: the latest 1,023 sessions, unadjusted, in shares, without amounts. */
export function createSinaSource({ now, ...options }: SinaOptions): DataSource {
  return createSymbolSource(
    {
      name: SINA,
      endpoint: 'getKLineData',
      format: SINA_KLINE,
      capabilities: { markets: ['SSE', 'SZSE', 'BSE'], maxSessionsBack: MAX_ROWS },
      quota: { perMinute: 60, minIntervalMs: 1000 },
      http: { headers: { referer: 'https://finance.sina.com.cn' } },
      whyNotServed: (symbol, request) => whyNotServed(symbol, request, rowsBack(request, now())),
      callsOf(symbol, request) {
        const datalen = rowsBack(request, now());
        const code = `${symbol.slice(7).toLowerCase()}${symbol.slice(0, 6)}`;
        const query = { symbol: code, scale: SCALE_DAY, ma: 'no', datalen };
        return [{ path: PATH, query, facts: { datalen } }];
      },
      faultOf: sinaFault,
    },
    options,
  );
}

/** There is no range to ask for, only how many rows from the last one back. */
function rowsBack({ startDate }: BarsRequest, nowMs: number): number {
  const today = shanghaiDayAt(nowMs);
  return startDate > today ? 1 : Math.max(1, sessionsBetween('SSE', startDate, today).length);
}

function whyNotServed(
  symbol: StockSymbol,
  { startDate }: BarsRequest,
  rows: number,
): string | undefined {
  if (!isStockSymbol(symbol)) {
    return 'is no A-share';
  }
  if (symbol === '689009.SH') {
    return 'is a depositary receipt, which it serves elsewhere';
  }
  return rows > MAX_ROWS
    ? `is wanted from ${startDate}; only the last ${MAX_ROWS} sessions are served`
    : undefined;
}

/** Bans come as a page of GB18030 text, or as a status that the general checks know. */
function sinaFault({ status, body }: HttpAnswer, place: Place): EtlError | undefined {
  const text = beginningOf(body);
  if (status === 456 || ABNORMAL.test(text)) {
    return banned(place, `HTTP ${status}: the address is said to ask abnormally`);
  }
  return /^\s*\{\s*"?__ERROR/.test(text)
    ? badRequest(place, 'the request is said to be wrong')
    : undefined;
}
