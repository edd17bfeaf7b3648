import assert from 'node:assert/strict';

import { toDayNumber, type TradingDay } from '../../../src/domain/trading-day.ts';
import { startMarketWorker, type MarketWorker } from '../../../src/prove/market-worker.ts';
import { runDailyAt } from '../../../src/prove/nominal-run.ts';
import { createSimulatedWorld, type SimulatedWorld } from '../../../src/prove/simulated-world.ts';
import { marketOf } from '../../../src/sources/simulated/market.ts';
import { publicationOf } from '../../../src/sources/simulated/revisions.ts';
import { readFindings, readScores } from '../../../src/warehouse/quality-queries.ts';
import { testDatabase, type TestDatabase } from '../../support/postgres.ts';
import { testTemporal } from '../../support/temporal.ts';

const MARKET = { seed: 7, symbols: 20 };
const FIRST: TradingDay = '2024-03-04';
const NEXT: TradingDay = '2024-03-05';
/** Two symbols whose bar of FIRST has too low a close: the source never notices one, and corrects the other. */
const WRONG_FOR_EVER = 0;
const CORRECTED = 1;
const RESTATED: TradingDay = '2024-01-25';
const TICK = 100;

/** Midnight in Shanghai, at the end of a day. */
function midnightAfter(day: TradingDay): number {
  return (toDayNumber(day) + 1) * 86_400_000 - 8 * 3_600_000;
}

describe('verdicts, on real servers', () => {
  const state: {
    database?: TestDatabase;
    worker?: MarketWorker;
    world?: SimulatedWorld;
    market?: { readonly restatements: object[] };
  } = {};
  const { instruments } = marketOf(MARKET);
  const trading = instruments
    .map(({ symbol }) => symbol)
    .filter((symbol) => trueCloses(symbol, FIRST, NEXT).length === 2);

  function trueCloses(symbol: string, from: TradingDay, to: TradingDay): readonly number[] {
    return [...marketOf(MARKET).bars([symbol], toDayNumber(from), toDayNumber(to)).close];
  }

  function wrongCloses(): readonly object[] {
    const day = toDayNumber(FIRST);
    const [wrong = '', corrected = ''] = [trading[WRONG_FOR_EVER], trading[CORRECTED]];
    const from = publicationOf(day);
    function trueCloseOf(symbol: string): number {
      return trueCloses(symbol, FIRST, FIRST)[0] ?? 0;
    }
    return [
      { symbol: wrong, day, from, close: trueCloseOf(wrong) - 3 * TICK },
      { symbol: corrected, day, from, close: trueCloseOf(corrected) - 3 * TICK },
      {
        symbol: corrected,
        day,
        from: publicationOf(toDayNumber(NEXT)),
        close: trueCloseOf(corrected),
      },
    ];
  }

  before(async () => {
    const database = await testDatabase('demo');
    const { address, namespace } = await testTemporal();
    const restatements = [...wrongCloses()];
    const market = { ...MARKET, restatements: restatements as never };
    const world = createSimulatedWorld(market, midnightAfter(FIRST));
    const worker = await startMarketWorker({
      databaseUrl: database.url,
      temporalAddress: address,
      namespace,
      source: world.source,
      now: () => world.now,
    });
    Object.assign(state, { database, world, worker, market: { restatements } });
  });

  after(async () => {
    await state.worker?.stop();
    await state.database?.drop();
  });

  function parts(): Required<typeof state> {
    const { database, worker, world, market } = state;
    assert.ok(database && worker && world && market);
    return { database, worker, world, market };
  }

  async function daily(day: TradingDay): Promise<void> {
    const { worker, world } = parts();
    world.now = midnightAfter(day);
    await runDailyAt(worker, world.now);
  }

  async function query<Row extends object>(text: string): Promise<readonly Row[]> {
    return (await parts().worker.warehouse.pool.query<Row>(text)).rows;
  }

  async function closeOf(symbol: string | undefined): Promise<number | undefined> {
    const [row] = await query<{ close: string }>(
      `select close from daily_bars where symbol = '${symbol}' and trade_date = '${FIRST}'`,
    );
    return row === undefined ? undefined : Math.round(Number(row.close) * 10_000);
  }

  it('of the last session are provisional, and settled by the next daily run', async () => {
    const [wrong = '', corrected = ''] = [trading[WRONG_FOR_EVER], trading[CORRECTED]];
    const truth = trueCloses(wrong, FIRST, FIRST)[0] ?? 0;

    // Only where ex-right days are known can a previous close give away the close before it.
    await query(
      `insert into adjustment_factors (symbol, effective_date, factor, source)
       values ('${wrong}', '2020-01-02', 1, 'test'), ('${corrected}', '2020-01-02', 1, 'test')`,
    );

    await daily(FIRST);

    assert.equal(await closeOf(wrong), truth - 3 * TICK);
    const open = await query<{ symbol: string }>(
      `select symbol from provisional_bars where trade_date = '${FIRST}'`,
    );
    assert.ok(open.length >= trading.length);

    await daily(NEXT);

    const [last] = await query<{ settled: Record<string, number> }>(
      'select settled from quality_batches order by batch_id desc limit 1',
    );
    const { confirmed = 0, corrected: changed = 0, withdrawn = 0 } = last?.settled ?? {};
    assert.equal(changed + withdrawn, 2);
    assert.equal(confirmed + changed + withdrawn, trading.length);
    assert.equal(await closeOf(corrected), trueCloses(corrected, FIRST, FIRST)[0]);
    assert.notEqual(await closeOf(wrong), truth - 3 * TICK);
    const [why] = await readFindings(parts().worker.warehouse, {
      symbols: [wrong],
      startDate: FIRST,
      endDate: FIRST,
      limit: 1,
    });
    assert.equal(why?.rule, 'A07_close_vs_next_pre_close');
    assert.equal(
      await countOf(`daily_bars_history where symbol in ('${wrong}', '${corrected}')`),
      2,
    );
    assert.equal(
      await countOf(`provisional_bars where trade_date = '${FIRST}'`),
      open.length - trading.length,
    );
  });

  async function countOf(what: string): Promise<number> {
    const [row] = await query<{ count: number }>(`select count(*) from ${what}`);
    return row?.count ?? 0;
  }

  it('of restated bars know the stored version: another unit is undone, a correction is taken', async () => {
    const { worker, world, market } = parts();
    const [unit = '', corrected = ''] = trading.slice(3);
    const job = { symbols: [unit, corrected], startDate: '2023-11-01', endDate: '2024-02-02' };
    await worker.client.runJob({ ...job, jobName: 'before' });
    const day = toDayNumber(RESTATED);
    const [before = 0, after = 0] = [unit, corrected].map(
      (symbol) => marketOf(MARKET).bars([symbol], day, day).volume[0],
    );
    world.now += 1;
    market.restatements.push(
      { symbol: unit, day, from: world.now, volume: 100 * before },
      { symbol: corrected, day, from: world.now, volume: 2 * after },
    );

    const { runId } = await worker.client.runJob({ ...job, jobName: 'after', skipExisting: false });

    assert.deepEqual(
      await query(
        `select symbol, volume::float8 from daily_bars
          where symbol in ('${unit}', '${corrected}') and trade_date = '${RESTATED}' order by volume = ${before} desc`,
      ),
      [
        { symbol: unit, volume: before },
        { symbol: corrected, volume: 2 * after },
      ],
    );
    assert.deepEqual(
      await query(
        `select f.symbol, f.rule, f.outcome from quality_findings f join load_batches l using (batch_id)
          where l.run_id = '${runId}' and f.trade_date = '${RESTATED}' order by f.rule`,
      ),
      [
        { symbol: unit, rule: 'A05_unit_both', outcome: 'repaired' },
        { symbol: corrected, rule: 'X02_restatement', outcome: 'published' },
      ],
    );
  });

  it('bear the name of the rules that a job sets, by all its workers', async () => {
    const { worker } = parts();
    const job = { symbols: trading.slice(3), startDate: '2024-02-01', endDate: '2024-02-29' };

    await worker.client.runJob({ ...job, jobName: 'as-set' });
    await worker.client.runJob({
      ...job,
      jobName: 'own-rules',
      rules: {
        thresholds: { volumeSpike: 8 },
        custom: [
          {
            id: 'any_bar',
            dimension: 'validity',
            severity: 'low',
            summary: 'Every bar, for this test',
            when: [{ left: 'close', op: '>', right: 0 }],
          },
        ],
      },
    });

    const [own, set] = await readScores(worker.warehouse, 'batch', { limit: 2 });
    assert.match(own?.ruleset ?? '', /^1\+[0-9a-f]{12}$/);
    assert.equal(set?.ruleset, '1');
    assert.ok((own?.rawScore ?? 1) < (set?.rawScore ?? 0));
    const [kept] = await query<{ spike: number }>(
      `select (settings->'thresholds'->>'volumeSpike')::int as spike from rulesets where version = '${own?.ruleset}'`,
    );
    assert.equal(kept?.spike, 8);
  });

  it('refuse rules that do not exist before anything is done', async () => {
    await assert.rejects(
      parts().worker.client.runJob({ jobName: 'wrong', rules: { disabled: ['A99'] } }),
      (error) =>
        /rules\.disabled\[0\]/.test(
          JSON.stringify(error, Object.getOwnPropertyNames(Object(error))) +
            String(Object(error).cause),
        ),
    );
  });
});
