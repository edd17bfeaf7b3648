import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { inspect } from 'node:util';

import { loadConfig, parseConfig } from '../../../src/config/config.ts';
import { cronFault } from '../../../src/config/cron.ts';
import {
  explainConfig,
  renderEnvExample,
  renderSettingsTable,
} from '../../../src/config/explain.ts';
import { Secret } from '../../../src/config/secret.ts';
import { SETTING_NAMES } from '../../../src/config/settings.ts';

const CANARY = 'canary-91c3';

describe('the configuration', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'candlewick-config-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  function envFile(text: string): string {
    const path = join(folder, '.env');
    writeFileSync(path, text);
    return path;
  }

  it("has the original's defaults in an empty environment", () => {
    const config = parseConfig({});

    assert.equal(config.batchSize, 100);
    assert.equal(config.qualityThreshold, 0.7);
    assert.equal(config.retryAttempts, 3);
    assert.equal(config.retryDelayMs, undefined);
    assert.equal(config.retentionDays, 365);
    assert.equal(config.cleanupSchedule, '0 2 * * 0');
    assert.equal(config.home, resolve('.candlewick'));
    assert.equal(config.storageUrl, resolve('.candlewick/store'));
    assert.equal(config.databaseUrl, undefined);
    assert.equal(config.queuePrefix, '');
  });

  it('takes values from the environment, trimmed, an empty one as not set', () => {
    const config = parseConfig({
      ETL_BATCH_SIZE: ' 7 ',
      ETL_RETRY_DELAY: '1.5',
      ETL_SOURCES: 'simulated, files',
      ETL_CONCURRENCY: '',
      CANDLEWICK_HOME: '/var/lib/candlewick',
    });

    assert.equal(config.batchSize, 7);
    assert.equal(config.retryDelayMs, 1500);
    assert.deepEqual(config.sources, ['simulated', 'files']);
    assert.equal(config.concurrency, 4);
    assert.equal(config.storageUrl, '/var/lib/candlewick/store');
  });

  it('lets the real environment win over .env', () => {
    const path = envFile('ETL_BATCH_SIZE=7\nETL_CONCURRENCY="2"\n# comment\n');

    const config = loadConfig({ ETL_BATCH_SIZE: '9' }, path);

    assert.equal(config.batchSize, 9);
    assert.equal(config.concurrency, 2);
  });

  it("adds .env to the process's own environment, for Temporal's and AWS's settings", () => {
    const path = envFile('CANDLEWICK_TEST_ONLY=from-file\nPATH=from-file\n');
    const before = process.env['PATH'];

    loadConfig(process.env, path);

    assert.equal(process.env['CANDLEWICK_TEST_ONLY'], 'from-file');
    assert.equal(process.env['PATH'], before);
    delete process.env['CANDLEWICK_TEST_ONLY'];
  });

  it('warns of names that look like its own', () => {
    const { warnings } = parseConfig({ ETL_BATCHSIZE: '5', OTHER: 'x' });

    assert.deepEqual(warnings, ['ETL_BATCHSIZE is no setting; did you mean ETL_BATCH_SIZE?']);
  });

  it('refuses failpoints in production', () => {
    const env = { CANDLEWICK_FAILPOINTS: 'load.mid_copy=kill9@1' };

    assert.equal(parseConfig(env).failpoints, env.CANDLEWICK_FAILPOINTS);
    assert.throws(() => parseConfig({ ...env, NODE_ENV: 'production' }), /CANDLEWICK_FAILPOINTS/);
  });

  it('shows no secret when it is logged, dumped or thrown', () => {
    const config = parseConfig({
      DATABASE_URL: `postgres://etl:${CANARY}%40@127.0.0.1:5432/bars`,
      TUSHARE_TOKEN: `${CANARY}-token`,
      AWS_SECRET_ACCESS_KEY: `${CANARY}-key`,
    });

    assert.doesNotMatch(JSON.stringify(config) + inspect(config, { depth: 9 }), /canary/);
    assert.equal(String(config.databaseUrl), 'postgres://etl:***@127.0.0.1:5432/bars');
    assert.deepEqual(
      config.secrets
        .map((secret) => secret.reveal())
        .filter((value) => !value.startsWith('postgres:')),
      [`${CANARY}-token`, `${CANARY}-key`, `${CANARY}%40`, `${CANARY}@`],
    );
  });

  it('explains where every value comes from, without secrets', () => {
    const path = envFile(`ETL_CONCURRENCY=2\nTUSHARE_TOKEN=${CANARY}\n`);
    const url = `postgres://etl:${CANARY}@127.0.0.1/bars`;

    const rows = explainConfig({ ETL_BATCH_SIZE: '9', DATABASE_URL: url }, path);

    const byName = new Map(rows.map((row) => [row.name, [row.value, row.from]]));
    assert.deepEqual(byName.get('ETL_BATCH_SIZE'), ['9', 'environment']);
    assert.deepEqual(byName.get('ETL_CONCURRENCY'), ['2', '.env']);
    assert.deepEqual(byName.get('ETL_QUALITY_THRESHOLD'), ['0.7', 'default']);
    assert.deepEqual(byName.get('TUSHARE_TOKEN'), ['***', '.env']);
    assert.deepEqual(byName.get('DATABASE_URL'), [
      'postgres://etl:***@127.0.0.1/bars',
      'environment',
    ]);
    assert.doesNotMatch(JSON.stringify(rows), /canary/);
  });

  it('explains a wrong value without showing a secret in it', () => {
    const rows = explainConfig(
      { DATABASE_URL: `mysql://u:${CANARY}@h/d`, ETL_BATCH_SIZE: 'x' },
      '',
    );

    assert.equal(rows.find(({ name }) => name === 'DATABASE_URL')?.value, '***');
    assert.equal(rows.find(({ name }) => name === 'ETL_BATCH_SIZE')?.value, 'x');
  });
});

describe('.env.example', () => {
  it('is what renderEnvExample() makes of the settings', () => {
    assert.equal(readFileSync('.env.example', 'utf8'), renderEnvExample());
  });

  it('holds defaults that are valid as they stand', () => {
    const lines = renderEnvExample().split('\n');
    const pairs = lines.flatMap((line) => {
      const [, name = '', value = ''] = /^# ([A-Z_]+)="?([^"]*)"?$/.exec(line) ?? [];
      return name === '' ? [] : [[name, value]];
    });

    assert.equal(pairs.length, SETTING_NAMES.length);
    assert.deepEqual(parseConfig(Object.fromEntries(pairs)), parseConfig({}));
  });

  it("has a row for every setting in the README's table", () => {
    assert.equal(renderSettingsTable().split('\n').length, SETTING_NAMES.length + 2);
  });
});

describe('a cron expression', () => {
  for (const fine of ['0 2 * * 0', '*/5 * * * *', '0,30 9-15 * * MON-FRI', '15 18 1 jan,jul 7']) {
    it(`may be ${fine}`, () => {
      assert.equal(cronFault(fine), undefined);
    });
  }
  const faults: readonly (readonly [string, RegExp])[] = [
    ['', /five fields/],
    ['0 24 * * *', /hour \(field 2\)/],
    ['0 2 0 * *', /day of month \(field 3\)/],
    ['0 2 * 13 *', /month \(field 4\)/],
    ['0 2 * * 8', /day of week \(field 5\)/],
    ['0 5-2 * * *', /hour/],
    ['*/0 * * * *', /minute/],
    ['1- * * * *', /minute/],
    [', * * * *', /minute/],
    ['1/2/3 * * * *', /minute/],
  ];
  for (const [text, fault] of faults) {
    it(`may not be ${JSON.stringify(text)}`, () => {
      assert.match(cronFault(text) ?? '', fault);
    });
  }
});

describe('a secret', () => {
  it('gives its value only when it is asked to', () => {
    const secret = new Secret(CANARY);

    const text = `${String(secret)} ${JSON.stringify({ secret })} ${inspect([secret])} ${Object.keys(secret).join()}`;

    assert.doesNotMatch(text, /canary/);
    assert.equal(secret.reveal(), CANARY);
  });
});
