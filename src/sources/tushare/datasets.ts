import { isStockSymbol, type Exchange } from '../../domain/stock-symbol.ts';
import type { DatasetBatch, ListingStatus, ReferenceDataset } from '../../domain/dataset.ts';
import { fromDayNumber } from '../../domain/trading-day.ts';
import type { DatasetDecoder } from '../data-source.ts';
import { parseDayText } from '../decode/day.ts';
import { scaleNumber } from '../decode/decimal.ts';
import { valueAt } from '../decode/json-scan.ts';
import { shapeDrift } from '../http/source-error.ts';
import { TUSHARE } from './client.ts';
import { openTable } from './table.ts';

/** Reference rows are few: they are parsed the plain way, cell by cell under the columns' names. */
type Cells = ReadonlyMap<string, unknown>;

const PRICE_SHIFT = 4;
const TEN_THOUSAND = 10_000;
const STATUS: Readonly<Record<string, ListingStatus>> = { L: 'listed', P: 'paused', D: 'delisted' };

function readRows<Row>(
  body: Uint8Array,
  api: string,
  needed: readonly string[],
  read: (cells: Cells) => Row | undefined,
): readonly Row[] {
  const { fields, items } = openTable(body, api, needed);
  const rows: unknown = valueAt(body, items);
  if (!Array.isArray(rows)) {
    throw drift(api, 'its rows are no whole array of arrays');
  }
  return rows.flatMap((row: unknown, index) => {
    if (!Array.isArray(row) || row.length !== fields.length) {
      throw drift(api, `row ${index} is not as long as the header`);
    }
    const made = read(
      new Map(fields.map((name, column): [string, unknown] => [name, row[column]])),
    );
    return made === undefined ? [] : [made];
  });
}

function drift(api: string, what: string): Error {
  return shapeDrift({ source: TUSHARE, endpoint: api }, what);
}

/** Symbols that are none of ours (funds, foreign ones) are passed over; their number is no fault. */
function symbolOf(cells: Cells, name = 'ts_code'): string | undefined {
  const text = String(cells.get(name));
  return isStockSymbol(text) ? text : undefined;
}

function dayOf(cells: Cells, api: string, name = 'trade_date'): number {
  const day = parseDayText(String(cells.get(name)));
  if (Number.isNaN(day)) {
    throw drift(api, `${name}: got "${String(cells.get(name)).slice(0, 32)}"; expected a day`);
  }
  return day;
}

function dateOf(cells: Cells, name: string): string | undefined {
  const cell = cells.get(name);
  const day = typeof cell === 'string' ? parseDayText(cell) : Number.NaN;
  return Number.isNaN(day) ? undefined : fromDayNumber(day);
}

function numberOf(cells: Cells, name: string, factor = 1): number {
  const value = cells.get(name);
  return typeof value === 'number' ? value * factor : Number.NaN;
}

function keyed<Row>(
  api: string,
  columns: readonly string[],
  make: (key: { readonly symbol: string; readonly day: number }, cells: Cells) => Row,
): (body: Uint8Array) => readonly Row[] {
  return (body) =>
    readRows(body, api, ['ts_code', 'trade_date', ...columns], (cells) => {
      const symbol = symbolOf(cells);
      return symbol === undefined ? undefined : make({ symbol, day: dayOf(cells, api) }, cells);
    });
}

const factorRows = keyed('adj_factor', ['adj_factor'], (key, cells) => ({
  ...key,
  factor: String(cells.get('adj_factor')),
}));
const suspensionRows = keyed('suspend_d', ['suspend_timing', 'suspend_type'], (key, cells) => ({
  ...key,
  isFullDay: cells.get('suspend_type') === 'S' && (cells.get('suspend_timing') ?? '') === '',
}));
const limitRows = keyed('stk_limit', ['up_limit', 'down_limit'], (key, cells) => ({
  ...key,
  up: scaleNumber(numberOf(cells, 'up_limit'), PRICE_SHIFT),
  down: scaleNumber(numberOf(cells, 'down_limit'), PRICE_SHIFT),
}));
const stRows = keyed('stock_st', [], (key) => ({ ...key, isSt: true }));
const BASIC_COLUMNS = ['turnover_rate', 'total_share', 'total_mv'] as const;
const basicRows = keyed('daily_basic', BASIC_COLUMNS, (key, cells) => ({
  ...key,
  turnoverRate: numberOf(cells, 'turnover_rate'),
  peTtm: numberOf(cells, 'pe_ttm'),
  pb: numberOf(cells, 'pb'),
  totalShares: numberOf(cells, 'total_share', TEN_THOUSAND),
  floatShares: numberOf(cells, 'float_share', TEN_THOUSAND),
  marketValue: numberOf(cells, 'total_mv', TEN_THOUSAND),
}));

const INSTRUMENT_COLUMNS = ['ts_code', 'name', 'list_status', 'list_date', 'delist_date'] as const;

function instruments(body: Uint8Array): DatasetBatch {
  const rows = readRows(body, 'stock_basic', INSTRUMENT_COLUMNS, (cells) => {
    const symbol = symbolOf(cells);
    const name = cells.get('name');
    return symbol === undefined
      ? undefined
      : {
          symbol,
          name: typeof name === 'string' ? name : undefined,
          listDate: dateOf(cells, 'list_date'),
          delistDate: dateOf(cells, 'delist_date'),
          status: STATUS[String(cells.get('list_status'))],
        };
  });
  return { dataset: 'instruments', rows };
}

function calendar(body: Uint8Array): DatasetBatch {
  const rows = readRows(body, 'trade_cal', ['exchange', 'cal_date', 'is_open'], (cells) => {
    const exchange = cells.get('exchange');
    return isExchange(exchange)
      ? {
          exchange,
          day: dayOf(cells, 'trade_cal', 'cal_date'),
          isOpen: Number(cells.get('is_open')) === 1,
        }
      : undefined;
  });
  return { dataset: 'trading_calendar', rows };
}

function isExchange(value: unknown): value is Exchange {
  return value === 'SSE' || value === 'SZSE' || value === 'BSE';
}

function symbolChanges(body: Uint8Array): DatasetBatch {
  const rows = readRows(body, 'bse_mapping', ['o_code', 'n_code'], (cells) => {
    const [oldSymbol, newSymbol] = [symbolOf(cells, 'o_code'), symbolOf(cells, 'n_code')];
    return oldSymbol === undefined || newSymbol === undefined
      ? undefined
      : { oldSymbol, newSymbol };
  });
  return { dataset: 'symbol_changes', rows };
}

/** How a dataset is asked for: one call for all of it, one for a range of days, or one a session. */
type Cut = 'once' | 'range' | 'session';

export interface TushareDataset {
  readonly api: string;
  readonly cut: Cut;
  /** Of several calls, each with these. */
  readonly variants: readonly Readonly<Record<string, string>>[];
  readonly fields?: string;
  /** The interface's cap. */
  readonly pageRows: number;
  readonly format: string;
  readonly decode: DatasetDecoder;
}

const PLAIN = [{}];

export const TUSHARE_DATASETS: Readonly<Record<ReferenceDataset, TushareDataset>> = {
  instruments: {
    api: 'stock_basic',
    cut: 'once',
    // Each status alone: without them only what is listed today would come.
    variants: [{ list_status: 'L' }, { list_status: 'D' }, { list_status: 'P' }],
    fields: INSTRUMENT_COLUMNS.join(','),
    pageRows: 10_000,
    format: 'tushare.stock_basic/1',
    decode: instruments,
  },
  trading_calendar: {
    api: 'trade_cal',
    cut: 'range',
    variants: [{ exchange: 'SSE' }, { exchange: 'SZSE' }],
    pageRows: 10_000,
    format: 'tushare.trade_cal/1',
    decode: calendar,
  },
  suspensions: {
    api: 'suspend_d',
    cut: 'range',
    variants: [{ suspend_type: 'S' }],
    pageRows: 5000,
    format: 'tushare.suspend_d/1',
    decode: (body) => ({ dataset: 'suspensions', rows: suspensionRows(body) }),
  },
  adjustment_factors: {
    api: 'adj_factor',
    cut: 'session',
    variants: PLAIN,
    pageRows: 6000,
    format: 'tushare.adj_factor/1',
    decode: (body) => ({ dataset: 'adjustment_factors', rows: factorRows(body) }),
  },
  price_limits: {
    api: 'stk_limit',
    cut: 'session',
    variants: PLAIN,
    pageRows: 5800,
    format: 'tushare.stk_limit/1',
    decode: (body) => ({ dataset: 'price_limits', rows: limitRows(body) }),
  },
  st_status: {
    api: 'stock_st',
    cut: 'session',
    variants: PLAIN,
    pageRows: 1000,
    format: 'tushare.stock_st/1',
    decode: (body) => ({ dataset: 'st_status', rows: stRows(body) }),
  },
  daily_basics: {
    api: 'daily_basic',
    cut: 'session',
    variants: PLAIN,
    fields: ['ts_code', 'trade_date', 'pe_ttm', 'pb', 'float_share', ...BASIC_COLUMNS].join(','),
    pageRows: 6000,
    format: 'tushare.daily_basic/1',
    decode: (body) => ({ dataset: 'daily_basics', rows: basicRows(body) }),
  },
  symbol_changes: {
    api: 'bse_mapping',
    cut: 'once',
    variants: PLAIN,
    pageRows: 1000,
    format: 'tushare.bse_mapping/1',
    decode: symbolChanges,
  },
};
