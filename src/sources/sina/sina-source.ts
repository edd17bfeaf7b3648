import { sessionsBetween } from '../../calendar/trading-calendar.ts';
import type { EtlError } from '../../domain/errors.ts';
import { isStockSymbol, type StockSymbol } from '../../domain/stock-symbol.ts';
import { shanghaiDayAt } from '../../domain/trading-day.ts';
import type { Capabilities, Quota } from '../capabilities.ts';
import type { BarsRequest, DataSource } from '../data-source.ts';
import { beginningOf, type HttpAnswer } from '../http/answer.ts';
import { createHttpClient } from '../http/client.ts';
import { banned, badRequest, type Place } from '../http/source-error.ts';
import { partSymbols, type RemoteOptions } from '../remote-source.ts';
import { SINA, SINA_KLINE } from './decode-kline.ts';

export interface SinaOptions extends RemoteOptions {
  /** Epoch milliseconds: it serves the latest sessions only, counted from today. */
  readonly now: () => number;
}

/** Rows that it gives at most, counted back from today. */
const MAX_ROWS = 1023;

const SINA_CAPABILITIES: Capabilities = {
  datasets: ['daily_bars'],
  shapes: ['symbol'],
  markets: ['SSE', 'SZSE', 'BSE'],
  maxSessionsBack: MAX_ROWS,
  hasAmount: false,
  hasPreClose: false,
  wholeLots: false,
  priceBasis: 'raw',
  reportsSuspensions: false,
  isEmptyReliable: false,
  isFinite: false,
  concurrency: 1,
};

const SINA_QUOTA: Quota = { perMinute: 60, minIntervalMs: 1000 };

const SCALE_DAY = 240;
const PATH = '/quotes_service/api/json_v2.php/CN_MarketData.getKLineData';
const ABNORMAL = /异常访问|访问过于频繁|拒绝访问|Forbidden/i;

/** Sina's plain K-lines: the latest 1,023 sessions, unadjusted, in shares, without amounts. */
export function createSinaSource({
  baseUrl,
  gate,
  timeoutMs,
  maxBytes,
  now,
}: SinaOptions): DataSource {
  const http = createHttpClient({
    source: SINA,
    baseUrl,
    gate,
    connections: 1,
    headers: { referer: 'https://finance.sina.com.cn' },
    totalTimeoutMs: timeoutMs,
    maxBytes,
  });
  return {
    name: SINA,
    capabilities: SINA_CAPABILITIES,
    defaultQuota: SINA_QUOTA,
    endpoints: { symbol: 'getKLineData' },
    listInstruments: () => Promise.resolve([]),
    async *fetchBars(wanted, signal) {
      const datalen = rowsBack(wanted, now());
      const { served, refused } = partSymbols(wanted.symbols, SINA, (symbol) =>
        whyNotServed(symbol, wanted, datalen),
      );
      yield* refused;
      for (const symbol of served) {
        const query = { symbol: codeOf(symbol), scale: SCALE_DAY, ma: 'no', datalen };
        const { body } = await http.send(
          { endpoint: 'getKLineData', priority: wanted.priority, path: PATH, query },
          sinaFault,
          signal,
        );
        const request = { symbol, datalen };
        yield { kind: 'answer', symbols: [symbol], format: SINA_KLINE, request, body };
      }
    },
  };
}

function codeOf(symbol: StockSymbol): string {
  return `${symbol.slice(7).toLowerCase()}${symbol.slice(0, 6)}`;
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
