import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';

import { WorkflowFailedError, type Client } from '@temporalio/client';

import { MONEY_SCALE } from '../../../src/domain/bar.ts';
import type { DriftMeasure } from '../../../src/domain/anomaly-model.ts';
import { fromDayNumber } from '../../../src/domain/trading-day.ts';
import { startMarketWorker, type MarketWorker } from '../../../src/prove/market-worker.ts';
import { createSimulatedWorld } from '../../../src/prove/simulated-world.ts';
import { decodeModel } from '../../../src/quality/anomaly/model-codec.ts';
import { cleanSample } from '../../../src/quality/mutants/sample.ts';
import {
  activateModel,
  listModels,
  readDrift,
  readModelBytes,
  retireModel,
} from '../../../src/warehouse/model-versions.ts';
import type { Warehouse } from '../../../src/warehouse/pool.ts';
import { readBarColumns } from '../../../src/warehouse/read-bar-columns.ts';
import type { TrainingReport } from '../../../src/workflows/train-anomaly-model.ts';
import { testDatabase, type TestDatabase } from '../../support/postgres.ts';
import { testTemporal } from '../../support/temporal.ts';

const { columns } = cleanSample();
const RANGE = { start_date: '2021-04-01', end_date: '2021-10-08', max_rows: 4000 };

interface ModelFinding {
  readonly day: string;
  readonly outcome: string;
  readonly severity: string;
  readonly message: string;
}

async function storeSample(warehouse: Warehouse): Promise<void> {
  const rows = Array.from({ length: columns.length }, (_, row) => ({
    symbol: columns.symbols[columns.symbolId[row] ?? 0],
    trade_date: fromDayNumber(columns.tradingDay[row] ?? 0),
    open: (columns.open[row] ?? 0) / MONEY_SCALE,
    high: (columns.high[row] ?? 0) / MONEY_SCALE,
    low: (columns.low[row] ?? 0) / MONEY_SCALE,
    close: (columns.close[row] ?? 0) / MONEY_SCALE,
    pre_close: (columns.preClose[row] ?? 0) / MONEY_SCALE,
    volume: columns.volume[row],
    amount: (columns.amount[row] ?? 0) / MONEY_SCALE,
  }));
  await warehouse.pool.query(
    `insert into daily_bars (symbol, trade_date, open, high, low, close, pre_close, volume, amount, source, batch_id,
       answer_no, created_at, updated_at)
     select symbol, trade_date, open, high, low, close, pre_close, volume, amount, 'simulated', 1, 0, now(), now()
       from jsonb_to_recordset($1::jsonb) as r (symbol text, trade_date date, open numeric, high numeric, low numeric,
         close numeric, pre_close numeric, volume bigint, amount numeric)`,
    [JSON.stringify(rows)],
  );
}

describe('training of anomaly models', () => {
  const state: { database?: TestDatabase; worker?: MarketWorker; client?: Client } = {};

  function parts(): Required<typeof state> {
    const { database, worker, client } = state;
    assert.ok(database && worker && client);
    return { database, worker, client };
  }

  before(async () => {
    const database = await testDatabase('demo');
    const { address, namespace, client } = await testTemporal();
    const { source } = createSimulatedWorld({ seed: 7, symbols: 4 }, Date.parse('2021-12-01'));
    const worker = await startMarketWorker({
      databaseUrl: database.url,
      temporalAddress: address,
      namespace,
      source,
    });
    Object.assign(state, { database, worker, client });
    await storeSample(worker.warehouse);
  });

  after(async () => {
    const { worker, database } = parts();
    await worker.stop();
    await database.drop();
  });

  function run(workflowType: string, input: unknown): Promise<unknown> {
    const { client, worker } = parts();
    return client.workflow.execute(workflowType, {
      workflowId: `${workflowType}-${randomUUID()}`,
      taskQueue: `${worker.queuePrefix}data_ingestion`,
      args: [input],
    });
  }

  async function train(input: object): Promise<TrainingReport> {
    return (await run('trainAnomalyModel', { ...RANGE, ...input })) as TrainingReport;
  }

  async function outcomesOf(runId: string): Promise<readonly ModelFinding[]> {
    const { rows } = await parts().worker.warehouse.pool.query<ModelFinding>(
      `select f.trade_date::text as day, f.outcome, f.severity, f.message
         from quality_findings f join load_batches l using (batch_id)
        where l.run_id = $1 and f.rule = 'M01_anomaly' order by 1`,
      [runId],
    );
    return rows;
  }

  it('keeps both kinds with their figures, and lets the first of each kind act', async () => {
    const { models } = await train({ seed: 1 });

    assert.deepEqual(
      models.map(({ kind, status }) => `${kind} ${status}`),
      ['isolation_forest active', 'boosted_trees active'],
    );
    const trees = models[1];
    assert.ok(trees && trees.metrics.auprc > 0.5, JSON.stringify(trees));
    assert.ok(trees.metrics.auprc > (models[0]?.metrics.auprc ?? 1), 'labels help');
    assert.ok(trees.metrics.unseenAuprc !== undefined && trees.metrics.unseenAuprc > 0.2);
    assert.ok(trees.metrics.flagsPer10k <= 10);
  });

  it('lets the acting model speak in a whole run: a remark on a published row, or a held one', async () => {
    const { worker } = parts();
    const job = { symbols: ['600000.SH'], start_date: '2020-03-02', end_date: '2020-11-30' };

    const remarked = await worker.client.runJob({ ...job, job_name: 'remarked' });
    const remarks = await outcomesOf(remarked.runId);
    const held = await worker.client.runJob({
      ...job,
      job_name: 'held',
      skip_existing: false,
      rules: { severities: { M01_anomaly: 'high' } },
    });

    assert.equal(remarked.recordsQuarantined, 0);
    assert.ok(remarks.length > 0, 'the model flags nothing');
    assert.ok(
      remarks.every(({ outcome, severity }) => `${outcome} ${severity}` === 'published info'),
    );
    assert.ok(remarks.every(({ message }) => /score 0\.\d{3}, model \d+/.test(message)));
    assert.deepEqual(
      (await outcomesOf(held.runId)).map(({ day, outcome }) => `${day} ${outcome}`),
      remarks.map(({ day }) => `${day} held`),
    );
    assert.equal(held.recordsQuarantined, remarks.length);
  });

  it('gives the same bytes and the same row when the same is trained again', async () => {
    const { warehouse } = parts().worker;
    const before = await listModels(warehouse);

    const { models } = await train({ seed: 1 });

    assert.deepEqual(
      models.map(({ modelId, sha256 }) => ({ modelId, sha256 })),
      before.toReversed().map(({ modelId, sha256 }) => ({ modelId, sha256 })),
    );
    const { encoded } = await readModelBytes(warehouse, models[1]?.modelId ?? 0);
    assert.equal(decodeModel(encoded).kind, 'boosted_trees');
  });

  it('measures a new model beside the active one and lets it act only when it is no worse', async () => {
    const { warehouse } = parts().worker;

    const { models } = await train({ seed: 2, kinds: ['boosted_trees'] });

    const [model] = models;
    assert.ok(model?.metrics.against, JSON.stringify(model));
    const isNoWorse = model.metrics.auprc >= model.metrics.against.auprc;
    assert.equal(model.status, isNoWorse ? 'active' : 'shadow', model.why);
    assert.match(model.why, isNoWorse ? /^no worse/ : /^worse/);
    assert.equal((await listModels(warehouse, { status: 'active' })).length, 2);
  });

  it('can be undone: a retired model comes back, with who and why', async () => {
    const { warehouse } = parts().worker;
    const [newest, first] = await listModels(warehouse, { kind: 'boosted_trees' });
    assert.ok(newest && first);

    await activateModel(warehouse, { modelId: newest.modelId, by: 'ann', why: 'to see' });
    const back = await activateModel(warehouse, { modelId: first.modelId, by: 'bo', why: 'worse' });

    assert.equal(back.status, 'active');
    assert.equal(back.decidedBy, 'bo');
    const retired = await listModels(warehouse, { status: 'retired' });
    assert.deepEqual(
      retired.map(({ modelId, decidedWhy }) => [modelId, decidedWhy]),
      [[newest.modelId, `model ${first.modelId} took its place`]],
    );
    await assert.rejects(
      retireModel(warehouse, { modelId: 999, by: 'ann', why: 'no' }),
      /ETL-MOD-404|no such model/,
    );
  });

  it('measures drift: none against itself, and some against another market', async () => {
    const { worker } = parts();
    const measures = (await run('measureModelDrift', { daysBack: 366 })) as DriftMeasure[];
    assert.ok(measures.length >= 2);
    assert.ok(
      measures.every(({ verdict }) => verdict === 'too_few'),
      'no bars of these days',
    );

    await worker.warehouse.pool.query(
      `update daily_bars set trade_date = trade_date + (current_date - date '2021-10-08'), volume = volume * 40
        where symbol < '600110' and trade_date > '2021-06-01'`,
    );
    const drifted = (await run('measureModelDrift', { days_back: 60 })) as DriftMeasure[];

    assert.ok(
      drifted.every(({ rows }) => rows > 0),
      JSON.stringify(drifted),
    );
    const stored = await readDrift(worker.warehouse, drifted[0]?.modelId ?? 0);
    assert.equal(stored.length, 2);
  });

  it('refuses what it does not understand at once, naming the field', async () => {
    for (const [input, field] of [
      [{ seed: -1 }, /seed: got -1/],
      [{ kinds: ['forest'] }, /kinds: /],
      [{ startDate: '2021-02-30' }, /start_date: got "2021-02-30"/],
      [{ windows: 3 }, /windows: .*known key/],
      [{ end_date: '2019-01-01', start_date: '2019-01-02' }, /start_date: got 2019-01-02/],
      [[1], /input: got an array of 1/],
    ] as const) {
      await assert.rejects(run('trainAnomalyModel', input), (error: unknown) => {
        assert.ok(error instanceof WorkflowFailedError);
        assert.match(error.cause?.message ?? '', field);
        return true;
      });
    }
  });

  it('says what is missing where there is too little history', async () => {
    await assert.rejects(
      run('trainAnomalyModel', { start_date: '2001-01-05', end_date: '2001-02-01' }),
      (error: unknown) => {
        assert.ok(error instanceof WorkflowFailedError);
        assert.match(error.cause?.message ?? '', /ETL-MOD-102 There are bars of 0 symbols/);
        return true;
      },
    );
  });

  it('reads stored bars back as they are', async () => {
    const symbol = '600120.SH';

    const stored = await readBarColumns(parts().worker.warehouse, {
      symbols: [symbol],
      firstDay: columns.tradingDay[0] ?? 0,
      lastDay: columns.tradingDay[159] ?? 0,
    });

    const from = columns.symbols.indexOf(symbol) * 160;
    assert.equal(stored.length, 160);
    assert.deepEqual(stored.close, columns.close.subarray(from, from + 160));
    assert.deepEqual(stored.amount, columns.amount.subarray(from, from + 160));
  });
});
