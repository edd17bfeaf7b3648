import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

import pg from 'pg';

import { readNaively, type NaiveRows } from '../../support/naive-tushare.ts';
import { testDatabase, type TestDatabase } from '../../support/postgres.ts';
import { describeWithSharedData, sharedData } from '../../support/shared-data.ts';
import { testTemporal } from '../../support/temporal.ts';
import { candlewick, lastJson, temporaryHome } from './candlewick.ts';

const COLUMNS = 'open, high, low, close, pre_close, volume, amount';
const ALTERED = { file: 'tushare_daily_sse50_20250102_20251031_dev.csv.gz', row: '600030.SH' };

/** The bar table as `readNaively` writes the files: by the server's own text of each value. */
async function tableRows(database: TestDatabase): Promise<NaiveRows> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    const { rows } = await client.query<{ key: string; values: string }>(`
      select symbol || '|' || trade_date::text as key,
             concat_ws('|', open::numeric(20, 4), high::numeric(20, 4), low::numeric(20, 4), close::numeric(20, 4),
                       pre_close::numeric(20, 4), volume, amount::numeric(30, 4)) as values
      from daily_bars`);
    return new Map(rows.map(({ key, values }) => [key, values]));
  } finally {
    await client.end();
  }
}

async function historyOf(database: TestDatabase): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    const sql = `select symbol, trade_date::text as day, ${COLUMNS} from daily_bars_history`;
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Sets the opening price of the file's first row of the symbol to its low: a price that no rule could doubt. */
function alterOnePrice(folder: string): { readonly key: string; readonly former: string } {
  const path = join(folder, ALTERED.file);
  const lines = gunzipSync(readFileSync(path)).toString('utf8').split('\n');
  const at = lines.findIndex((line) => line.startsWith(ALTERED.row));
  const [symbol = '', day = '', open = '', high = '', low = '', ...rest] = (lines[at] ?? '').split(
    ',',
  );
  assert.notEqual(open, low);
  lines[at] = [symbol, day, low, high, low, ...rest].join(',');
  writeFileSync(path, gzipSync(lines.join('\n')));
  const isoDay = `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}`;
  return { key: `${symbol}|${isoDay}`, former: open };
}

describeWithSharedData('candlewick demo, on real files', function (this: Mocha.Suite) {
  this.timeout(120_000);
  const home = temporaryHome();
  const source = sharedData('bars_tushare');
  let database: TestDatabase;
  let copy: string;

  async function demo(...more: readonly string[]): Promise<Record<string, unknown>> {
    const env = {
      CANDLEWICK_HOME: home.path,
      DATABASE_URL: database.url,
      TEMPORAL_ADDRESS: (await testTemporal()).address,
    };
    const argv = ['demo', '--once', '--json', '--source', 'files', ...more];
    const ended = await candlewick(argv, env);
    assert.equal(ended.code, 0, ended.stderr);
    return lastJson(ended);
  }

  before(async () => {
    database = await testDatabase('standard');
    copy = mkdtempSync(join(tmpdir(), 'candlewick-test-files-'));
  });
  after(async () => {
    await database.drop();
    rmSync(copy, { recursive: true, force: true });
    home.remove();
  });

  it('loads exactly the rows of the files, de-duplicated, value by value', async () => {
    const { rows: expected, count } = readNaively(source);

    const account = await demo('--path', source);

    const loaded = await tableRows(database);
    assert.ok(expected.size > 10_000 && count > expected.size, `${count}, ${expected.size}`);
    assert.equal(loaded.size, expected.size);
    for (const [key, values] of expected) {
      assert.equal(loaded.get(key), values, key);
    }
    assert.equal(account['status'], 'success');
    assert.equal(account['records_extracted'], count);
    assert.equal(account['records_loaded'], expected.size);
    assert.equal(account['records_quarantined'], 0);
    assert.deepEqual(account['sources'], { files: expected.size });
  });

  it('loads and changes nothing the second time', async () => {
    const before = await tableRows(database);

    const account = await demo('--path', source);

    assert.equal(account['records_loaded'], 0);
    assert.equal(account['records_updated'], 0);
    assert.equal(account['records_unchanged'], before.size);
    assert.deepEqual(await tableRows(database), before);
    assert.deepEqual(await historyOf(database), []);
  });

  it('updates the one row whose price was altered, and keeps its former version', async () => {
    cpSync(source, copy, { recursive: true });
    const before = await tableRows(database);
    const { key, former } = alterOnePrice(copy);

    const account = await demo('--path', copy, '--no-skip-existing');

    assert.equal(account['records_loaded'], 0);
    assert.equal(account['records_updated'], 1);
    const after = await tableRows(database);
    assert.deepEqual(
      [...after.keys()].filter((at) => after.get(at) !== before.get(at)),
      [key],
    );
    assert.deepEqual(after, readNaively(copy).rows);
    const [version, ...others] = await historyOf(database);
    assert.deepEqual(others, []);
    assert.equal(`${String(version?.['symbol'])}|${String(version?.['day'])}`, key);
    assert.equal(Number(version?.['open']), Number(former));
  });
});
