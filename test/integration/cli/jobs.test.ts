import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { ApplicationFailure, WorkflowFailedError } from '@temporalio/client';
import pg from 'pg';

import { sessionsBetween } from '../../../src/calendar/trading-calendar.ts';
import { connect } from '../../../src/client.ts';
import { DataQualityError } from '../../../src/domain/errors.ts';
import { fromDayNumber, toDayNumber } from '../../../src/domain/trading-day.ts';
import { createMarket } from '../../../src/sources/simulated/market.ts';
import { eventually } from '../../support/eventually.ts';
import { testDatabase, type TestDatabase } from '../../support/postgres.ts';
import { testTemporal, uniqueQueuePrefix } from '../../support/temporal.ts';
import { candlewick, lastJson, start, temporaryHome, type Running } from './candlewick.ts';

/** Rows of the bar table and of the runs that were begun. */
async function storedBars({ url }: TestDatabase): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const sql =
      "select (select count(*) from daily_bars) || ' bars, ' || (select count(*) from job_runs) || ' runs' as stored";
    return (await client.query<{ stored: string }>(sql)).rows[0]?.stored ?? '';
  } finally {
    await client.end();
  }
}

/** Works on servers that are there already, as in production: DATABASE_URL and TEMPORAL_ADDRESS. */
describe('the command line on configured servers', () => {
  const home = temporaryHome();
  let database: TestDatabase;
  let env: Record<string, string>;
  let worker: Running;

  before(async () => {
    database = await testDatabase('demo');
    env = {
      CANDLEWICK_HOME: home.path,
      DATABASE_URL: database.url,
      TEMPORAL_ADDRESS: (await testTemporal()).address,
      CANDLEWICK_QUEUE_PREFIX: uniqueQueuePrefix(),
      ETL_SIMULATED_SYMBOLS: '20',
      ETL_FILES_ROOT: home.path,
      LOG_FORMAT: 'json',
    };
    worker = start(['worker', '--queues', 'data_ingestion'], env);
    await eventually(() => {
      assert.match(worker.said(), /Worker started/);
      return Promise.resolve();
    });
  });
  after(async () => {
    worker.child.kill('SIGTERM');
    const { code, stderr } = await worker.ended;
    await database.drop();
    home.remove();
    assert.equal(code, 0, stderr);
  });

  const job = ['--source', 'simulated', '--from', '2024-01-02', '--to', '2024-01-12'];

  it('runs a job and gives its account as the last line', async () => {
    const ended = await candlewick(['run', '--json', '--job-name', 'first', ...job], env);

    assert.equal(ended.code, 0, ended.stderr);
    const account = lastJson(ended);
    assert.equal(ended.stdout.trimEnd().split('\n').length, 1);
    assert.equal(account['job_name'], 'first');
    assert.equal(account['status'], 'success');
    assert.ok(Number(account['records_loaded']) > 100, ended.stdout);
    assert.deepEqual(account['sources'], { simulated: account['records_loaded'] });
    assert.equal(account['quality_threshold'], 0.7);
    assert.ok(Number(account['lowest_symbol_score']) >= 0.7, ended.stdout);
  });

  it('changes nothing when it runs the same job again', async () => {
    const ended = await candlewick(['run', '--json', '--job-name', 'first', ...job], env);

    const account = lastJson(ended);
    assert.equal(account['records_loaded'], 0);
    assert.equal(account['records_updated'], 0);
    assert.deepEqual(account['sources'], { simulated: 0 });
    assert.ok(Number(account['records_unchanged']) > 100);
  });

  it('refuses what an operator pastes into the Temporal UI by mistake, once, and loads nothing', async () => {
    const { client } = await testTemporal();
    const pasted = [
      [{ symbols: ['60000O.SH'] }, /symbols\[0\]: got "60000O.SH"/],
      [{ start_date: '2024-02-02', end_date: '2024-02-01' }, /start_date: got "2024-02-02"/],
      [{ batch_size: 0 }, /batch_size: got 0; expected a whole number from 1/],
      [{ quality_threshold: 7 }, /quality_threshold: got 7/],
      [{ symbls: ['600000.SH'] }, /symbls.*did you mean symbols/],
      [[{ symbols: ['600000.SH'] }], /input: got an array of 1/],
    ] as const;
    const before = await storedBars(database);

    const failures = await Promise.all(
      pasted.map(async ([input]) => {
        const handle = await client.workflow.start('etlJob', {
          workflowId: `pasted-${randomUUID()}`,
          taskQueue: `${env['CANDLEWICK_QUEUE_PREFIX']}data_ingestion`,
          args: [input],
        });
        return handle.result().then(
          () => 'no failure',
          (error: unknown) => (error instanceof WorkflowFailedError ? error.cause : error),
        );
      }),
    );

    for (const [index, [, said]] of pasted.entries()) {
      const failure = failures[index];
      assert.ok(failure instanceof ApplicationFailure, String(failure));
      assert.match(failure.message, said);
      assert.equal(failure.nonRetryable, true);
    }
    assert.equal(await storedBars(database), before);
  });

  it('knows in its history of a job that could not even be planned', async () => {
    const { client } = await testTemporal();
    const running = client.workflow.execute('etlJob', {
      workflowId: `nowhere-${randomUUID()}`,
      taskQueue: `${env['CANDLEWICK_QUEUE_PREFIX']}data_ingestion`,
      args: [{ job_name: 'nowhere', sources: ['files'], path: 'no/such/folder' }],
    });
    await assert.rejects(running, WorkflowFailedError);

    const { stdout, stderr } = await candlewick(
      ['jobs', 'history', '--json', '--job-name', 'nowhere'],
      env,
    );

    const [run, ...others] = JSON.parse(stdout) as readonly Record<string, unknown>[];
    assert.equal(run?.['status'], 'failed', stderr);
    assert.deepEqual(others, []);
  });

  it('shows the account to a person, within 80 columns', async () => {
    const { code, stdout, stderr } = await candlewick(['daily', '--source', 'simulated'], env);

    assert.equal(code, 0, stderr);
    assert.match(stdout, /^status +success$/m);
    assert.match(stderr, /started job daily-data-ingestion\//);
    assert.ok(
      stdout.split('\n').every((line) => line.length <= 80),
      stdout,
    );
  });

  /** Ten sessions of one symbol as a file of its own; of the sixth, volume and amount cannot both be right. */
  function writeBars(folder: string, symbol: string): string {
    mkdirSync(join(home.path, folder));
    const lines = Array.from(sessionsBetween('SSE', '2024-03-01', '2024-03-14'), (day, index) => {
      const amount = (index === 5 ? 77 : 1010) + index * 1.01;
      return `${symbol},${fromDayNumber(day).replaceAll('-', '')},10.1,10.2,10,10.1,10.1,${1000 + index},${amount}`;
    });
    const head = 'ts_code,trade_date,open,high,low,close,pre_close,vol,amount';
    writeFileSync(join(home.path, folder, 'bars.csv'), [head, ...lines].join('\n'));
    return folder;
  }

  it('gives 5 for a job of which a row was held back, and loads the others', async () => {
    const path = writeBars('held', '605599.SH');
    const ended = await candlewick(['run', '--json', '--source', 'files', '--path', path], env);

    const account = lastJson(ended);
    assert.equal(ended.code, 5, ended.stdout + ended.stderr);
    assert.equal(account['records_quarantined'], 1);
    assert.equal(account['records_loaded'], 9);
  });

  it('lets in no bar of a day without session at the end of a request', async () => {
    mkdirSync(join(home.path, 'saturday'));
    const days = ['20240105', '20240104', '20240103', '20240102', '20240106'];
    const lines = days.map(
      (day, index) => `605599.SH,${day},10.1,10.2,10,10.1,10.1,${1000 + index},1010`,
    );
    const head = 'ts_code,trade_date,open,high,low,close,pre_close,vol,amount';
    writeFileSync(join(home.path, 'saturday', 'bars.csv'), [head, ...lines].join('\n'));
    const path = ['--source', 'files', '--path', 'saturday'];
    const account = lastJson(await candlewick(['run', '--json', ...path], env));

    assert.equal(account['records_loaded'], 4);
    assert.equal(account['records_dropped'], 1);
  });

  it('gives 1 and the class of the failure for a file that is cut off', async () => {
    mkdirSync(join(home.path, 'cut'));
    writeFileSync(
      join(home.path, 'cut', 'bars.csv.gz'),
      gzipSync('ts_code'.repeat(99)).subarray(0, -9),
    );
    const ended = await candlewick(['run', '--json', '--source', 'files', '--path', 'cut'], env);

    assert.equal(ended.code, 1, ended.stdout);
    assert.deepEqual(lastJson(ended)['error'], {
      code: 'ETL-SRC-212',
      class: 'schema_drift',
      message: 'cut/bars.csv.gz: gzip: unexpected end of file',
      hint: 'mend the file, or leave it out.',
    });
  });

  it('fails as its symbols did, for a program and for a script alike', async () => {
    const path = writeBars('others', '605599.SH');
    const { address } = await testTemporal();
    const client = await connect({ address, queuePrefix: env['CANDLEWICK_QUEUE_PREFIX'] ?? '' });

    const ended = await candlewick(
      ['run', '--json', '--source', 'files', '--path', path, '--symbols', '605598.SH'],
      env,
    );
    const failing = client.runJob({ jobName: 'absent', symbols: ['605598.SH'], path });

    await assert.rejects(failing, (error) => {
      assert.ok(error instanceof DataQualityError, String(error));
      assert.equal(error.code, 'ETL-SRC-217');
      assert.match(error.message, /^Job absent loaded nothing: 1 of 1 symbol failed\./);
      assert.equal(error.hint, 'check the symbol and the path.');
      return true;
    });
    await client.close();
    assert.equal(ended.code, 1, ended.stdout);
    assert.deepEqual(lastJson(ended)['error'], { code: 'ETL-SRC-217', class: 'data_quality' });
  });

  it('refuses files without a row, and does not ask for every known symbol instead', async () => {
    mkdirSync(join(home.path, 'rowless'));
    writeFileSync(
      join(home.path, 'rowless', 'bars.csv'),
      'ts_code,trade_date,open,high,low,close,pre_close,vol,amount\n',
    );
    const ended = await candlewick(
      ['run', '--json', '--source', 'files', '--path', 'rowless'],
      env,
    );

    assert.equal(ended.code, 3, ended.stdout);
    assert.match(ended.stderr, /ETL-SRC-218 path: got "rowless": no file there has a row/);
  });

  it('says of rows from before a listing that they were dropped', async () => {
    const market = createMarket({ seed: 1, symbols: 20 });
    const young = market.instruments.find(({ listDate }) => (listDate ?? '') > '2024-03-14');
    assert.ok(young);
    const path = writeBars('dropped', young.symbol);
    const ended = await candlewick(['run', '--json', '--source', 'files', '--path', path], env);

    const account = lastJson(ended);
    assert.equal(ended.code, 5, ended.stdout + ended.stderr);
    assert.equal(account['records_dropped'], 10);
    assert.match(String(account['error_messages']), /^10 rows dropped/);
  });

  it('says of a symbol that was not listed yet that none of its rows is expected', async () => {
    const { instruments } = createMarket({ seed: 1, symbols: 20 });
    const young = instruments.find(({ listDate }) => (listDate ?? '') > '2024-01-12');
    const old = instruments.find(({ listDate }) => listDate !== undefined && listDate < '2024');
    assert.ok(young && old);
    const note = `no session is expected of 1 symbol in this range: ${young.symbol} (listed ${young.listDate})`;
    const cases: readonly (readonly [string, readonly string[]])[] = [
      [`${young.symbol},${old.symbol}`, [note]],
      [young.symbol, [note]],
      [old.symbol, []],
    ];
    for (const [symbols, notes] of cases) {
      const ended = await candlewick(['run', '--json', '--symbols', symbols, ...job], env);

      const account = lastJson(ended);
      assert.equal(ended.code, 0, ended.stdout + ended.stderr);
      assert.deepEqual([account['status'], account['notes']], ['success', notes], symbols);
    }
  });

  it('does not take the suspensions that a batch itself brings for holes', async () => {
    const market = createMarket({ seed: 1, symbols: 20 });
    const [from, to] = [toDayNumber('2022-01-04'), toDayNumber('2023-11-30')];
    const suspended = market.instruments.flatMap(({ symbol }) => {
      const days = market.suspendedDays(symbol, from, to);
      const first = days.find((day) => days.filter((at) => at >= day && at < day + 7).length === 3);
      return first === undefined ? [] : [{ symbol, first }];
    });
    const [chosen] = suspended;
    assert.ok(chosen);
    const { symbol, first } = chosen;
    const range = ['--from', fromDayNumber(first), '--to', fromDayNumber(first + 7)];

    const ended = await candlewick(
      [
        'run',
        '--json',
        '--job-name',
        'gap',
        '--source',
        'simulated',
        '--symbols',
        symbol,
        ...range,
      ],
      env,
    );

    const account = lastJson(ended);
    assert.equal(account['status'], 'success', ended.stdout);
    assert.ok(Number(account['records_suspended']) >= 3, ended.stdout);
    assert.equal(account['records_quarantined'], 0);
  });

  it('queries the bars that were loaded', async () => {
    const { stdout, code } = await candlewick(['bars', '-o', 'jsonl', '--limit', '3'], env);

    const bars = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.equal(code, 0);
    assert.equal(bars.length, 3);
    assert.match(String(bars[0]?.['trade_date']), /^\d{4}-\d\d-\d\d$/);
    assert.equal(typeof bars[0]?.['close'], 'string');
  });

  it('lists jobs, and shows one', async () => {
    const listed = await candlewick(['jobs', 'list', '--all', '--json'], env);
    const jobs = JSON.parse(listed.stdout) as { job_id: string; job_name: string }[];
    const first = jobs.find(({ job_name: name }) => name === 'first');
    assert.ok(first, listed.stdout);

    const shown = await candlewick(['jobs', 'show', first.job_id, '--json'], env);

    assert.equal(shown.code, 0);
    assert.equal((lastJson(shown)['metrics'] as Record<string, unknown>)['status'], 'success');
  });

  for (const id of ['nope', '../../etc/passwd', 'a b', '\u{1F600}']) {
    it(`gives 4 for the job ${JSON.stringify(id)}, and nothing on stdout`, async () => {
      const { code, stdout, stderr } = await candlewick(['jobs', 'show', id], env);

      assert.equal(code, 4, stderr);
      assert.equal(stdout, '');
      assert.ok(stderr.includes(`There is no job ${id}`), stderr);
    });
  }

  it('will not steer a job that has ended', async () => {
    const listed = await candlewick(['jobs', 'list', '--all', '--json'], env);
    const [{ job_id: id }] = JSON.parse(listed.stdout) as [{ job_id: string }];

    const { code, stderr } = await candlewick(['jobs', 'pause', id], env);

    assert.equal(code, 3);
    assert.match(stderr, /has ended: completed/);
  });

  it('steers a job that runs, and passes on what the job refuses', async () => {
    const waiting = join(home.path, 'waiting.json');
    writeFileSync(waiting, JSON.stringify({ job_name: 'steered', depends_on: ['etl-job/none'] }));
    const started = await candlewick(
      ['run', '--json', '--detach', '--input', waiting, ...job],
      env,
    );
    const id = String(lastJson(started)['job_id']);
    await eventually(async () => {
      const shown = await candlewick(['jobs', 'show', id], env);
      assert.match(shown.stdout, /waits for etl-job\/none/);
    });

    const [more, tooMany, skipped] = await Promise.all([
      candlewick(['jobs', 'concurrency', id, '7'], env),
      candlewick(['jobs', 'concurrency', id, '99', '--json'], env),
      candlewick(['jobs', 'skip', id, '000001.SZ,600000.SH', '--json'], env),
    ]);

    assert.deepEqual([more.code, more.stdout], [0, '7 batches at a time.\n'], more.stderr);
    assert.equal(tooMany.code, 3);
    assert.match(tooMany.stdout, /"ETL-JOB-101".*concurrency: got 99; expected .* 1 to 64/);
    assert.equal(skipped.code, 0, skipped.stderr);
    assert.match(String(lastJson(skipped)['answer']), /^2 symbols left out of \d+ batch/);
    assert.equal((await candlewick(['jobs', 'cancel', id], env)).code, 0);
  });

  it('warns when no worker polls the queue, stops waiting in time, and can cancel', async () => {
    const lonely = { ...env, CANDLEWICK_QUEUE_PREFIX: uniqueQueuePrefix() };

    const argv = ['run', '--job-name', 'lonely', '--timeout', '17s', ...job];
    const { code, stderr } = await candlewick(argv, lonely);

    assert.equal(code, 124, stderr);
    assert.match(stderr, /no worker polls the task queue test-\S+data_ingestion/);
    const id = /it goes on: (\S+)/.exec(stderr)?.[1] ?? '';
    const cancelled = await candlewick(['jobs', 'cancel', id], lonely);
    assert.equal(cancelled.code, 0, cancelled.stderr);
  });

  it('stops waiting on Ctrl-C with 130; the job goes on', async () => {
    const lonely = { ...env, CANDLEWICK_QUEUE_PREFIX: uniqueQueuePrefix() };
    const running = start(['run', '--job-name', 'interrupted', ...job], lonely);
    await eventually(() => {
      assert.match(running.said(), /started job/);
      return Promise.resolve();
    });

    running.child.kill('SIGINT');

    const { code, stderr } = await running.ended;
    assert.equal(code, 130, stderr);
    const id = /the job goes on: (\S+)/.exec(stderr)?.[1] ?? '';
    const shown = await candlewick(['jobs', 'show', id, '--json'], lonely);
    assert.equal(lastJson(shown)['status'], 'RUNNING');
    await candlewick(['jobs', 'cancel', id], lonely);
  });

  it('tells who works: status', async () => {
    const { code, stdout } = await candlewick(['status', '--json'], env);

    const { queues } = JSON.parse(stdout) as { queues: { queue: string; workers: string[] }[] };
    assert.equal(code, 0);
    const workers = new Map(queues.map((row) => [row.queue, row.workers.length]));
    assert.equal(workers.get('data_ingestion'), 1);
    assert.equal(workers.get('maintenance'), 0);
    assert.ok(!stdout.includes(new URL(env['DATABASE_URL'] ?? '').password));
  });
});
