import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { deflateSync, gunzipSync } from 'node:zlib';

import { EtlError } from '../../../src/domain/errors.ts';
import type { BarColumns } from '../../../src/domain/bar.ts';
import { answerFrame } from '../../../src/sources/baostock/frame.ts';
import { datasetDecoders, decoders } from '../../../src/sources/decoders.ts';
import { symbolOfYahoo } from '../../../src/sources/foreign-symbol.ts';
import { tushareFault } from '../../../src/sources/tushare/faults.ts';
import { readCsv, readSharedCsv, readSharedTar } from '../../support/real-bars.ts';
import { describeWithSharedData, sharedData } from '../../support/shared-data.ts';

type Facts = Readonly<Record<string, string>>;

async function decode(format: string, body: Uint8Array, facts: Facts = {}): Promise<BarColumns> {
  const decoder = decoders[format];
  assert.ok(decoder, format);
  return decoder(body, facts);
}

async function codeOf(format: string, body: Uint8Array, facts: Facts = {}): Promise<string> {
  try {
    return `${(await decode(format, body, facts)).length} rows`;
  } catch (error) {
    assert.ok(error instanceof EtlError, String(error));
    return error.code;
  }
}

function raw(name: string): Buffer {
  const bytes = readFileSync(sharedData('raw_responses', name));
  return name.endsWith('.gz') ? gunzipSync(bytes) : bytes;
}

/** Recorded answers of real sources: each decodes, or is refused for the reason that it deserves. */
describeWithSharedData('recorded answers', () => {
  const tushare: readonly (readonly [string, string, number])[] = [
    ['adj_factor.json', 'tushare.adj_factor/1', 68],
    ['trade_cal.json', 'tushare.trade_cal/1', 2],
    ['suspend_d.json', 'tushare.suspend_d/1', 21],
    // One of 500 is a fund's, T00018.SH: none of our symbols.
    ['stock_basic.json', 'tushare.stock_basic/1', 499],
    ['stk_limit.json', 'tushare.stk_limit/1', 1],
    ['daily_basic.json', 'tushare.daily_basic/1', 1],
  ];
  for (const [name, format, rows] of tushare) {
    it(`of tushare, ${name}: ${rows} rows`, () => {
      const text = readSharedTar('raw_responses', 'tushare_http_recorded_dev.tar.gz').get(name);

      const batch = datasetDecoders[format]?.(Buffer.from(text ?? ''), {});

      assert.equal(batch?.rows.length, rows);
    });
  }

  const asDaily: readonly (readonly [string, string, string])[] = [
    ['stk_factor.json', '1 rows', 'it has all columns of daily, and more'],
    ['weekly.json', 'ETL-SRC-331', 'shares and CNY where daily has lots and thousands'],
    ['bak_daily.json', 'ETL-SRC-331', 'amounts in other units'],
    ['index_daily.json', 'ETL-SRC-331', 'an index is no price of its volume'],
  ];
  for (const [name, ending, why] of asDaily) {
    it(`of tushare, ${name} taken for daily: ${ending}, since ${why}`, async () => {
      const text = readSharedTar('raw_responses', 'tushare_http_recorded_dev.tar.gz').get(name);

      assert.equal(await codeOf('tushare.daily/1', Buffer.from(text ?? '')), ending);
    });
  }

  it('of tushare, api_error_40203.json: a missing permission, not a rate limit', () => {
    const members = readSharedTar('raw_responses', 'tushare_http_recorded_dev.tar.gz');
    const body = Buffer.from(members.get('api_error_40203.json') ?? '');

    const fault = tushareFault(
      { status: 200, headers: {}, body },
      { source: 'tushare', endpoint: 'daily' },
      (text) => text,
    );

    assert.deepEqual([fault?.errorClass, fault?.code], ['configuration', 'ETL-SRC-323']);
  });

  it('of yahoo, 22 charts of shares, funds, a coin and a future', async () => {
    const members = readSharedTar('raw_responses', 'yahoo_chart_v8_recorded_http_dev.tar.gz');
    let rows = 0;

    for (const text of members.values()) {
      const recorded: { request: { url: string }; response: { bodyJson: unknown } } =
        JSON.parse(text);
      const url = new URL(recorded.request.url);
      const ticker = decodeURIComponent(url.pathname.split('/').at(-1) ?? '');
      const end = new Date((Number(url.searchParams.get('period2')) - 1) * 1000);
      const facts = { symbol: symbolOfYahoo(ticker), endDate: end.toISOString().slice(0, 10) };
      const bars = await decode(
        'yahoo.chart/1',
        Buffer.from(JSON.stringify(recorded.response.bodyJson)),
        facts,
      );
      assert.ok(bars.length > 0, ticker);
      assert.ok(
        bars.close.every((close) => close > 0),
        ticker,
      );
      rows += bars.length;
    }

    assert.equal(members.size, 22);
    assert.equal(rows, 323);
  });

  const others: readonly (readonly [string, string, string, string])[] = [
    [
      'eastmoney_kline_601872_fqt1_20241218_20241231.json',
      'eastmoney.kline/1',
      '601872.SH',
      'ETL-SRC-331',
    ],
    ['tencent_dayline_sh600601_20230119_20230120.json', 'tencent.kline/1', '600601.SH', '2 rows'],
    ['tencent_dayline_sh000001_1990_1995.json.gz', 'tencent.kline/1', '000001.SH', '1106 rows'],
    ['tencent_rt_sh600000_20191011_gb18030.txt', 'tencent.kline/1', '600000.SH', 'ETL-SRC-330'],
    ['tencent_rt_no_match.txt', 'tencent.kline/1', '600000.SH', 'ETL-SRC-330'],
    ['sina_rt_sh600000_20250711_gb18030.txt', 'sina.kline/1', '600000.SH', 'ETL-SRC-330'],
    // Taken in the lunch break: half a day's volume must never pass for a day's.
    ['sina_rt_batch_850_20221122_1130_gb18030.dat.gz', 'sina.kline/1', '600000.SH', 'ETL-SRC-330'],
  ];
  for (const [name, format, symbol, ending] of others) {
    it(`${name}: ${ending}`, async () => {
      assert.equal(await codeOf(format, raw(name), { symbol }), ending);
    });
  }

  it('of eastmoney is refused because its prices are adjusted', async () => {
    const body = raw('eastmoney_kline_601872_fqt1_20241218_20241231.json');

    await assert.rejects(
      decode('eastmoney.kline/1', body, { symbol: '601872.SH' }),
      /prices are adjusted/,
    );
  });
});

/* Real rows of several sources, put back into the form in which the source sends them, and decoded. */

function tushareAnswer(rows: readonly Readonly<Record<string, string>>[]): Buffer {
  const fields = [
    'ts_code',
    'trade_date',
    'open',
    'high',
    'low',
    'close',
    'pre_close',
    'vol',
    'amount',
  ];
  const items = rows.map((row) => {
    const cells = fields.map((name, at) =>
      at < 2 ? JSON.stringify(row[name]) : row[name] || 'null',
    );
    return `[${cells.join(',')}]`;
  });
  return Buffer.from(
    `{"code":0,"data":{"fields":${JSON.stringify(fields)},"items":[${items.join(',')}]}}`,
  );
}

function baostockAnswer(rows: readonly Readonly<Record<string, string>>[]): Buffer {
  const fields = [
    'date',
    'code',
    'open',
    'high',
    'low',
    'close',
    'preclose',
    'volume',
    'amount',
    'adjustflag',
    'tradestatus',
    'isST',
  ];
  const record = rows.map((row) => fields.map((name) => row[name] ?? ''));
  const body = [
    '0',
    'success',
    'query_daily_history_k_AStock',
    'anonymous',
    JSON.stringify({ record }),
    fields.join(','),
  ];
  return answerFrame('99', deflateSync(Buffer.from(body.join('\x01'))));
}

function byKey(bars: BarColumns): Map<string, number> {
  return new Map(
    Array.from({ length: bars.length }, (_, row) => [
      `${bars.symbols[bars.symbolId[row] ?? 0]} ${bars.tradingDay[row]}`,
      row,
    ]),
  );
}

describeWithSharedData('the same bars from several real sources', () => {
  let tushare: BarColumns;
  let baostock: BarColumns;
  before(async () => {
    const files = readSharedTar('bars_tushare', 'tushare_daily_per_symbol_2020_2024_dev.tar.gz');
    tushare = await decode(
      'tushare.daily/1',
      tushareAnswer([...files.values()].flatMap((text) => readCsv(text))),
    );
    const rows = ['baostock_csi300_2020_2025_dev', 'baostock_sh_2010_2024_dev'].flatMap((name) =>
      readSharedCsv('bars_unadjusted', `${name}.csv.gz`),
    );
    const distinct = [
      ...new Map(rows.map((row) => [`${row['code']} ${row['date']}`, row])).values(),
    ];
    baostock = await decode('baostock.session/1', baostockAnswer(distinct));
  });

  it('tushare and baostock: equal prices; volumes and amounts but for a few rounded rows', () => {
    const other = byKey(baostock);
    const found = { keys: 0, prices: 0, volumes: 0, amounts: 0, mostShares: 0, mostCny: 0 };
    for (const [key, row] of byKey(tushare)) {
      const at = other.get(key);
      if (at === undefined) {
        continue;
      }
      found.keys += 1;
      for (const name of ['open', 'high', 'low', 'close', 'preClose'] as const) {
        found.prices += tushare[name][row] === baostock[name][at] ? 0 : 1;
      }
      const shares = Math.abs((tushare.volume[row] ?? 0) - (baostock.volume[at] ?? 0));
      const cny = Math.abs((tushare.amount[row] ?? 0) - (baostock.amount[at] ?? 0)) / 10_000;
      found.volumes += shares > 1 ? 1 : 0;
      found.amounts += cny > 1 ? 1 : 0;
      found.mostShares = Math.max(found.mostShares, shares);
      found.mostCny = Math.max(found.mostCny, cny);
    }

    assert.ok(found.keys > 3000, JSON.stringify(found));
    assert.equal(found.prices, 0, JSON.stringify(found));
    // Both vendors round odd lots at the end of a session in their own way: within 8 shares and 117 CNY.
    assert.ok(found.volumes <= 14 && found.mostShares <= 8, JSON.stringify(found));
    assert.ok(found.amounts <= 61 && found.mostCny <= 117, JSON.stringify(found));
  });

  it('yahoo and baostock: closes within a cent', async () => {
    const rows = readSharedCsv('yahoo', '600519.SS_2021_2026.csv.gz');
    const other = byKey(baostock);
    let keys = 0;
    const far: string[] = [];
    for (const row of rows) {
      const date = (row['Date'] ?? row['date'] ?? '').slice(0, 10);
      const at = other.get(`600519.SH ${Date.parse(date) / 86_400_000}`);
      const close = Number(row['Close'] ?? row['close']) * 10_000;
      if (at !== undefined && Number.isFinite(close)) {
        keys += 1;
        if (Math.abs(close - (baostock.close[at] ?? 0)) > 100) {
          far.push(date);
        }
      }
    }

    assert.ok(keys > 500, `${keys} keys`);
    // Yahoo fills this session with the close before and no volume: its decoder takes such a row for no bar.
    assert.deepEqual(far, ['2024-07-05']);
  });

  it('akshare adjusted forward: refused, since its prices are not those of its amounts', async () => {
    const files = readSharedTar('akshare', 'stock_zh_a_hist_2020_202604_dev.tar.gz');
    const [text = ''] = files.values();
    const rows = readCsv(text).map((row) => ({
      日期: row['日期'] ?? row['date'],
      开盘: Number(row['开盘'] ?? row['open']),
      收盘: Number(row['收盘'] ?? row['close']),
      最高: Number(row['最高'] ?? row['high']),
      最低: Number(row['最低'] ?? row['low']),
      成交量: Number(row['成交量'] ?? row['volume']),
      成交额: Number(row['成交额'] ?? row['amount']),
      涨跌额: Number(row['涨跌额'] ?? row['change'] ?? 0),
    }));

    const body = Buffer.from(JSON.stringify(rows));

    assert.equal(
      await codeOf('aktools.stock_zh_a_hist/1', body, { symbol: '600519.SH' }),
      'ETL-SRC-331',
    );
  });
});
