import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import type { Browser } from 'playwright-core';

import type { EtlMetrics } from '../../src/domain/job.ts';
import { startTemporal, type RunningTemporal } from '../../src/runtime/temporal.ts';
import type { JobProgress } from '../../src/workflows/job-progress.ts';
import { start, temporaryHome, type Running } from '../integration/cli/candlewick.ts';
import { describeWithBrowser, launchBrowser, screenshot } from '../support/browser.ts';
import { eventually } from '../support/eventually.ts';
import { testDatabase, type TestDatabase } from '../support/postgres.ts';
import { TemporalPage } from '../support/temporal-page.ts';

const ID = 'daily-data-ingestion/from-the-web-ui';
const SYMBOLS = 24;

describeWithBrowser('an operator at the Temporal Web UI', () => {
  const home = temporaryHome();
  let folder: string;
  let temporal: RunningTemporal;
  let database: TestDatabase;
  let worker: Running;
  let client: Client;
  let browser: Browser;
  let ui: TemporalPage;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'candlewick-test-ui-'));
    const cache = join(resolve(process.env['CANDLEWICK_HOME'] ?? '.candlewick'), 'bin');
    [temporal, database, browser] = await Promise.all([
      startTemporal({ folder, cache }),
      testDatabase('demo'),
      launchBrowser(),
    ]);
    worker = start(['worker'], {
      CANDLEWICK_HOME: home.path,
      DATABASE_URL: database.url,
      TEMPORAL_ADDRESS: temporal.address,
      ETL_SOURCES: 'simulated',
      ETL_SIMULATED_SYMBOLS: String(SYMBOLS),
      LOG_FORMAT: 'json',
    });
    client = new Client({
      connection: await Connection.connect({ address: temporal.address }),
      namespace: temporal.namespace,
    });
    await eventually(() => Promise.resolve(assert.match(worker.said(), /Worker started/)), 50_000);
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    ui = new TemporalPage(page, temporal.uiUrl ?? '');
  });
  after(async () => {
    await browser.close();
    worker.child.kill('SIGTERM');
    await worker.ended;
    await client.connection.close();
    await temporal.stop();
    await database.drop();
    await rm(folder, { recursive: true, force: true });
    home.remove();
  });
  afterEach(async function keepPage() {
    if (this.currentTest?.state === 'failed') {
      await screenshot(ui.page, 'temporal-ui-failed');
    }
  });

  function progress(): Promise<JobProgress> {
    return client.workflow.getHandle(ID).query<JobProgress>('progress');
  }

  it('starts a daily ingestion, watches it, pauses it, resumes it and reads its result', async () => {
    // Holds the loads of the job up from some batch on: however fast the machine, it is still running when it is paused.
    const holder = new pg.Client({ connectionString: database.url });
    holder.on('error', () => undefined);
    await holder.connect();

    await ui.start(
      'dailyDataIngestion',
      'data_ingestion',
      ID,
      '{ "batchSize": 1, "concurrency": 1 }',
    );
    await eventually(async () => assert.ok((await progress()).batches.done >= 2));
    await holder.query('begin');
    await holder.query('lock table daily_bars in share mode');
    await ui.hasStatus('Running');
    await ui.detailsMatch(/(extract|transform|validate|load).*\d+ of \d+ batches/);
    await screenshot(ui.page, 'temporal-ui-running');

    await ui.update('pause');
    await holder.query('rollback');
    await holder.end();
    await ui.detailsMatch(/PAUSED/);
    await screenshot(ui.page, 'temporal-ui-paused');
    await eventually(async () => assert.equal((await progress()).paused, true));
    const { done, total } = (await progress()).batches;
    assert.ok(done < total, `${done} of ${total}`);

    await ui.update('setConcurrency', '8');
    await ui.update('resume');
    await ui.open(ID);
    await ui.hasStatus('Completed');
    await eventually(async () => {
      const shown = await ui.page.locator('main, body').first().innerText();
      assert.match(shown, /"status": "success"/);
    });
    await screenshot(ui.page, 'temporal-ui-completed');
    const metrics = (await client.workflow.getHandle(ID).result()) as EtlMetrics;
    assert.equal(metrics.symbolsFailed.length, 0);
    assert.ok(metrics.recordsLoaded > 0);
  }).timeout(180_000);

  it('starts it with nothing at all, and finds it by its search attributes', async () => {
    const id = 'daily-data-ingestion/with-nothing';
    await ui.start('dailyDataIngestion', 'data_ingestion', id, undefined);
    await ui.hasStatus('Completed');

    const query = encodeURIComponent('JobType="dailyDataIngestion" AND EtlStage="complete"');
    await ui.page.goto(`${temporal.uiUrl ?? ''}/namespaces/default/workflows?query=${query}`);

    await eventually(async () => {
      const shown = await ui.page.locator('body').innerText();
      assert.ok(shown.includes(id) && shown.includes(ID), shown);
    });
  }).timeout(120_000);

  it('is told which field of its input is wrong', async () => {
    await ui.start('etlJob', 'data_ingestion', 'wrong', '{ "batchsize": 5 }');
    await ui.hasStatus('Failed');

    await eventually(async () => {
      const shown = await ui.page.locator('body').innerText();
      assert.match(shown, /ETL-JOB-101 batchsize: expected a known key/);
    });
    await screenshot(ui.page, 'temporal-ui-refused');
  }).timeout(120_000);
});
