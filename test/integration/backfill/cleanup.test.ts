import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';

import type { CleanupReport } from '../../../src/domain/cleanup.ts';
import { queueName } from '../../../src/domain/task-queues.ts';
import { startMarketWorker, type MarketWorker } from '../../../src/prove/market-worker.ts';
import { createSimulatedWorld } from '../../../src/prove/simulated-world.ts';
import { testDatabase, type TestDatabase } from '../../support/postgres.ts';
import { testTemporal } from '../../support/temporal.ts';

const MARCH = Date.parse('2026-03-08T16:00:00Z');
/** Bars are kept from a day in January 2026 on, whenever this runs: 2025 and before may go. */
const BARS_DAYS = Math.floor((Date.now() - Date.parse('2026-01-15')) / 86_400_000);

describe('cleanup', () => {
  const state: { database?: TestDatabase; worker?: MarketWorker } = {};

  before(async function start() {
    this.timeout(60_000);
    const database = await testDatabase('demo');
    const { address, namespace } = await testTemporal();
    const worker = await startMarketWorker({
      databaseUrl: database.url,
      temporalAddress: address,
      namespace,
      source: createSimulatedWorld({ seed: 5, symbols: 10 }, MARCH).source,
    });
    Object.assign(state, { database, worker });
    const { client, warehouse } = worker;
    for (const [from, to] of [
      ['2025-12-22', '2025-12-26'],
      ['2026-03-02', '2026-03-06'],
    ]) {
      await client.runJob({
        startDate: from,
        endDate: to,
        jobName: `cleanup-${randomUUID().slice(0, 8)}`,
      });
    }
    // The first job ran two years ago, the second one just now.
    await warehouse.pool.query(`
      update job_runs set started_at = now() - interval '730 days', ended_at = now() - interval '730 days'
       where config ->> 'endDate' = '2025-12-26'`);
    await warehouse.pool.query(`
      update load_batches set loaded_at = now() - interval '730 days'
       where run_id in (select run_id from job_runs where config ->> 'endDate' = '2025-12-26')`);
    await warehouse.pool.query(`
      update batch_answers set fetched_at = now() - interval '730 days'
       where batch_id in (select batch_id from load_batches where loaded_at < now() - interval '1 day')`);
    await warehouse.pool.query(`
      insert into quarantine (symbol, trade_date, source, reasons, fingerprint, batch_id, run_id, answer_no, source_row,
                              state, held_at, decided_by, decided_at)
      select '600000.SH', '2025-12-22', 'simulated', '[]', state, (select min(batch_id) from load_batches), 'r', 0, 0,
             state, now() - interval '730 days', nullif(state, 'held'), case when state <> 'held' then now() - interval '700 days' end
        from unnest(array['held', 'released', 'rejected']) as state`);
  });

  before(async () => {
    await running().warehouse.pool.query(`
      insert into notices (key, severity, code, title, meaning, action, last_seen_at)
      values ('old', 1, 'ETL-X-1', 't', 'm', 'a', now() - interval '400 days'), ('new', 1, 'ETL-X-1', 't', 'm', 'a', now());
      insert into source_breaker_events (source, endpoint, from_position, to_position, worker, at)
      values ('tushare', 'daily', 'closed', 'open', 'w', now() - interval '400 days');
      insert into quality_checks (check_id, job_id, kind, start_date, end_date, symbols, created_at)
      values ('old', 'old', 'report', '2024-01-01', '2024-01-31', 1, now() - interval '400 days');
      insert into quality_reports (check_id, job_id, start_date, end_date, headline, location, html_key, markdown_key, json_key, html_sha256, bytes, created_at)
      values ('old', 'old', '2024-01-01', '2024-01-31', 'h', 'l', 'reports/old.html', 'reports/old.md', 'reports/old.json', 'x', 1, now() - interval '400 days')`);
  });

  after(async () => {
    await state.worker?.stop();
    await state.database?.drop();
  });

  function running(): MarketWorker {
    assert.ok(state.worker);
    return state.worker;
  }

  function cleanUp(input: Readonly<Record<string, unknown>>): Promise<CleanupReport> {
    const { client, queuePrefix } = running();
    return client.temporal.workflow.execute<
      (input: Readonly<Record<string, unknown>>) => Promise<CleanupReport>
    >('cleanupOldData', {
      workflowId: `cleanup-${randomUUID()}`,
      taskQueue: queueName('maintenance', queuePrefix),
      args: [input],
    });
  }

  async function count(sql: string): Promise<number> {
    const { rows } = await running().warehouse.pool.query<{ count: number }>(
      `select count(*)::int as count from ${sql}`,
    );
    return rows[0]?.count ?? 0;
  }

  it('shows its plan and removes nothing in a dry run', async () => {
    const before = await count('job_runs');

    const { items, removed, keptDays } = await cleanUp({
      dry_run: true,
      bars_retention_days: BARS_DAYS,
    });

    const planned = Object.fromEntries(items.map((item) => [item.dataClass, item.count]));
    assert.equal(planned['runs'], 1);
    assert.equal(planned['quarantine'], 2);
    assert.ok((planned['payloads'] ?? 0) >= 1);
    assert.ok((planned['staging'] ?? 0) >= 4);
    assert.deepEqual(removed, {});
    assert.deepEqual(keptDays, { data: 365, bars: BARS_DAYS });
    assert.equal(await count('job_runs'), before);
  });

  it('removes what is past its retention, and neither bars nor held rows', async () => {
    const bars = await count('daily_bars');
    const asOf = await count(`daily_bars_as_of(now())`);

    const { removed } = await cleanUp({});

    assert.equal(removed.runs, 1);
    assert.equal(removed.quality_results, 1);
    assert.deepEqual(
      [removed.notices, removed.breaker_events, removed.reports, removed.checks, removed.scores],
      [1, 1, 1, 1, 1],
    );
    assert.equal(await count(`notices where key = 'new'`), 1);
    assert.equal(await count(`quality_batches`), 1);
    assert.equal(await count(`quarantine`), 1);
    assert.equal(await count(`quarantine where state = 'held'`), 1);
    assert.equal(await count('daily_bars'), bars);
    assert.equal(await count('daily_bars_as_of(now())'), asOf);
    const again = await cleanUp({});
    assert.equal(
      Object.values(again.removed).reduce((sum, rows) => sum + rows, 0),
      0,
    );
  });

  it('keeps a year of bars that an active job works on', async () => {
    const { pool } = running().warehouse;
    await pool.query(`
      insert into job_runs (run_id, job_id, job_type, job_name, status, config, symbols, due_at)
      values ('busy', 'busy-job', 'etlJob', 'busy', 'running', '{"startDate": "2025-06-01", "endDate": "2025-07-01"}', 1, now())`);

    const { items } = await cleanUp({ bars_retention_days: BARS_DAYS });

    const bars = items.find(({ dataClass }) => dataClass === 'bars');
    assert.match(bars?.keeps ?? '', /busy-job/);
    assert.ok((await count(`daily_bars where trade_date < '2026-01-01'`)) > 0);
    await pool.query(`delete from job_runs where run_id = 'busy'`);
  });

  it('removes bars by whole years where it is asked to, and they are no gap afterwards', async () => {
    const kept = await count(`daily_bars where trade_date >= '2026-01-01'`);

    const { removed } = await cleanUp({ bars_retention_days: BARS_DAYS });

    assert.ok((removed.bars ?? 0) > 0);
    assert.equal(await count(`daily_bars where trade_date < '2026-01-01'`), 0);
    assert.equal(await count('daily_bars'), kept);
    assert.equal(await count(`coverage where trade_date < '2026-01-01'`), 0);
  });

  it('refuses a wrong input at once, naming the field', async () => {
    await assert.rejects(cleanUp({ barsRetentionDays: 0 }), (error: Error) => {
      const { cause } = error;
      return (
        cause instanceof Error &&
        /barsRetentionDays: got 0; expected .*1 to 36500/.test(cause.message)
      );
    });
  });
});
