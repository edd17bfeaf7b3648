import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { deflateSync, gunzipSync } from 'node:zlib';

import { VALUE_COLUMNS, type BarColumns, type ValueColumn } from '../../src/domain/bar.ts';
import { fromDayNumber } from '../../src/domain/trading-day.ts';
import { answerFrame } from '../../src/sources/baostock/frame.ts';
import { decoders } from '../../src/sources/decoders.ts';
import { readCsv } from './real-bars.ts';
import { sharedData } from './shared-data.ts';

/* Real rows of files, put back into the form in which their source sends them, and decoded by its adapter. */

type Row = Readonly<Record<string, string>>;

export async function decodeAnswer(
  format: string,
  body: Uint8Array,
  facts: Row = {},
): Promise<BarColumns> {
  const decoder = decoders[format];
  assert.ok(decoder, format);
  return decoder(body, facts);
}

const TUSHARE_FIELDS = 'ts_code,trade_date,open,high,low,close,pre_close,vol,amount'.split(',');

/** `daily` of Tushare. */
export function tushareAnswer(rows: readonly Row[]): Buffer {
  const items = rows.map((row) => {
    const cells = TUSHARE_FIELDS.map((name, at) =>
      at < 2 ? JSON.stringify(row[name]) : row[name] || 'null',
    );
    return `[${cells.join(',')}]`;
  });
  const fields = JSON.stringify(TUSHARE_FIELDS);
  return Buffer.from(`{"code":0,"data":{"fields":${fields},"items":[${items.join(',')}]}}`);
}

const BAOSTOCK_FIELDS =
  'date,code,open,high,low,close,preclose,volume,amount,adjustflag,tradestatus,isST'.split(',');

/** A session of Baostock. */
export function baostockAnswer(rows: readonly Row[]): Buffer {
  const record = rows.map((row) => BAOSTOCK_FIELDS.map((name) => row[name] ?? ''));
  const head = ['0', 'success', 'query_daily_history_k_AStock', 'anonymous'];
  const body = [...head, JSON.stringify({ record }), BAOSTOCK_FIELDS.join(',')];
  return answerFrame('99', deflateSync(Buffer.from(body.join('\x01'))));
}

/** `stock_zh_a_hist` of AKTools, from files with Chinese or English columns. */
export function aktoolsAnswer(rows: readonly Row[]): Buffer {
  return Buffer.from(
    JSON.stringify(
      rows.map((row) => ({
        日期: row['日期'] ?? row['date'],
        开盘: Number(row['开盘'] ?? row['open']),
        收盘: Number(row['收盘'] ?? row['close']),
        最高: Number(row['最高'] ?? row['high']),
        最低: Number(row['最低'] ?? row['low']),
        成交量: Number(row['成交量'] ?? row['volume']),
        成交额: Number(row['成交额'] ?? row['amount']),
        涨跌额: Number(row['涨跌额'] ?? row['change'] ?? 0),
      })),
    ),
  );
}

function column(rows: readonly Row[], ...names: readonly string[]): (number | null)[] {
  return rows.map((row) => {
    const text = names.map((name) => row[name]).find((cell) => cell !== undefined) ?? '';
    const value = text === '' || text === 'null' ? Number.NaN : Number(text);
    return Number.isNaN(value) ? null : value;
  });
}

/** A chart of Yahoo for one symbol of Shanghai or Shenzhen. */
export function yahooAnswer(ticker: string, rows: readonly Row[]): Buffer {
  const days = rows.map((row) => (row['Date'] ?? row['date'] ?? '').slice(0, 10));
  const opening = 5400; // 9:30 in Shanghai, in seconds of UTC
  const result = {
    meta: {
      symbol: ticker,
      currency: 'CNY',
      dataGranularity: '1d',
      gmtoffset: 28_800,
      exchangeTimezoneName: 'Asia/Shanghai',
    },
    timestamp: days.map((day) => Date.parse(day) / 1000 + opening),
    indicators: {
      quote: [
        {
          open: column(rows, 'Open', 'open'),
          high: column(rows, 'High', 'high'),
          low: column(rows, 'Low', 'low'),
          close: column(rows, 'Close', 'close'),
          volume: column(rows, 'Volume', 'volume'),
        },
      ],
    },
  };
  return Buffer.from(JSON.stringify({ chart: { result: [result], error: null } }));
}

/** Rows of a file of which a line matches: large files are not made into objects for a few symbols. */
export function sharedRows(pattern: RegExp, ...place: readonly string[]): readonly Row[] {
  const text = gunzipSync(readFileSync(sharedData(...place))).toString('utf8');
  const [header = '', ...lines] = text.split('\n');
  return readCsv([header, ...lines.filter((line) => pattern.test(line))].join('\n'));
}

/** What two sources say differently of the keys that both have. */
export interface Disagreement {
  readonly keys: number;
  /** Keys by column whose values are further apart than allowed, as `600000.SH 2024-01-02`. */
  readonly far: Readonly<Record<ValueColumn, readonly string[]>>;
  /** Greatest distance by column, in 1/10,000 CNY or shares. */
  readonly most: Readonly<Record<ValueColumn, number>>;
}

/** 1/10,000 CNY. */
export const CENT = 100;
type Tolerances = Readonly<Partial<Record<ValueColumn, number>>>;
const EXACT: Record<ValueColumn, number> = {
  open: 0,
  high: 0,
  low: 0,
  close: 0,
  preClose: 0,
  volume: 0,
  amount: 0,
};

/** Compares the rows that are bars in both; cells that either lacks are not compared. */
export function disagreement(
  left: BarColumns,
  right: BarColumns,
  tolerances: Tolerances = {},
): Disagreement {
  const allowed = { ...EXACT, ...tolerances };
  const far: Record<ValueColumn, string[]> = {
    open: [],
    high: [],
    low: [],
    close: [],
    preClose: [],
    volume: [],
    amount: [],
  };
  const most = { ...EXACT };
  const other = rowsByKey(right);
  let keys = 0;
  for (const [key, row] of rowsByKey(left)) {
    const at = other.get(key);
    if (at === undefined || isNoTrade(left, row) || isNoTrade(right, at)) {
      continue;
    }
    keys += 1;
    for (const name of VALUE_COLUMNS) {
      const distance = Math.abs((left[name][row] ?? Number.NaN) - (right[name][at] ?? Number.NaN));
      most[name] = Math.max(most[name], Number.isNaN(distance) ? 0 : distance);
      if (distance > allowed[name]) {
        far[name].push(key);
      }
    }
  }
  return { keys, far, most };
}

function isNoTrade({ marks, volume }: BarColumns, row: number): boolean {
  return ((marks[row] ?? 0) & 1) !== 0 || !((volume[row] ?? 0) > 0);
}

function rowsByKey(bars: BarColumns): Map<string, number> {
  return new Map(
    Array.from({ length: bars.length }, (_, row) => [
      `${bars.symbols[bars.symbolId[row] ?? 0]} ${fromDayNumber(bars.tradingDay[row] ?? 0)}`,
      row,
    ]),
  );
}
