import { boardOf, isStockSymbol, type StockSymbol } from '../../domain/stock-symbol.ts';
import { fromDayNumber } from '../../domain/trading-day.ts';
import type { Capabilities, Quota } from '../capabilities.ts';
import type { DataSource } from '../data-source.ts';
import { partSymbols, sessionsIn } from '../remote-source.ts';
import { BAOSTOCK, createBaostockClient, type BaostockOptions } from './client.ts';
import { BAOSTOCK_KLINE, BAOSTOCK_SESSION } from './decode-kline.ts';
import { eachElement } from '../decode/json-rows.ts';
import { endOfValue } from '../decode/json-scan.ts';
import { dottedCode, fetchBaostockDataset } from './datasets.ts';
import { openRecords } from './records.ts';

const BAOSTOCK_CAPABILITIES: Capabilities = {
  datasets: ['daily_bars', 'instruments', 'trading_calendar', 'adjustment_factors'],
  shapes: ['session', 'symbol'],
  markets: ['SSE', 'SZSE'],
  hasAmount: true,
  hasPreClose: true,
  wholeLots: false,
  priceBasis: 'raw',
  reportsSuspensions: true,
  isEmptyReliable: true,
  isFinite: false,
  concurrency: 1,
};

const BAOSTOCK_QUOTA: Quota = { perMinute: 120 };

const BY_SYMBOL = { method: 'query_history_k_data_plus', type: '95' };
const BY_SESSION = { method: 'query_daily_history_k_AStock', type: '98' };
const PAGE_ROWS = 2000;
const MAX_PAGES = 50;
const FIELDS =
  'date,code,open,high,low,close,preclose,volume,amount,adjustflag,turn,tradestatus,pctChg,isST';
const UNADJUSTED = '3';

/** Baostock over its own TCP protocol: free, one connection, Shanghai and Shenzhen; says who was suspended and who was ST. */
export function createBaostockSource(options: BaostockOptions): DataSource {
  const client = createBaostockClient(options);
  return {
    name: BAOSTOCK,
    capabilities: BAOSTOCK_CAPABILITIES,
    defaultQuota: BAOSTOCK_QUOTA,
    endpoints: { session: BY_SESSION.method, symbol: BY_SYMBOL.method },
    listInstruments: () => Promise.resolve([]),
    async *fetchBars(wanted, signal) {
      const { startDate, endDate, priority } = wanted;
      const { served, refused } = partSymbols(wanted.symbols, BAOSTOCK, whyNotServed);
      yield* refused;
      const days = sessionsIn(wanted);
      if (days.length === 0 || served.length === 0) {
        return;
      }
      const shape = wanted.shape ?? (served.length <= days.length ? 'symbol' : 'session');
      if (shape === 'session') {
        for (const day of days) {
          const tradeDate = fromDayNumber(day);
          const query = { ...BY_SESSION, fields: [tradeDate], priority };
          const body = await client.query(query, signal);
          const request = { method: BY_SESSION.method, date: tradeDate };
          yield { kind: 'answer', symbols: served, format: BAOSTOCK_SESSION, request, body };
        }
        return;
      }
      for (const symbol of served) {
        for (let page = 1; page <= MAX_PAGES; page += 1) {
          const code = dottedCode(symbol);
          const window = [String(page), String(PAGE_ROWS)];
          const fields = [...window, code, FIELDS, startDate, endDate, 'd', UNADJUSTED];
          const body = await client.query({ ...BY_SYMBOL, fields, priority }, signal);
          const request = { symbol, startDate, endDate, page };
          yield { kind: 'answer', symbols: [symbol], format: BAOSTOCK_KLINE, request, body };
          if (rowsOf(body) < PAGE_ROWS) {
            break;
          }
        }
      }
    },
    async *fetchDataset(request, signal) {
      yield* fetchBaostockDataset(client, request, signal);
    },
  };
}

function whyNotServed(symbol: StockSymbol): string | undefined {
  if (!isStockSymbol(symbol)) {
    return 'is no A-share';
  }
  return symbol.endsWith('.BJ') || boardOf(symbol) === 'bse'
    ? 'is listed in Beijing, which the source does not cover'
    : undefined;
}

function rowsOf(frame: Buffer): number {
  const { body, records } = openRecords(frame, { data: 6, fields: 8 }, [], BAOSTOCK_KLINE);
  let rows = 0;
  eachElement(body, records, (position) => {
    rows += 1;
    return endOfValue(body, position);
  });
  return rows;
}
