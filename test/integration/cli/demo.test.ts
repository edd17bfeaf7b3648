import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { CALENDAR_DAYS } from '../../../src/calendar/trading-calendar.ts';
import { eventually } from '../../support/eventually.ts';
import { testDatabase } from '../../support/postgres.ts';
import { testTemporal } from '../../support/temporal.ts';
import { candlewick, lastJson, start, temporaryHome, type Running } from './candlewick.ts';

const EXAMPLE = fileURLToPath(new URL('./readme-example.js', import.meta.url));

async function untilUp(demo: Running): Promise<void> {
  await eventually(() => {
    assert.match(demo.said(), /Ctrl-C to stop/);
    return Promise.resolve();
  }, 60_000);
}

/** What the README's example of the client says, run against the demo. */
async function readmeExample(demo: Running): Promise<string> {
  const [, port] = /Temporal: starting on port (\d+)/.exec(demo.said()) ?? [];
  const { stdout } = await promisify(execFile)(process.execPath, [EXAMPLE], {
    env: { ...process.env, TEMPORAL_ADDRESS: `127.0.0.1:${port}` },
  });
  return stdout.trimEnd();
}

describe('candlewick demo, on servers of its own', function () {
  this.timeout(180_000);
  const home = temporaryHome();
  let env: Record<string, string>;
  before(() => {
    env = { CANDLEWICK_HOME: home.path, ETL_SIMULATED_SYMBOLS: '20' };
  });
  after(() => home.remove());

  it('does everything once: the account last on stdout, all talk on stderr', async () => {
    const ended = await candlewick(['demo', '--once', '--json'], env);

    assert.equal(ended.code, 0, ended.stderr);
    const account = lastJson(ended);
    assert.equal(account['job_name'], 'daily-data-ingestion');
    assert.equal(account['status'], 'success');
    assert.ok(Number(account['records_loaded']) > 0);
    assert.equal(ended.stdout.trimEnd().split('\n').length, 1);
    assert.match(
      ended.stderr,
      /the simulated market: (no live source is configured|none of .* answered within 5 s)/,
    );
    assert.match(ended.stderr, /schedule daily-data-ingestion: created/);
  });

  it('stays up, serves other commands, and ends in order on Ctrl-C, with its data kept', async () => {
    const demo = start(['demo'], env);
    await untilUp(demo);
    // The simulated market stands still where the calendar ends.
    const newest = Math.min(Date.now(), Date.parse(CALENDAR_DAYS.lastDay));
    const lastWeek = ['--from', new Date(newest - 12 * 86_400_000).toISOString().slice(0, 10)];
    const showBars = ['bars', '--demo', '--json', '--limit', '5', ...lastWeek];
    const [status, bars, schedules, other, history] = await Promise.all([
      candlewick(['status', '--json'], env),
      candlewick(showBars, env),
      candlewick(['schedules', 'list', '--json'], env),
      candlewick(['demo', '--once', '--json'], env),
      candlewick(['jobs', 'history'], env),
    ]);
    assert.equal(history.code, 4);
    assert.match(history.stderr, /own database yet\n.*add --demo/);
    assert.match(await readmeExample(demo), /^success: [1-9]\d* rows loaded$/);
    const startedAt = Date.now();

    demo.child.kill('SIGINT');

    const { code, stdout, stderr } = await demo.ended;
    assert.equal(code, 0, stderr);
    assert.ok(Date.now() - startedAt < 10_000, `${Date.now() - startedAt} ms`);
    assert.match(stdout, /^rows\/s/m);
    assert.match(stdout, /http:\/\/127\.0\.0\.1:\d+\/namespaces\/default\/workflows\//);
    assert.match(stdout, /psql 'postgres:\/\/.*candlewick_demo'/);
    assert.match(status.stdout, /"queue":"data_ingestion","workers":\["/);
    assert.equal((JSON.parse(bars.stdout) as unknown[]).length, 5);
    assert.match(schedules.stdout, /daily-data-ingestion/);
    assert.match(other.stderr, /the Temporal server is shared/);
    assert.equal(lastJson(other)['records_loaded'], 0);
    // Stopped: the next command must start PostgreSQL again, and finds what was loaded.
    const later = await candlewick(showBars, env);
    assert.equal(later.stdout, bars.stdout);
  });

  it('lets several commands share the home, each of which would start PostgreSQL', async () => {
    const argv = ['bars', '--demo', '--json', '--limit', '2'];

    const all = await Promise.all([1, 2, 3].map(() => candlewick(argv, env)));

    assert.deepEqual(
      all.map(({ code }) => code),
      [0, 0, 0],
      all.map(({ stderr }) => stderr).join('\n'),
    );
  });

  it('leaves no server behind when it is interrupted while they start', async () => {
    const demo = start(['demo', '--once', '--json'], env);
    await eventually(() => {
      assert.match(demo.said(), /Temporal: starting/);
      return Promise.resolve();
    });

    demo.child.kill('SIGINT');

    const ended = await demo.ended;
    assert.equal(ended.code, 130, ended.stderr);
    assert.equal(lastJson(ended)['status'], 'failed');
    const { stdout } = await promisify(execFile)('ps', ['-eo', 'args']);
    assert.ok(!stdout.includes(home.path), stdout);
  });

  it('takes its job with it when it is interrupted', async () => {
    const more = { ...env, ETL_SIMULATED_SYMBOLS: '3000' };
    const argv = ['demo', '--once', '--json', '--from', '2021-01-04', '--to', '2023-12-29'];
    const demo = start(argv, more);
    await eventually(() => {
      assert.match(demo.said(), /of \d+ batches/);
      return Promise.resolve();
    }, 60_000);

    demo.child.kill('SIGINT');

    const ended = await demo.ended;
    assert.equal(ended.code, 130, ended.stderr);
    assert.match(String(lastJson(ended)['error_messages']), /the job was cancelled/);
  });
});

describe('candlewick demo, on a configured database', function () {
  this.timeout(120_000);
  const home = temporaryHome();
  after(() => home.remove());

  it('refuses the simulated market unless the database was made for it', async () => {
    for (const kind of ['standard', 'empty'] as const) {
      const database = await testDatabase(kind);
      const { address } = await testTemporal();
      const env = {
        CANDLEWICK_HOME: home.path,
        DATABASE_URL: database.url,
        TEMPORAL_ADDRESS: address,
      };

      const ended = await candlewick(['demo', '--once', '--json'], env);

      await database.drop();
      assert.equal(ended.code, 3, ended.stderr);
      assert.match(ended.stderr, /candlewick db migrate --demo/);
      assert.equal(lastJson(ended)['status'], 'failed');
      assert.ok(!ended.stderr.includes(new URL(database.url).password));
    }
  });

  it('takes it after `db migrate --demo`', async () => {
    const database = await testDatabase('empty');
    const { address } = await testTemporal();
    const env = {
      CANDLEWICK_HOME: home.path,
      DATABASE_URL: database.url,
      TEMPORAL_ADDRESS: address,
      ETL_SIMULATED_SYMBOLS: '5',
    };

    const migrated = await candlewick(['db', 'migrate', '--demo', '--json'], env);
    const ended = await candlewick(['demo', '--once', '--json'], env);

    await database.drop();
    assert.equal(lastJson(migrated)['purpose'], 'demo');
    assert.equal(ended.code, 0, ended.stderr);
    assert.ok(!ended.stderr.includes(new URL(database.url).password));
  });
});
