import assert from 'node:assert/strict';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { loadConfig, parseConfig } from '../../../src/config/config.ts';
import { readJobFile } from '../../../src/config/job-file.ts';
import { messageOf } from './message-of.ts';

/* The bad inputs of RELIABILITY.md A4 that concern the environment and configuration files, under their numbers there. */

interface BadEnvironment {
  readonly no: number;
  readonly env: Readonly<Record<string, string>>;
  readonly says: readonly string[];
}

const CANARY = 'canary-5f1d';
const BAD_ENVIRONMENTS: readonly BadEnvironment[] = [
  ...['0', '-5', '1000000000', '1.5', '1e3', '0x10', 'many'].map((text) => ({
    no: 26,
    env: { ETL_BATCH_SIZE: text },
    says: [`ETL_BATCH_SIZE: got "${text}"`, '1 to 100000'],
  })),
  {
    no: 27,
    env: { ETL_QUALITY_THRESHOLD: '70%' },
    says: ['ETL_QUALITY_THRESHOLD: got "70%"', 'did you mean 0.7?'],
  },
  { no: 27, env: { ETL_QUALITY_THRESHOLD: '-0.1' }, says: ['ETL_QUALITY_THRESHOLD', '0 to 1'] },
  { no: 27, env: { ETL_QUALITY_THRESHOLD: 'NaN' }, says: ['ETL_QUALITY_THRESHOLD', '0 to 1'] },
  {
    no: 28,
    env: { ETL_ALLOW_PLAINTEXT: 'maybe' },
    says: ['ETL_ALLOW_PLAINTEXT: got "maybe"', 'true or false'],
  },
  { no: 40, env: { PGPORT: 'abc' }, says: ['PGPORT: got "abc"', '1 to 65535'] },
  { no: 40, env: { PGPORT: '70000' }, says: ['PGPORT: got "70000"', '1 to 65535'] },
  { no: 41, env: { DATABASE_URL: CANARY }, says: ['DATABASE_URL: got ***', 'postgres://'] },
  {
    no: 41,
    env: { DATABASE_URL: `postgres://u:${CANARY} x@127.0.0.1/db` },
    says: ['DATABASE_URL: got ***', '%20'],
  },
  {
    no: 41,
    env: { DATABASE_URL: `postgres://u:p@${CANARY}@127.0.0.1/db` },
    says: ['DATABASE_URL: got ***', '%40'],
  },
  {
    no: 41,
    env: { DATABASE_URL: `postgres://u:${CANARY}%zz@127.0.0.1/db` },
    says: ['percent-encoded'],
  },
  {
    no: 41,
    env: { DATABASE_URL: `postgres://u:${CANARY}@127.0.0.1:99999/db` },
    says: ['DATABASE_URL: got ***'],
  },
  {
    no: 42,
    env: { DATABASE_URL: `mysql://u:${CANARY}@127.0.0.1/db` },
    says: ['the scheme postgres:, not mysql:'],
  },
  {
    no: 44,
    env: { DATABASE_URL: `postgres://u:${CANARY}@db.example.com/x` },
    says: ['DATABASE_URL', 'sslmode=verify-full', 'ETL_ALLOW_PLAINTEXT=1'],
  },
  {
    no: 44,
    env: { DATABASE_URL: `postgres://u:${CANARY}@db.example.com/x?sslmode=prefer` },
    says: ['sslmode=verify-full'],
  },
  {
    no: 44,
    env: { TEMPORAL_ADDRESS: 'temporal.example.com:7233' },
    says: ['TEMPORAL_ADDRESS', 'TEMPORAL_TLS=true'],
  },
  {
    no: 44,
    env: { STORAGE_URL: 's3://bars?endpoint=http://s3.example.com' },
    says: ['STORAGE_URL', 'https:'],
  },
  {
    no: 46,
    env: { TEMPORAL_ADDRESS: 'http://127.0.0.1:7233' },
    says: ['host:port', 'did you mean 127.0.0.1:7233?'],
  },
  {
    no: 46,
    env: { TEMPORAL_ADDRESS: '127.0.0.1' },
    says: ['TEMPORAL_ADDRESS: got "127.0.0.1"', 'host:port'],
  },
  { no: 46, env: { TEMPORAL_ADDRESS: '127.0.0.1:70000' }, says: ['host:port'] },
  { no: 47, env: { TEMPORAL_NAMESPACE: 'a b' }, says: ['TEMPORAL_NAMESPACE: got "a b"'] },
  {
    no: 49,
    env: { CLEANUP_SCHEDULE: '0 2 * *' },
    says: ['CLEANUP_SCHEDULE', 'five fields', 'not 4'],
  },
  {
    no: 49,
    env: { CLEANUP_SCHEDULE: '61 * * * *' },
    says: ['minute (field 1) of 0 to 59, not 61'],
  },
  { no: 49, env: { CLEANUP_SCHEDULE: '@midnight' }, says: ['five fields in place of a nickname'] },
  { no: 49, env: { CLEANUP_SCHEDULE: '*/1 * * * * *' }, says: ['five fields', 'not 6'] },
  {
    no: 59,
    env: { CANDLEWICK_QUEUE_PREFIX: 'a"; drop' },
    says: ['CANDLEWICK_QUEUE_PREFIX', 'a-z 0-9 _ -'],
  },
  {
    no: 63,
    env: { DATA_RETENTION_DAYS: '365d' },
    says: ['DATA_RETENTION_DAYS: got "365d"', 'did you mean 365?'],
  },
  { no: 63, env: { DATA_RETENTION_DAYS: '0' }, says: ['would delete everything'] },
  { no: 63, env: { DATA_RETENTION_DAYS: '-1' }, says: ['1 to 36500'] },
  { no: 63, env: { DATA_RETENTION_DAYS: '36501' }, says: ['1 to 36500'] },
  {
    no: 64,
    env: { ETL_CONCURRENCY: '0' },
    says: ['ETL_CONCURRENCY: got "0"', '1 to 64', 'database connection'],
  },
  { no: 64, env: { ETL_CONCURRENCY: '10000' }, says: ['ETL_CONCURRENCY', '1 to 64'] },
];

describe('bad inputs: the environment', () => {
  for (const { no, env, says } of BAD_ENVIRONMENTS) {
    const [name = '', value = ''] = Object.entries(env)[0] ?? [];
    it(`${no}: refuses ${name}=${value.replace(CANARY, '…')}`, () => {
      const message = messageOf(() => parseConfig(env));

      for (const part of says) {
        assert.ok(message.includes(part), `${message}\n  lacks ${part}`);
      }
      assert.match(message, /^ETL-CFG-101 /);
      assert.ok(!message.includes(CANARY), message);
    });
  }

  it('44: allows plaintext to this machine, TLS to others, and plaintext where it is asked for', () => {
    for (const env of [
      { DATABASE_URL: 'postgres://u:p@127.0.0.1/db' },
      { DATABASE_URL: 'postgres://u:p@[::1]:5432/db' },
      { DATABASE_URL: 'postgres:///db?host=/var/run/postgresql' },
      { DATABASE_URL: 'postgres://u:p@db.example.com/x?sslmode=verify-full' },
      { DATABASE_URL: 'postgres://u:p@db.example.com/x', ETL_ALLOW_PLAINTEXT: '1' },
      { TEMPORAL_ADDRESS: 'temporal.example.com:7233', TEMPORAL_TLS: 'true' },
      { TEMPORAL_ADDRESS: '[::1]:7233' },
      { STORAGE_URL: 's3://bars?endpoint=http://127.0.0.1:9000' },
    ]) {
      assert.doesNotThrow(() => parseConfig(env), JSON.stringify(env));
    }
  });

  it('reports every variable at fault at once', () => {
    const message = messageOf(() =>
      parseConfig({ ETL_BATCH_SIZE: 'x', LOG_LEVEL: 'loud', ETL_SOURCES: 'nowhere' }),
    );

    assert.match(message, /3 problems/);
    assert.match(message, /LOG_LEVEL: got "loud"; expected one of error, warn, info, debug/);
    assert.match(message, /ETL_SOURCES: got "nowhere"; expected names out of files, simulated/);
  });
});

describe('bad inputs: configuration files', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'candlewick-config-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  function file(name: string, text: string | Uint8Array): string {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  }

  it('36: accepts a byte order mark before .env and JSON', () => {
    assert.equal(loadConfig({}, file('.env', '\uFEFFETL_BATCH_SIZE=7\n')).batchSize, 7);
    assert.deepEqual(readJobFile(file('job.json', '\uFEFF{"batch_size": 7}')), { batch_size: 7 });
  });

  it('37: says why a file cannot be read', () => {
    mkdirSync(join(folder, 'dir'));

    assert.match(
      messageOf(() => readJobFile(join(folder, 'none.json'))),
      /none\.json: .*ENOENT/,
    );
    assert.match(
      messageOf(() => readJobFile(join(folder, 'dir'))),
      /EISDIR/,
    );
    assert.match(
      messageOf(() => loadConfig({}, join(folder, 'dir'))),
      /EISDIR/,
    );
    assert.match(
      messageOf(() => readJobFile(file('empty.json', ' \n'))),
      /it is empty/,
    );
    assert.match(
      messageOf(() => loadConfig({}, file('.env', Buffer.from('A\0B')))),
      /UTF-8/,
    );
    assert.equal(loadConfig({}, join(folder, 'no.env')).batchSize, 100);
  });

  it('39: refuses a file of more than 1 MB unread', () => {
    const path = file('huge.json', Buffer.alloc(1_000_001, 0x20));

    assert.match(
      messageOf(() => readJobFile(path)),
      /at most 1 MB/,
    );
    assert.match(
      messageOf(() => loadConfig({}, path)),
      /at most 1 MB/,
    );
  });
});
