import type { DatasetBatch } from '../../domain/dataset.ts';
import { DataQualityError } from '../../domain/errors.ts';
import { boardOf, isStockSymbol, type StockSymbol } from '../../domain/stock-symbol.ts';
import type { DatasetDecoder, DatasetRequest, RawDatasetAnswer } from '../data-source.ts';
import { parseDayText } from '../decode/day.ts';
import { valueAt } from '../decode/json-scan.ts';
import { shapeDrift } from '../http/source-error.ts';
import { sessionsIn } from '../remote-source.ts';
import { BAOSTOCK, type BaostockClient } from './client.ts';
import { openRecords } from './records.ts';

const PAGE_ROWS = 2000;
const MAX_PAGES = 20;
const SHARE_TYPE = '1';
/** Asked for one by one however few the sessions are. */
const FEW_SYMBOLS = 50;

/** sh.600000. */
export function dottedCode(symbol: StockSymbol): string {
  return `${symbol.slice(7).toLowerCase()}.${symbol.slice(0, 6)}`;
}

function symbolOf(code: string): StockSymbol | undefined {
  const [, place = '', digits = ''] = /^(sh|sz)\.(\d{6})$/.exec(code) ?? [];
  const symbol: string = `${digits}.${place.toUpperCase()}`;
  return isStockSymbol(symbol) ? symbol : undefined;
}

interface DatasetCall {
  readonly method: string;
  readonly type: string;
  /** Which fields of an answer hold the rows and the columns' names. */
  readonly data: number;
  readonly names: number;
  readonly format: string;
}

const CALLS = {
  instruments: {
    method: 'query_stock_basic',
    type: '45',
    data: 6,
    names: 9,
    format: 'baostock.stock_basic/1',
  },
  trading_calendar: {
    method: 'query_trade_dates',
    type: '33',
    data: 6,
    names: 9,
    format: 'baostock.trade_dates/1',
  },
  adjustment_factors: {
    method: 'query_adjust_factor',
    type: '15',
    data: 6,
    names: 10,
    format: 'baostock.adjust_factor/1',
  },
} as const satisfies Readonly<Record<string, DatasetCall>>;
type Served = keyof typeof CALLS;

function isServed(dataset: string): dataset is Served {
  return Object.hasOwn(CALLS, dataset);
}

/** Instruments, calendar, and adjustment factors of the symbols that are named. Others it has as marks on its bars. */
export async function* fetchBaostockDataset(
  client: BaostockClient,
  { dataset, symbols, startDate, endDate, priority }: DatasetRequest,
  signal: AbortSignal,
): AsyncIterable<RawDatasetAnswer> {
  if (!isServed(dataset)) {
    throw shapeDrift({ source: BAOSTOCK, endpoint: dataset }, 'the source has no such dataset');
  }
  const call = CALLS[dataset];
  if (dataset === 'adjustment_factors') {
    refuseMany(symbols, sessionsIn({ symbols, startDate, endDate }).length);
  }
  const parameters: Readonly<Record<Served, readonly (readonly string[])[]>> = {
    instruments: [['', '']],
    trading_calendar: [[startDate, endDate]],
    adjustment_factors: symbols.flatMap((symbol) =>
      symbol.endsWith('.BJ') ? [] : [[dottedCode(symbol), startDate, endDate]],
    ),
  };
  for (const fields of parameters[dataset]) {
    for (let page = 1; page <= MAX_PAGES; page += 1) {
      const window = [String(page), String(PAGE_ROWS), ...fields];
      const { method, type, format } = call;
      const body = await client.query({ method, type, fields: window, priority }, signal);
      const scope = dataset === 'adjustment_factors' ? 'symbols' : 'market';
      yield { dataset, scope, format, request: { method, page, fields: fields.join(',') }, body };
      if (rowsOf(body, call, []).length < PAGE_ROWS) {
        break;
      }
    }
  }
}

/** One call a symbol: of the whole market for a few sessions that would be more than all its bars take. */
function refuseMany(symbols: readonly StockSymbol[], sessions: number): void {
  if (symbols.length === 0 || symbols.length > Math.max(FEW_SYMBOLS, sessions)) {
    const count = symbols.length === 0 ? 'all' : symbols.length;
    throw new DataQualityError(
      `${BAOSTOCK} gives adjustment factors by symbol only: not of ${count} symbols over ${sessions} sessions`,
      {
        code: 'ETL-SRC-351',
        hint: 'nothing: a backfill fetches them by symbol; tushare gives them by session.',
      },
    );
  }
}

/** Rows as texts by the columns' names. */
function rowsOf(
  frame: Uint8Array,
  { data, names, format }: DatasetCall,
  needed: readonly string[],
): readonly Readonly<Record<string, string>>[] {
  const opened = openRecords(frame, { data, fields: names }, needed, format);
  const rows: unknown = valueAt(opened.body, opened.records);
  if (!Array.isArray(rows)) {
    throw opened.drift('its record is no whole array');
  }
  return rows.map((row: unknown) => {
    const cells: readonly unknown[] = Array.isArray(row) ? row : [];
    return Object.fromEntries(opened.names.map((name, column) => [name, textOf(cells[column])]));
  });
}

function textOf(cell: unknown): string {
  return typeof cell === 'string' ? cell : '';
}

function dateOf(text: string | undefined): string | undefined {
  return /^\d{4}-\d{2}-\d{2}$/.test(text ?? '') ? text : undefined;
}

function instruments(body: Uint8Array): DatasetBatch {
  const needed = ['code', 'code_name', 'ipoDate', 'outDate', 'type', 'status'];
  const rows = rowsOf(body, CALLS.instruments, needed).flatMap((row) => {
    const symbol = symbolOf(row['code'] ?? '');
    if (symbol === undefined || row['type'] !== SHARE_TYPE || boardOf(symbol) === 'index') {
      return [];
    }
    const delistDate = dateOf(row['outDate']);
    const status = row['status'] === '1' ? ('listed' as const) : ('delisted' as const);
    return [
      { symbol, name: row['code_name'], listDate: dateOf(row['ipoDate']), delistDate, status },
    ];
  });
  return { dataset: 'instruments', rows };
}

/** Shanghai and Shenzhen hold the same sessions. */
function calendar(body: Uint8Array): DatasetBatch {
  const needed = ['calendar_date', 'is_trading_day'];
  const rows = rowsOf(body, CALLS.trading_calendar, needed).flatMap((row) => {
    const day = parseDayText(row['calendar_date'] ?? '');
    const isOpen = row['is_trading_day'] === '1';
    return (['SSE', 'SZSE'] as const).map((exchange) => ({ exchange, day, isOpen }));
  });
  return { dataset: 'trading_calendar', rows };
}

function factors(body: Uint8Array): DatasetBatch {
  const needed = ['code', 'dividOperateDate', 'backAdjustFactor'];
  const rows = rowsOf(body, CALLS.adjustment_factors, needed).flatMap((row) => {
    const symbol = symbolOf(row['code'] ?? '');
    const day = parseDayText(row['dividOperateDate'] ?? '');
    return symbol === undefined ? [] : [{ symbol, day, factor: row['backAdjustFactor'] ?? '' }];
  });
  return { dataset: 'adjustment_factors', rows };
}

export const BAOSTOCK_DATASET_DECODERS: Readonly<Record<string, DatasetDecoder>> = {
  [CALLS.instruments.format]: instruments,
  [CALLS.trading_calendar.format]: calendar,
  [CALLS.adjustment_factors.format]: factors,
};
