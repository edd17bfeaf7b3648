import { REFERENCE_DATASETS } from '../../domain/dataset.ts';
import { boardOf, isStockSymbol, type StockSymbol } from '../../domain/stock-symbol.ts';
import { fromDayNumber } from '../../domain/trading-day.ts';
import type { Capabilities, Quota } from '../capabilities.ts';
import type { BarsRequest, DatasetRequest, DataSource } from '../data-source.ts';
import { partSymbols, sessionsIn } from '../remote-source.ts';
import { createTushareClient, TUSHARE, type TushareClient, type TushareOptions } from './client.ts';
import { TUSHARE_DATASETS } from './datasets.ts';
import { TUSHARE_DAILY } from './decode-daily.ts';

/** `daily` gives 6,000 rows at most; the whole market has about 5,600 a session. */
const PAGE_ROWS = 6000;
/** Codes in one call that have been seen to work, with room. */
const MAX_CODES = 50;

const TUSHARE_CAPABILITIES: Capabilities = {
  datasets: ['daily_bars', ...REFERENCE_DATASETS],
  shapes: ['session', 'symbol'],
  markets: ['SSE', 'SZSE', 'BSE'],
  hasAmount: true,
  hasPreClose: true,
  wholeLots: false,
  priceBasis: 'raw',
  reportsSuspensions: false,
  isEmptyReliable: true,
  isFinite: false,
  concurrency: 3,
};

const TUSHARE_QUOTA: Quota = { perMinute: 150 };

/** Tushare Pro: keyed, the whole market in one call a session. */
export function createTushareSource(options: TushareOptions): DataSource {
  const client = createTushareClient(options);
  return {
    name: TUSHARE,
    capabilities: TUSHARE_CAPABILITIES,
    defaultQuota: TUSHARE_QUOTA,
    endpoints: { session: 'daily', symbol: 'daily' },
    listInstruments: () => Promise.resolve([]),
    async *fetchBars(request, signal) {
      const { served, refused } = partSymbols(request.symbols, TUSHARE, whyNotServed);
      yield* refused;
      for (const { params, symbols } of callsFor(request, served)) {
        const query = { api: 'daily', params, pageRows: PAGE_ROWS, priority: request.priority };
        yield* answersOf(client, query, symbols, signal);
      }
    },
    async *fetchDataset(request, signal) {
      const { api, fields, pageRows, format, variants } = TUSHARE_DATASETS[request.dataset];
      const { dataset, priority } = request;
      for (const params of datasetCalls(request, variants)) {
        const query = {
          api,
          params,
          pageRows,
          priority,
          ...(fields === undefined ? {} : { fields }),
        };
        for await (const page of client.pages(query, signal)) {
          const scope = 'ts_code' in params ? 'symbols' : 'market';
          yield { dataset, scope, format, request: page.request, body: page.body };
        }
      }
    },
  };
}

async function* answersOf(
  client: TushareClient,
  query: Parameters<TushareClient['pages']>[0],
  symbols: readonly StockSymbol[],
  signal: AbortSignal,
): ReturnType<DataSource['fetchBars']> {
  for await (const { request, body } of client.pages(query, signal)) {
    yield { kind: 'answer', symbols, format: TUSHARE_DAILY, request, body };
  }
}

/** `daily` is about stocks; indices and funds have interfaces of their own. */
function whyNotServed(symbol: StockSymbol): string | undefined {
  if (!isStockSymbol(symbol)) {
    return 'is no A-share';
  }
  const board = boardOf(symbol);
  return board === 'index' || board === 'fund'
    ? `is of the board ${board}; only stocks are`
    : undefined;
}

interface Call {
  readonly params: Readonly<Record<string, string>>;
  readonly symbols: readonly StockSymbol[];
}

/** As few calls as will do: some symbols over the range each, or all symbols of a session each. */
function callsFor(request: BarsRequest, symbols: readonly StockSymbol[]): readonly Call[] {
  const days = sessionsIn(request);
  if (days.length === 0 || symbols.length === 0) {
    return [];
  }
  const codes = Math.max(1, Math.min(MAX_CODES, Math.floor(PAGE_ROWS / days.length)));
  const bySymbol = Math.ceil(symbols.length / codes);
  const shape = request.shape ?? (bySymbol <= days.length ? 'symbol' : 'session');
  if (shape === 'session') {
    return Array.from(days, (day) => ({
      params: { trade_date: compact(fromDayNumber(day)) },
      symbols,
    }));
  }
  const range = { start_date: compact(request.startDate), end_date: compact(request.endDate) };
  return Array.from({ length: bySymbol }, (_, index) => {
    const group = symbols.slice(index * codes, (index + 1) * codes);
    return { params: { ts_code: group.join(','), ...range }, symbols: group };
  });
}

type CallParams = Readonly<Record<string, string>>;

/** One call, one a session, or one a group of symbols where that takes fewer. */
function datasetCalls(
  { dataset, symbols, startDate, endDate }: DatasetRequest,
  variants: readonly CallParams[],
): readonly CallParams[] {
  const { cut, pageRows } = TUSHARE_DATASETS[dataset];
  if (cut === 'once') {
    return variants;
  }
  const range = { start_date: compact(startDate), end_date: compact(endDate) };
  if (cut === 'range') {
    const areNamed = dataset === 'suspensions' && symbols.length > 0 && symbols.length <= MAX_CODES;
    const codes = areNamed ? { ts_code: symbols.join(',') } : {};
    return variants.map((variant) => ({ ...variant, ...codes, ...range }));
  }
  const days = sessionsIn({ symbols, startDate, endDate });
  const codes = Math.max(1, Math.min(MAX_CODES, Math.floor(pageRows / Math.max(1, days.length))));
  if (symbols.length === 0 || Math.ceil(symbols.length / codes) > days.length) {
    return Array.from(days, (day) => ({ trade_date: compact(fromDayNumber(day)) }));
  }
  return Array.from({ length: Math.ceil(symbols.length / codes) }, (_, index) => ({
    ts_code: symbols.slice(index * codes, (index + 1) * codes).join(','),
    ...range,
  }));
}

/** 2024-01-02 as 20240102. */
function compact(day: string): string {
  return day.replaceAll('-', '');
}
