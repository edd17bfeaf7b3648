import assert from 'node:assert/strict';

import { WorkflowFailedError } from '@temporalio/client';

import { createSimulatedWorld, type SimulatedWorld } from '../../../src/prove/simulated-world.ts';
import { startMarketWorker, type MarketWorker } from '../../../src/prove/market-worker.ts';
import { runDailyAt } from '../../../src/prove/nominal-run.ts';
import { toDayNumber, type TradingDay } from '../../../src/domain/trading-day.ts';
import { listAbsences, summariseCoverage } from '../../../src/warehouse/coverage.ts';
import { readSessionHealth } from '../../../src/warehouse/session-health.ts';
import { testDatabase, type TestDatabase } from '../../support/postgres.ts';
import { testTemporal } from '../../support/temporal.ts';

/** Midnight in Shanghai, at the end of a day. */
function midnightAfter(day: TradingDay): number {
  return (toDayNumber(day) + 1) * 86_400_000 - 8 * 3_600_000;
}

describe('gaps', () => {
  const state: { database?: TestDatabase; worker?: MarketWorker; world?: SimulatedWorld } = {};

  function parts(): Required<typeof state> {
    const { database, worker, world } = state;
    assert.ok(database && worker && world);
    return { database, worker, world };
  }

  beforeEach(async () => {
    const database = await testDatabase('demo');
    const { address, namespace } = await testTemporal();
    const world = createSimulatedWorld({ seed: 7, symbols: 20 }, midnightAfter('2024-03-01'));
    const worker = await startMarketWorker({
      databaseUrl: database.url,
      temporalAddress: address,
      namespace,
      source: world.source,
      now: () => world.now,
    });
    Object.assign(state, { database, world, worker });
  });

  afterEach(async () => {
    const { worker, database } = parts();
    await worker.stop();
    await database.drop();
  });

  /** A day on which all fails need not be tried symbol by symbol. */
  async function daily(day: TradingDay, retryFailed = true): Promise<void> {
    const { worker, world } = parts();
    world.now = midnightAfter(day);
    await runDailyAt(worker, world.now, { skipExisting: false, retryFailed }).catch(
      (error: unknown) => {
        assert.ok(error instanceof WorkflowFailedError, String(error));
      },
    );
  }

  function query(to: TradingDay): { from: TradingDay; to: TradingDay; asOf: string } {
    return { from: '2024-01-01', to, asOf: new Date(parts().world.now).toISOString() };
  }

  it('are all brought by the next run after ten days without one', async () => {
    await daily('2024-03-01');
    await daily('2024-03-18');

    const { warehouse } = parts().worker;
    const coverage = await summariseCoverage(warehouse, query('2024-03-18'));
    assert.equal(coverage.missing, 0, JSON.stringify(coverage.reasons));
    const sessions = await warehouse.pool.query<{ day: string }>(
      'select distinct trade_date as day from daily_bars order by 1',
    );
    assert.ok(sessions.rows.some(({ day }) => day === '2024-03-06'));
  });

  it('are a matter of health from six in the morning on, until they are closed', async () => {
    await daily('2024-03-01');
    parts().world.isOut = () => true;
    await daily('2024-03-04', false);

    const { warehouse } = parts().worker;
    const looks = [
      ['2024-03-05T05:59:00+08:00', '2024-03-01', true],
      ['2024-03-05T06:00:00+08:00', '2024-03-04', false],
      // The next session has ended, and its night is still to come.
      ['2024-03-05T20:00:00+08:00', '2024-03-04', false],
    ] as const;
    for (const [asOf, lastSession, isComplete] of looks) {
      const health = await readSessionHealth(warehouse, asOf);
      assert.deepEqual([health.lastSession, health.isComplete], [lastSession, isComplete], asOf);
    }
  });

  it('are none of a simulated market after the end of the calendar, and unknown of a real one', async () => {
    const { worker, world } = parts();
    world.now = midnightAfter('2027-01-14');

    const { status } = await runDailyAt(worker, world.now);

    const { rows } = await worker.warehouse.pool.query<{ range: string; notes: string }>(
      `select concat_ws(' ', config ->> 'startDate', config ->> 'endDate') as range, notes::text from job_runs`,
    );
    assert.deepEqual([status, rows[0]?.range], ['success', '2026-12-25 2026-12-31']);
    assert.match(rows[0]?.notes ?? '', /as of 2026-12-31: the trading calendar ends there/);
    const asOf = '2027-01-15T06:00:00+08:00';
    const simulated = await readSessionHealth(worker.warehouse, asOf);
    assert.deepEqual([simulated.lastSession, simulated.isComplete], ['2026-12-31', true]);
    await worker.warehouse.pool.query(`update candlewick_database set purpose = 'standard'`);
    const real = await readSessionHealth(worker.warehouse, asOf);
    assert.deepEqual([real.calendarEnded, real.isComplete], ['2026-12-31', false]);
  });

  it('are shown with their reason while the source fails, and are closed by a later run', async () => {
    await daily('2024-03-01');
    parts().world.isOut = () => true;
    for (const day of ['2024-03-04', '2024-03-05', '2024-03-06']) {
      await daily(day, false);
    }

    const { warehouse } = parts().worker;
    const open = await listAbsences(warehouse, query('2024-03-06'), { limit: 100, gapsOnly: true });
    assert.ok(open.length >= 3 * 15, `${open.length} gaps`);
    assert.deepEqual(new Set(open.map(({ reason }) => reason)), new Set(['failed: ETL-SRC-114']));

    parts().world.isOut = () => false;
    await daily('2024-03-22');
    const after = await summariseCoverage(warehouse, query('2024-03-22'));
    assert.equal(after.missing, 0, JSON.stringify(after.reasons));
  });

  it('cost a run nothing where there are none: only the window is asked for', async () => {
    await daily('2024-03-01');
    await daily('2024-03-04');

    const asked = parts().world.requests.map(({ startDate }) => startDate);
    assert.deepEqual([...new Set(asked)], ['2024-02-24', '2024-02-27']);
  });

  it('are not looked for on a weekend: the run is skipped with its reason', async () => {
    await daily('2024-03-01');
    const before = parts().world.requests.length;
    await daily('2024-03-03');

    assert.equal(parts().world.requests.length, before);
    const { rows } = await parts().worker.warehouse.pool.query<{ due: string }>(
      `select due_at::text as due from job_runs where symbols = 0`,
    );
    assert.equal(rows.length, 1);
  });

  it('are left to a backfill that is about to bring them, unless it shows no sign of life', async () => {
    await daily('2024-03-01');
    const { warehouse } = parts().worker;
    await warehouse.pool.query(`
      insert into job_runs (run_id, job_id, job_type, job_name, status, config, symbols, due_at)
      values ('years', 'years', 'historicalBackfill', 'years', 'running', '{}', 20, now());
      insert into job_batches (run_id, batch_no, symbols, start_date, end_date)
      select 'years', 0, array(select symbol from instruments), '2024-01-01', '2024-02-23';
      update coverage_scope set first_day = '2024-01-02'`);

    await daily('2024-03-04');
    const before = parts().world.requests.map(({ startDate }) => startDate);
    await warehouse.pool.query(`
      update job_runs set started_at = now() - interval '2 days' where run_id = 'years';
      update job_batches set updated_at = now() - interval '2 days' where run_id = 'years'`);
    await daily('2024-03-05');

    assert.deepEqual([...new Set(before)], ['2024-02-24', '2024-02-27']);
    const coverage = await summariseCoverage(warehouse, query('2024-03-05'));
    assert.equal(coverage.missing, 0, JSON.stringify(coverage.reasons));
  });
});
