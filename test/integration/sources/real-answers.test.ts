import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

import { EtlError } from '../../../src/domain/errors.ts';
import { datasetDecoders } from '../../../src/sources/decoders.ts';
import { symbolOfYahoo } from '../../../src/sources/foreign-symbol.ts';
import { tushareFault } from '../../../src/sources/tushare/faults.ts';
import { decodeAnswer as decode } from '../../support/real-answers.ts';
import { readSharedTar } from '../../support/real-bars.ts';
import { describeWithSharedData, sharedData } from '../../support/shared-data.ts';

type Facts = Readonly<Record<string, string>>;

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
