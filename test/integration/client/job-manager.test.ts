import assert from 'node:assert/strict';

import { connectManager, type JobManager } from '../../../src/client.ts';
import { openWarehouse, queryRows, type Warehouse } from '../../../src/warehouse/pool.ts';
import { recordSymbolFailures } from '../../../src/warehouse/runs.ts';
import { eventually } from '../../support/eventually.ts';
import { testDatabase, type TestDatabase } from '../../support/postgres.ts';
import { testTemporal, uniqueQueuePrefix } from '../../support/temporal.ts';
import { candlewick, lastJson, start, temporaryHome, type Running } from '../cli/candlewick.ts';

const FROM = '2024-02-01';
const TO = '2024-02-29';

describe('the job manager', () => {
  const home = temporaryHome();
  let database: TestDatabase;
  let warehouse: Warehouse;
  let manager: JobManager;
  let worker: Running;
  let env: Record<string, string>;
  let jobId: string;
  let symbol: string;

  async function managerOf(queuePrefix: string): Promise<JobManager> {
    const { address, namespace } = await testTemporal();
    return connectManager({ address, namespace, queuePrefix, databaseUrl: database.url });
  }

  before(async () => {
    database = await testDatabase('demo');
    warehouse = openWarehouse({ connectionString: database.url, applicationName: 'test' });
    env = {
      CANDLEWICK_HOME: home.path,
      DATABASE_URL: database.url,
      TEMPORAL_ADDRESS: (await testTemporal()).address,
      CANDLEWICK_QUEUE_PREFIX: uniqueQueuePrefix(),
      ETL_SIMULATED_SYMBOLS: '8',
    };
    worker = start(['worker', '--queues', 'data_ingestion'], { ...env, LOG_FORMAT: 'json' });
    await eventually(() => Promise.resolve(assert.match(worker.said(), /Worker started/)), 50_000);
    manager = await managerOf(env['CANDLEWICK_QUEUE_PREFIX'] ?? '');
    const metrics = await manager.runJob({
      jobType: 'etlJob',
      input: { jobName: 'february', sources: ['simulated'], startDate: FROM, endDate: TO },
    });
    jobId = metrics.jobId;
    const [row] = await queryRows<{ symbol: string }>(
      warehouse,
      'Choosing',
      'select symbol from daily_bars group by symbol order by count(*) desc, symbol limit 1',
    );
    symbol = row?.symbol ?? '';
  });
  after(async () => {
    worker.child.kill('SIGTERM');
    await worker.ended;
    await manager.close();
    await warehouse.close();
    await database.drop();
    home.remove();
  });

  it('makes the jobs of the former system, with its defaults', () => {
    assert.deepEqual(manager.createDailyUpdateJob(), { jobType: 'dailyDataIngestion', input: {} });
    assert.deepEqual(manager.createDailyUpdateJob(['600000.SH'], 3).input, {
      symbols: ['600000.SH'],
      daysBack: 3,
    });
    assert.deepEqual(manager.createHistoricalBackfillJob(['600000.SH']), {
      jobType: 'historicalBackfill',
      input: { symbols: ['600000.SH'], years: 5 },
    });
  });

  it('joins the job that does the same work already', async () => {
    const lonely = await managerOf(uniqueQueuePrefix());
    const request = { jobType: 'etlJob', input: { jobName: `twice-${Date.now()}` } } as const;

    const first = await lonely.runJobAsync(request);
    const second = await lonely.runJobAsync(request);

    assert.deepEqual([first.joined, second.joined], [false, true]);
    assert.equal(second.runId, first.runId);
    assert.ok((await lonely.getActiveJobs()).length >= 0);
    await lonely.client.temporal.workflow.getHandle(first.jobId).terminate();
    await lonely.close();
  });

  it('knows the last day of a symbol', async () => {
    assert.equal(await manager.getLastUpdateDate(symbol), TO);
    assert.equal(await manager.getLastUpdateDate('600999.SH'), undefined);
    await assert.rejects(manager.getLastUpdateDate('600000'), /symbol: got "600000"/);
  });

  it('names exactly the sessions that are missing, the festival not among them', async () => {
    assert.deepEqual(await manager.getMissingDates(symbol, FROM, TO), []);
    await queryRows(
      warehouse,
      'Making holes',
      "delete from daily_bars where symbol = $1 and trade_date in ('2024-02-06', '2024-02-20', '2024-02-21')",
      [symbol],
    );
    await queryRows(
      warehouse,
      'Excusing one',
      "insert into absences (symbol, trade_date, reason) values ($1, '2024-02-21', 'no_trade')",
      [symbol],
    );

    assert.deepEqual(await manager.getMissingDates(symbol, FROM, TO), ['2024-02-06', '2024-02-20']);
    await assert.rejects(manager.getMissingDates(symbol, TO, FROM), { code: 'ETL-JOB-113' });
  });

  it('retries only the symbols that failed', async () => {
    const run = await manager.getJob(jobId);
    await recordSymbolFailures(warehouse, run.runId, 0, [
      { symbol, code: 'ETL-SRC-001', message: 'load: reset' },
    ]);

    const retried = await manager.retryFailed(jobId);

    assert.ok(retried);
    const metrics = await manager.client.result(retried.jobId);
    assert.equal(metrics.symbols, 1);
    assert.equal(metrics.recordsLoaded, 3, 'the holes made above');
    assert.equal(await manager.retryFailed(retried.jobId), undefined);
  });

  it('knows no job that is not there', async () => {
    await assert.rejects(manager.retryFailed('nope'), /ETL-JOB-404|no job nope/);
  });

  it('accounts for what has run, by job and by source', async () => {
    const { runs, byJob, bySource } = await manager.analyse({ jobName: 'february' });

    assert.equal(runs, 2);
    assert.equal(byJob[0]?.name, 'february');
    assert.equal(byJob[0]?.successRate, 1);
    assert.ok((bySource[0]?.rowsPerSecond ?? 0) > 0);
  });

  it('does the same from the command line', async () => {
    const [history, metrics, watch, retry, nothing] = await Promise.all([
      candlewick(['jobs', 'history', '--json'], env),
      candlewick(['metrics'], env),
      candlewick(['jobs', 'watch', jobId, '--json'], env),
      candlewick(['jobs', 'retry', jobId, '--json'], env),
      candlewick(['jobs', 'retry', 'nope'], env),
    ]);

    assert.equal(history.code, 0, history.stderr);
    const names = (JSON.parse(history.stdout) as { job_name: string }[]).map((run) => run.job_name);
    assert.ok(names.length >= 2 && names.every((name) => name === 'february'), history.stdout);
    assert.match(metrics.stdout, /^february +\d+ +100 %/m);
    assert.match(metrics.stdout, /^simulated /m);
    assert.equal(lastJson(watch)['job_id'], jobId);
    assert.equal(retry.code, 0, retry.stderr);
    assert.equal(lastJson(retry)['symbols'], 1);
    assert.equal(nothing.code, 4, nothing.stderr);
  });
});
