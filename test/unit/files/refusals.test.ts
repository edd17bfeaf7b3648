import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';

import { zipSync } from 'fflate';

import { EtlError } from '../../../src/domain/errors.ts';
import { MARK, MISSING } from '../../../src/domain/bar.ts';
import { makeBarFiles, readFiles, TUSHARE, TUSHARE_HEADER, TUSHARE_ROWS } from './bar-files.ts';

async function refusalOf(root: string, path: string): Promise<EtlError> {
  try {
    const { refused } = await readFiles(root, { path });
    const [error] = refused.values();
    assert.ok(error instanceof EtlError, 'nothing was refused');
    return error;
  } catch (error) {
    assert.ok(error instanceof EtlError, String(error));
    return error;
  }
}

const [row] = TUSHARE_ROWS;
const CANONICAL = 'symbol,trading_day,open,high,low,close,pre_close,volume,amount';

function days(count: number, line: (day: string) => string): string {
  return Array.from({ length: count }, (_, at) =>
    line(`2024-03-${String(at + 1).padStart(2, '0')}`),
  ).join('\n');
}

describe('bar files that are refused', () => {
  const files = makeBarFiles();
  const cases: readonly (readonly [
    title: string,
    path: string,
    content: string | Uint8Array,
    code: string,
    message: RegExp,
  ])[] = [
    ['an empty file', 'empty.csv', '', 'ETL-SRC-212', /empty\.csv: the file is empty/],
    ['no header', 'headless.csv', `${row}\n`, 'ETL-SRC-212', /first line holds values/],
    [
      'a duplicate header',
      'twice.csv',
      TUSHARE.replace('change', 'open'),
      'ETL-SRC-212',
      /twice\.csv, row 1: column 8 is called "open"/,
    ],
    [
      'semicolons',
      'semicolons.csv',
      TUSHARE.replaceAll(',', ';'),
      'ETL-SRC-212',
      /separated by ";"/,
    ],
    ['tabs', 'tabs.csv', TUSHARE.replaceAll(',', '\t'), 'ETL-SRC-212', /separated by tabs/],
    [
      'lines that end in CR alone',
      'cr.csv',
      TUSHARE.replaceAll('\n', '\r'),
      'ETL-SRC-212',
      /CR alone/,
    ],
    [
      'UTF-16 with a mark',
      'utf16.csv',
      Buffer.from(`\uFEFF${TUSHARE}`, 'utf16le'),
      'ETL-SRC-210',
      /UTF-16/,
    ],
    [
      'UTF-16 without one',
      'utf16le.csv',
      Buffer.from(TUSHARE, 'utf16le'),
      'ETL-SRC-210',
      /NUL bytes/,
    ],
    [
      'a quote that is not closed',
      'quote.csv',
      TUSHARE.replace('20240103', '"20240103'),
      'ETL-SRC-212',
      /quote\.csv, row 3: a quote is not closed/,
    ],
    [
      'a quote in the header that is not closed',
      'header.csv',
      `"${TUSHARE}`,
      'ETL-SRC-212',
      /header is not closed/,
    ],
    [
      'rows that all have too many cells',
      'wide.csv',
      TUSHARE.replaceAll(/\n(?=6)/g, '\nx,'),
      'ETL-SRC-213',
      /3 rows have no readable symbol or day; row 2: it has 12 cells, the header 11/,
    ],
    [
      'days that cannot be',
      'days.csv',
      TUSHARE.replaceAll('202401', '202413'),
      'ETL-SRC-213',
      /row 2: column 2: got "20241304"; expected a day/,
    ],
    [
      'days before the exchanges',
      'old.csv',
      TUSHARE.replaceAll('2024', '1924'),
      'ETL-SRC-213',
      /got "19240104"; expected a day/,
    ],
    [
      'symbols that cannot be',
      'codes.csv',
      TUSHARE.replaceAll('600519.SH', '1'),
      'ETL-SRC-213',
      /column 1: got "1"; expected a symbol/,
    ],
    [
      'a truncated gzip',
      'torn.csv.gz',
      gzipSync(TUSHARE).subarray(0, 90),
      'ETL-SRC-212',
      /gzip: unexpected end of file/,
    ],
    ['a damaged gzip', 'bad.csv.gz', gzipSync(TUSHARE).fill(7, 40, 60), 'ETL-SRC-212', /gzip/],
    [
      'a truncated tar.gz',
      'torn.tar.gz',
      gzipSync(Buffer.alloc(4096, 'a')).subarray(0, 20),
      'ETL-SRC-212',
      /torn\.tar\.gz: unexpected end of file/,
    ],
    ['a tar that is none', 'none.tar', Buffer.alloc(4096, 'a'), 'ETL-SRC-212', /none\.tar/],
    ['a zip that is none', 'none.zip', TUSHARE, 'ETL-SRC-212', /no zip file/],
    [
      'a damaged zip',
      'bad.zip',
      damaged(zipSync({ 'a.csv': Buffer.from(TUSHARE) }, { level: 0 })),
      'ETL-SRC-212',
      /bad\.zip!a\.csv: the member is torn/,
    ],
    [
      'an archive without bars',
      'other.zip',
      zipSync({ 'a.txt': Buffer.from('x') }),
      'ETL-SRC-203',
      /no \.csv/,
    ],
    ['a Parquet file that is none', 'none.parquet', TUSHARE, 'ETL-SRC-212', /none\.parquet/],
    [
      'JSON that is an array',
      'array.ndjson',
      '[{"ts_code":"600519.SH"}]',
      'ETL-SRC-212',
      /one object a line/,
    ],
    [
      'no symbol anywhere',
      'bars.csv',
      TUSHARE.replaceAll(/600519\.SH,|ts_code,/g, ''),
      'ETL-SRC-216',
      /which symbol/,
    ],
    [
      'an unknown layout',
      'unknown.csv',
      'a,b,c\n1,2,3\n',
      'ETL-SRC-211',
      /got the columns a,b,c; expected one of tushare\.daily/,
    ],
    [
      'Yahoo',
      'yahoo.csv',
      'Date,Open,High,Low,Close,Adj Close,Volume\n',
      'ETL-SRC-211',
      /Adj Close/,
    ],
    [
      'a name that says qfq',
      'stock_zh_a_hist_qfq/600519.csv',
      TUSHARE,
      'ETL-SRC-220',
      /adjusted: its name says so/,
    ],
    [
      'columns of adjusted prices',
      'factor.csv',
      TUSHARE.replace('change', 'close_hfq'),
      'ETL-SRC-220',
      /it has a column close_hfq/,
    ],
    [
      'Baostock with adjustflag 2',
      'flag.csv',
      `date,code,open,high,low,close,volume,amount,adjustflag\n2024-01-02,sh.600000,6.6,6.7,6.5,6.6,1000,6600,2\n`,
      'ETL-SRC-220',
      /adjustflag is "2" in row 2/,
    ],
    [
      'prices with ten decimals',
      'fine.csv',
      `${CANONICAL}\n${days(12, (day) => `600000.SH,${day},9.4900000001,9.4900000001,9.4900000001,9.4900000001,,,`)}\n`,
      'ETL-SRC-220',
      /12 of 12 rows have negative prices or ones finer/,
    ],
    [
      'negative prices',
      'negative.csv',
      `${CANONICAL}\n${days(12, (day) => `600000.SH,${day},-1.7,-1.7,-1.8,-1.75,,,`)}\n`,
      'ETL-SRC-220',
      /12 of 12 rows have negative/,
    ],
    [
      'shares where lots are promised',
      'shares.csv',
      TUSHARE.replaceAll(/(\d{5})\.(\d\d),(?=\d+\.\d{3}\n)/g, '$1$2,'),
      'ETL-SRC-221',
      /volume looks like shares; the layout tushare\.daily says lots/,
    ],
    [
      'CNY where thousands are promised',
      'cny.csv',
      `${TUSHARE_HEADER}\n600000.SH,20240304,6.6,6.7,6.5,6.6,6.6,0,0,1000.0,660000\n`,
      'ETL-SRC-221',
      /amount looks like CNY; the layout tushare\.daily says lots and thousands of CNY/,
    ],
    [
      'shares and CNY where lots and thousands are promised',
      'both.csv',
      `${TUSHARE_HEADER}\n600000.SH,20240304,6.6,6.7,6.5,6.6,6.6,0,0,100000,660000\n`,
      'ETL-SRC-221',
      /volume looks like shares and amount looks like CNY/,
    ],
    [
      'amounts so large that no column holds them',
      'huge.csv',
      TUSHARE.replaceAll(/(\d+)\.(\d{3})(?=\n)/g, '$1$2'),
      'ETL-SRC-221',
      /3 of 3 amounts are above 900,000,000,000 CNY; .*says thousands of CNY/,
    ],
    [
      'lots where shares are promised',
      'lots.csv',
      `${CANONICAL}\n${days(12, (day) => `600000.SH,${day},6.6,6.7,6.5,6.6,6.6,10000,6600000`)}\n`,
      'ETL-SRC-221',
      /volume looks like lots; the layout canonical says shares and CNY/,
    ],
    [
      'amounts of other rows',
      'mixed.csv',
      `${CANONICAL}\n${days(12, (day) => `600000.SH,${day},6.6,6.7,6.5,6.6,6.6,1000,8200`)}\n`,
      'ETL-SRC-220',
      /within the day's range on 0 of 12 rows only/,
    ],
  ];
  for (const [title, path, content, code, message] of cases) {
    it(`refuses ${title}`, async () => {
      files.write(path, content);

      const error = await refusalOf(files.root, path);

      assert.equal(error.code, code, error.message);
      assert.match(error.message, message);
      assert.ok(error.errorClass === 'configuration' || error.errorClass === 'schema_drift');
    });
  }

  it('leaves one odd row among good ones to the rules', async () => {
    const lines = days(20, (day) => `600000.SH,${day},6.6,6.7,6.5,6.6,6.6,1000,6600`);
    files.write('odd.csv', `${CANONICAL}\n${lines.replace('1000,6600\n', '1000,9900\n')}\n`);

    const { rows, refused } = await readFiles(files.root, { path: 'odd.csv' });

    assert.equal(rows.length, 20);
    assert.equal(refused.size, 0);
  });
});

function damaged(archive: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(archive);
  copy.set([0x39, 0x39], archive.length / 2);
  return copy;
}

describe('rows that cannot be read', () => {
  const files = makeBarFiles();
  const UNREADABLE = 0x4444444;

  it('counts a torn row whose key is readable', async () => {
    files.write('torn.csv', TUSHARE.replace(',2055', '').replace(/,20225\.57,\d+\.\d+/, ''));

    const { rows, answers } = await readFiles(files.root, { path: 'torn.csv' });

    assert.equal(rows[1], '600519.SH 2024-01-03 NaN NaN NaN NaN NaN NaN NaN');
    assert.equal(answers[0]?.missing[1], UNREADABLE);
    assert.equal(rows.length, 3);
  });

  for (const [title, at] of [
    ['first', 1],
    ['last', 4],
  ] as const) {
    it(`counts a ${title} line that is no row beside its neighbour`, async () => {
      const lines = [TUSHARE_HEADER, ...TUSHARE_ROWS];
      lines.splice(at, 0, '数据来源: Wind');
      files.write(`footer-${at}.csv`, lines.join('\n'));

      const { rows, answers } = await readFiles(files.root, { path: `footer-${at}.csv` });

      assert.equal(rows.length, 4);
      assert.equal(answers[0]?.missing.filter((bits) => bits === UNREADABLE).length, 1);
      assert.ok(answers[0]?.sourceRows.includes(at - 1));
    });
  }

  it('does not count it again in a request for another symbol of the file', async () => {
    const other = TUSHARE_ROWS.map((line) => line.replace('600519', '600520'));
    const lines = [TUSHARE_HEADER, ...TUSHARE_ROWS, 'end of the first', ...other];
    files.write('two.csv', lines.join('\n'));

    const first = await readFiles(files.root, { path: 'two.csv', symbols: ['600519.SH'] });
    const second = await readFiles(files.root, { path: 'two.csv', symbols: ['600520.SH'] });

    assert.equal(first.rows.length, 4);
    assert.equal(second.rows.length, 3);
  });

  const cells = [
    ['"1,234.50"', MISSING.unparseable],
    ['--', MISSING.placeholder],
    ['', MISSING.empty],
    ['1e309', MISSING.outOfRange],
    ['１２', MISSING.unparseable],
    ['=cmd()', MISSING.unparseable],
  ] as const;
  for (const [text, reason] of cells) {
    it(`types the cell ${text} as missing, never 0`, async () => {
      files.write('cell.csv', TUSHARE.replace(',1693.0,', `,${text},`));

      const { rows, answers } = await readFiles(files.root, { path: 'cell.csv' });

      assert.match(rows[0] ?? '', /^600519\.SH 2024-01-04 NaN /);
      assert.equal(answers[0]?.missing[0], reason);
    });
  }

  it('takes a row whose close says 停牌 for a suspension', async () => {
    const halted = '600519.SH,20240105,停牌,停牌,停牌,停牌,1669.0,,,0,0';
    files.write('halted.csv', [TUSHARE_HEADER, ...TUSHARE_ROWS, halted].join('\n'));

    const { answers } = await readFiles(files.root, { path: 'halted.csv' });

    assert.deepEqual(answers[0]?.marks, [0, 0, 0, MARK.suspended]);
  });
});
