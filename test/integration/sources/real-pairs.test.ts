import assert from 'node:assert/strict';

import { EtlError } from '../../../src/domain/errors.ts';
import type { BarColumns } from '../../../src/domain/bar.ts';
import {
  aktoolsAnswer,
  baostockAnswer,
  CENT,
  decodeAnswer,
  disagreement,
  sharedRows,
  tushareAnswer,
  yahooAnswer,
} from '../../support/real-answers.ts';
import { readCsv, readSharedCsv, readSharedTar } from '../../support/real-bars.ts';
import { describeWithSharedData } from '../../support/shared-data.ts';

const CNY = 10_000;
const YAHOO_TOLERANCE = { open: CENT, high: CENT, low: CENT, close: CENT, volume: 100 };
/** Symbols of which another source has rows too. */
const SHARED_CODES =
  /(000001|000333|600887|600519|600018|600019|002230|601021|688396|000017|000409)/;
const SSE50 = 'tushare_daily_sse50_20250102_20251031_dev.csv.gz';

async function tushare(rows: readonly Readonly<Record<string, string>>[]): Promise<BarColumns> {
  return decodeAnswer('tushare.daily/1', tushareAnswer(rows));
}

/** Every pair of sources of which the material has the same symbols and days; each disagreement is listed here. */
describeWithSharedData('the same bars from several real sources', () => {
  let perSymbol: BarColumns;
  let sse50: BarColumns;
  let baostock: BarColumns;
  before(async () => {
    const files = readSharedTar('bars_tushare', 'tushare_daily_per_symbol_2020_2024_dev.tar.gz');
    perSymbol = await tushare([...files.values()].flatMap((text) => readCsv(text)));
    sse50 = await tushare(readSharedCsv('bars_tushare', SSE50));
    const codes = [...new Set([...perSymbol.symbols, ...sse50.symbols])]
      .map((symbol) => symbol.slice(0, 6))
      .join('|');
    const pattern = new RegExp(`${SHARED_CODES.source}|(${codes})`);
    const names = [
      'baostock_csi300_2020_2025_dev',
      'baostock_sh_2010_2024_dev',
      'baostock_sz_ugly_1990_2022_dev',
    ];
    const rows = names.flatMap((name) => sharedRows(pattern, 'bars_unadjusted', `${name}.csv.gz`));
    const distinct = new Map(rows.map((row) => [`${row['code']} ${row['date']}`, row]));
    baostock = await decodeAnswer('baostock.session/1', baostockAnswer([...distinct.values()]));
  });

  it('tushare and baostock: equal prices; volumes and amounts but for a few rounded rows', () => {
    const older = disagreement(perSymbol, baostock, { volume: 1, amount: CNY });
    const newer = disagreement(sse50, baostock, { volume: 1, amount: CNY });

    assert.equal(older.keys + newer.keys, 7890);
    for (const { far } of [older, newer]) {
      const { open, high, low, close, preClose } = far;
      assert.deepEqual([open, high, low, close, preClose], [[], [], [], [], []]);
    }
    // Both vendors round odd lots at the end of a session in their own way: within 8 shares and 117 CNY.
    assert.deepEqual([older.far.volume.length, older.most.volume], [14, 8]);
    assert.deepEqual([older.far.amount.length, older.most.amount], [61, 117 * CNY]);
    assert.deepEqual([newer.far.volume, newer.far.amount], [[], []]);
  });

  it('tushare and itself, two snapshots and two interfaces: equal, amounts rounded to 10 CNY in one', async () => {
    const later = await tushare(
      readSharedCsv('bars_tushare', 'tushare_daily_sse50_20251009_20251114_dev.csv.gz'),
    );
    const factors = await tushare(
      readSharedCsv('adj_factor', 'tushare_stk_factor_600519.SH_202309_202510.csv.gz'),
    );

    const snapshots = disagreement(sse50, later);
    const interfaces = [perSymbol, sse50].map((daily) =>
      disagreement(factors, daily, { amount: 5 * CNY }),
    );
    const other = disagreement(factors, baostock, { amount: 6 * CNY });

    assert.equal(snapshots.keys, 510);
    assert.deepEqual(
      interfaces.map(({ keys }) => keys),
      [306, 194],
    );
    assert.equal(other.keys, 367);
    for (const { far } of [snapshots, ...interfaces, other]) {
      assert.deepEqual(Object.values(far).flat(), []);
    }
  });

  it('yahoo and tushare, yahoo and baostock: closes within a cent; single extremes differ', async () => {
    const rows = readSharedCsv('yahoo', '600519.SS_2021_2026.csv.gz');
    const facts = { symbol: '600519.SH', endDate: '2026-12-31' };
    const yahoo = await decodeAnswer('yahoo.chart/1', yahooAnswer('600519.SS', rows), facts);

    const older = disagreement(yahoo, perSymbol, YAHOO_TOLERANCE);
    const newer = disagreement(yahoo, sse50, YAHOO_TOLERANCE);
    const other = disagreement(yahoo, baostock, YAHOO_TOLERANCE);

    // Tushare and Baostock agree on these days; Yahoo's first trade, extremes, and on one day its volume are its own.
    const own = {
      open: ['600519.SH 2021-12-20'],
      high: ['600519.SH 2021-12-20', '600519.SH 2024-11-15'],
      low: ['600519.SH 2024-03-29'],
      close: [],
      preClose: [],
      volume: ['600519.SH 2024-03-29'],
      amount: [],
    };
    assert.deepEqual([older.keys, newer.keys, other.keys], [870, 200, 931]);
    assert.deepEqual(older.far, own);
    assert.deepEqual(other.far, own);
    assert.deepEqual(Object.values(newer.far).flat(), ['600519.SH 2025-05-23']);
    assert.equal(newer.most.open, 23 * CENT);
  });

  it('yahoo lacks a session that it fills with the close before and no volume: no bar', () => {
    const [filler] = readSharedCsv('yahoo', '600519.SS_2021_2026.csv.gz').filter(
      ({ date }) => date === '2024-07-05',
    );

    assert.equal(filler?.['volume'], '0');
  });

  const older: readonly (readonly [string, number, Readonly<Record<string, number>>, number])[] = [
    ['600018', 2231, { open: 6, high: 3, low: 5, volume: 3 }, 0.18],
    ['600019', 2194, { open: 7, high: 7, low: 3, volume: 4 }, 0.19],
  ];
  for (const [code, keys, counts, cny] of older) {
    it(`yahoo and baostock, ${code} from 2010 on: closes within a cent, at most ${cny} CNY elsewhere`, async () => {
      const text = readSharedTar('yahoo', 'yahoo_csv_2007_2019_cn_us_dev.tar.gz').get(
        `${code}.SS.csv`,
      );
      const facts = { symbol: `${code}.SH`, endDate: '2026-12-31' };
      const body = yahooAnswer(`${code}.SS`, readCsv(text ?? ''));
      const yahoo = await decodeAnswer('yahoo.chart/1', body, facts);

      const found = disagreement(yahoo, baostock, YAHOO_TOLERANCE);

      assert.equal(found.keys, keys);
      const far = Object.entries(found.far).filter(([, days]) => days.length > 0);
      assert.deepEqual(Object.fromEntries(far.map(([name, days]) => [name, days.length])), counts);
      const most = Math.max(found.most.open, found.most.high, found.most.low);
      assert.ok(most <= cny * CNY, `${most}`);
    });
  }

  it('akshare: adjusted prices are refused; where nothing was adjusted it equals baostock', async () => {
    const raw: Record<string, number> = {};
    const adjusted: Record<string, number> = {};
    const refused: string[] = [];
    for (const archive of [
      'akshare_qfq_negative_prices_20yr_dev',
      'stock_zh_a_hist_2020_202604_dev',
      'stock_zh_a_hist_qfq_plus_MA_2021_2024_dev',
    ]) {
      for (const [name, text] of readSharedTar('akshare', `${archive}.tar.gz`)) {
        const code = name.slice(0, 6);
        const symbol = `${code}.${/^[56]/.test(code) ? 'SH' : 'SZ'}`;
        try {
          const body = aktoolsAnswer(readCsv(text));
          const bars = await decodeAnswer('aktools.stock_zh_a_hist/1', body, { symbol });
          const found = disagreement(bars, baostock, { volume: 50, amount: 100 * CNY });
          (found.far.close.length === 0 ? raw : adjusted)[symbol] = found.keys;
        } catch (error) {
          assert.ok(
            error instanceof EtlError && error.code === 'ETL-SRC-331',
            `${name}: ${String(error)}`,
          );
          refused.push(symbol);
        }
      }
    }

    assert.equal(refused.length, 30);
    // No dividend fell into the range of these files: what the caller called adjusted is raw. Zero: nobody else has them.
    assert.deepEqual(raw, {
      '000017.SZ': 266,
      '000040.SZ': 0,
      '000409.SZ': 266,
      '002308.SZ': 0,
      '600321.SH': 0,
      '601021.SH': 842,
    });
    // Moved by less than a day's range (0.40 and 0.56 CNY): no answer can betray that by itself, stored sessions do.
    assert.deepEqual(adjusted, { '002230.SZ': 842, '688396.SH': 842 });
  });
});
