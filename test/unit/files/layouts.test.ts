import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';

import { zipSync } from 'fflate';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { pack } from 'tar-stream';

import { MARK, MISSING, VALUE_COLUMNS } from '../../../src/domain/bar.ts';
import {
  EXPECTED_ROWS,
  makeBarFiles,
  readFiles,
  TUSHARE,
  TUSHARE_HEADER,
  TUSHARE_ROWS,
} from './bar-files.ts';

const names = TUSHARE_HEADER.split(',');
const cells = TUSHARE_ROWS.map((row) => row.split(','));
const objects = cells.map((row) =>
  Object.fromEntries(names.map((name, at) => [name, at < 2 ? row[at] : Number(row[at])] as const)),
);

function column(name: string): string[] {
  return cells.map((row) => row[names.indexOf(name)] ?? '');
}

function table(columns: Readonly<Record<string, readonly string[]>>, end = '\n'): string {
  const rows = cells.map((_, row) => Object.values(columns).map((values) => values[row] ?? ''));
  return [Object.keys(columns), ...rows].map((row) => row.join(',') + end).join('');
}

/** Numbers of the same days in the units of another vendor. */
const shares = ['2051818', '2022557', '3215644'];
const wholeLots = ['20518', '20226', '32156'];
const cny = ['3434293567.0', '3410936434.0000', '5440082545'];
const days = ['2024-01-04', '2024-01-03', '2024-01-02'];
const prices = { open: column('open'), high: column('high'), low: column('low') };
const close = column('close');
const akshare = {
  日期: days,
  开盘: prices.open,
  收盘: close,
  最高: prices.high,
  最低: prices.low,
  成交量: wholeLots,
  成交额: cny,
  振幅: ['1', '1', '1'],
};

async function tar(members: Readonly<Record<string, string>>): Promise<Uint8Array> {
  const archive = pack();
  for (const [name, content] of Object.entries(members)) {
    archive.entry({ name }, content);
  }
  archive.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of archive) {
    chunks.push(Buffer.from(chunk as Uint8Array));
  }
  return Buffer.concat(chunks);
}

function parquet(): Uint8Array {
  return new Uint8Array(
    parquetWriteBuffer({
      columnData: names.map((name, at) => ({
        name,
        data: objects.map((object) => object[name] ?? null),
        type: at < 2 ? ('STRING' as const) : ('DOUBLE' as const),
      })),
    }),
  );
}

/** Without the previous close and with volumes in whole lots, as the layout at hand gives them. */
function expected({ hasPreClose = true, isWholeLots = false } = {}): string[] {
  return EXPECTED_ROWS.map((row, at) => {
    const parts = row.split(' ');
    parts[6] = hasPreClose ? (parts[6] ?? '') : 'NaN';
    parts[7] = isWholeLots ? `${wholeLots[at]}00` : (parts[7] ?? '');
    return parts.join(' ');
  });
}

describe('layouts and containers of bar files', () => {
  const files = makeBarFiles();
  const gb18030 = Buffer.concat([
    // 日期,开盘,收盘,最高,最低,成交量,成交额,振幅
    Buffer.from(
      'c8d5c6da2cbfaac5cc2ccad5c5cc2cd7eeb8df2cd7eeb5cd2cb3c9bdbbc1bf2cb3c9bdbbb6ee2cd5f1b7f90a',
      'hex',
    ),
    Buffer.from(table(akshare).slice(table(akshare).indexOf('\n') + 1)),
  ]);
  const baostock = {
    date: days,
    code: days.map(() => 'sh.600519'),
    ...prices,
    close,
    preclose: column('pre_close'),
    volume: shares,
    amount: cny,
    adjustflag: ['3', '3', '3'],
    tradestatus: ['1', '1', '1'],
    isST: ['0', '0', '0'],
  };
  const canonical = {
    symbol: column('ts_code'),
    trading_day: days,
    ...prices,
    close,
    pre_close: column('pre_close'),
    volume: shares,
    amount: cny,
  };
  const { trading_day: trade_date, ...others } = canonical;
  const exported = { trade_date, ...others, source: ['files', 'files', 'files'] };
  const english = { date: days, ...prices, close, volume: wholeLots, amount: cny };

  const cases: readonly (readonly [
    title: string,
    path: string,
    content: string | Uint8Array | Promise<Uint8Array>,
    options?: Parameters<typeof expected>[0],
  ])[] = [
    ['Tushare CSV', 'tushare.csv', TUSHARE],
    ['a byte order mark', 'bom.csv', `\uFEFF${TUSHARE}`],
    ['CRLF', 'crlf.csv', TUSHARE.replaceAll('\n', '\r\n')],
    ['no line end at the end', 'open-end.csv', TUSHARE.trimEnd()],
    ['quoted cells', 'quoted.csv', TUSHARE.replaceAll(/[^,\n]+/g, '"$&"')],
    ['CSV.gz', 'tushare.csv.gz', gzipSync(TUSHARE)],
    ['NDJSON', 'tushare.ndjson', objects.map((object) => JSON.stringify(object)).join('\n')],
    [
      'NDJSON.gz',
      'tushare.jsonl.gz',
      gzipSync(objects.map((o) => `${JSON.stringify(o)}\r\n`).join('')),
    ],
    [
      'NDJSON of texts',
      'texts.ndjson',
      cells
        .map((row) => JSON.stringify(Object.fromEntries(row.map((cell, at) => [names[at], cell]))))
        .join('\n'),
    ],
    ['Parquet', 'tushare.parquet', parquet()],
    ['tar', 'in.tar', tar({ 'a/600519.SH.csv': TUSHARE, 'README.md': 'no bars' })],
    ['tar.gz', 'in.tar.gz', tar({ './600519.SH.csv': TUSHARE }).then((bytes) => gzipSync(bytes))],
    [
      'zip',
      'in.zip',
      zipSync({ 'a/bars.csv': Buffer.from(TUSHARE), 'a/notes.txt': Buffer.from('x') }),
    ],
    [
      'zip without compression',
      'stored.zip',
      zipSync({ 'bars.csv': Buffer.from(TUSHARE) }, { level: 0 }),
    ],
    [
      'a symbol in the file name only',
      '600519.SH_2024.csv',
      table({
        trade_date: column('trade_date'),
        ...prices,
        close,
        pre_close: column('pre_close'),
        vol: column('vol'),
        amount: column('amount'),
      }),
    ],
    [
      'a bare code as the file name',
      'bare/600519.csv',
      table(akshare),
      { hasPreClose: false, isWholeLots: true },
    ],
    [
      'a Baostock code as the file name',
      'bao/sh.600519.csv',
      table(akshare),
      { hasPreClose: false, isWholeLots: true },
    ],
    [
      'AKShare with a code column',
      'akshare.csv',
      table({ 股票代码: days.map(() => '600519'), ...akshare }),
      { hasPreClose: false, isWholeLots: true },
    ],
    ['AKShare in GB18030', 'gb/600519.csv', gb18030, { hasPreClose: false, isWholeLots: true }],
    [
      'AKShare with English names',
      'en/600519.csv',
      table({ ...english, amplitude: ['1', '1', '1'] }),
      { hasPreClose: false, isWholeLots: true },
    ],
    [
      'AKShare stock_zh_a_daily',
      'sina/sh600519.csv',
      table({ ...english, volume: shares, outstanding_share: cny }),
      { hasPreClose: false },
    ],
    ['Baostock', 'baostock.csv', table(baostock)],
    ['the canonical layout', 'canonical.csv', table(canonical)],
    [
      'the canonical layout in another order',
      'order.csv',
      table(Object.fromEntries(Object.entries(canonical).toReversed())),
    ],
    ['an export of our table', 'daily_bars.csv', table(exported)],
    [
      "an export of the former system's table",
      'stock_daily_data.csv',
      table({
        stock_code: exported.symbol,
        trade_date: days,
        open_price: prices.open,
        high_price: prices.high,
        low_price: prices.low,
        close_price: close,
        volume: shares,
        amount: cny,
        adj_factor: ['', '', ''],
      }),
      { hasPreClose: false },
    ],
    ['an index column without a name', 'index.csv', table({ '': ['0', '1', '2'], ...canonical })],
  ];
  for (const [title, path, content, options] of cases) {
    it(`reads ${title}`, async () => {
      files.write(path, await content);

      const { rows, refused } = await readFiles(files.root, { path });

      assert.deepEqual([...refused], []);
      assert.deepEqual(rows, expected(options));
    });
  }

  it('says which cells the layout does not have', async () => {
    files.write('no/600519.csv', table(akshare));

    const { answers } = await readFiles(files.root, { path: 'no' });

    const bit = MISSING.noColumn << (4 * VALUE_COLUMNS.indexOf('preClose'));
    assert.deepEqual(answers[0]?.missing, [bit, bit, bit]);
  });

  it('takes a day that Baostock calls suspended for no bar, and knows ST', async () => {
    const header = Object.keys(baostock).join(',');
    const flat = '7.1,7.1,7.1,7.1,7.1';
    files.write(
      'suspended.csv',
      [
        header,
        `2024-01-02,sz.000001,${flat},,,3,0,1`,
        `2024-01-03,sz.000001,${flat},0,0.0000,3,0,0`,
        '2024-01-04,sz.000001,7.1,7.2,7.0,7.1,7.1,1000,7100,3,1,',
      ].join('\n'),
    );

    const { answers } = await readFiles(files.root, { path: 'suspended.csv' });

    assert.deepEqual(answers[0]?.marks, [
      MARK.suspended | MARK.stKnown | MARK.st,
      MARK.suspended | MARK.stKnown,
      0,
    ]);
  });

  it('gives the file itself as payload, and of an archive the member', async () => {
    files.write('own.csv.gz', gzipSync(TUSHARE));
    files.write('own.zip', zipSync({ 'a/bars.csv': Buffer.from(TUSHARE) }));

    const plain = await readFiles(files.root, { path: 'own.csv.gz' });
    const zipped = await readFiles(files.root, { path: 'own.zip' });

    assert.deepEqual(Buffer.from(plain.answers[0]?.body ?? []), gzipSync(TUSHARE));
    assert.equal(Buffer.from(zipped.answers[0]?.body ?? []).toString(), TUSHARE);
    assert.deepEqual(
      zipped.answers.map(({ request: { path, member, layout } }) => ({ path, member, layout })),
      [{ path: 'own.zip', member: 'a/bars.csv', layout: 'tushare.daily' }],
    );
  });

  it('numbers rows as they lie in the file', async () => {
    files.write('rows.csv', TUSHARE.replace('\n', '\n\n'));

    const { answers } = await readFiles(files.root, { path: 'rows.csv' });

    assert.deepEqual(answers[0]?.sourceRows, [1, 2, 3]);
  });
});
