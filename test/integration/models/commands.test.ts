import assert from 'node:assert/strict';

import { saveModel, type ModelFilter } from '../../../src/warehouse/model-versions.ts';
import { openWarehouse, type Warehouse } from '../../../src/warehouse/pool.ts';
import {
  activeThresholds,
  listThresholds,
  revertThresholds,
  saveThresholds,
} from '../../../src/warehouse/threshold-versions.ts';
import { testDatabase, type TestDatabase } from '../../support/postgres.ts';
import { candlewick, type Ended } from '../cli/candlewick.ts';

function metricsOf(auprc: number, against?: { modelId: number; auprc: number }): object {
  return {
    benchmarkRows: 1000,
    benchmarkFaults: 60,
    auroc: 0.98,
    auprc,
    bestF1: 0.9,
    recallAt1: 0.5,
    recallAt10: 0.7,
    flagsPer10k: 9.5,
    ...(against === undefined ? {} : { against }),
  };
}

describe('candlewick models and thresholds', () => {
  const state: { database?: TestDatabase; warehouse?: Warehouse } = {};

  function warehouse(): Warehouse {
    assert.ok(state.warehouse);
    return state.warehouse;
  }

  before(async () => {
    state.database = await testDatabase('standard');
    state.warehouse = openWarehouse({
      connectionString: state.database.url,
      applicationName: 'test',
    });
  });

  after(async () => {
    await state.warehouse?.close();
    await state.database?.drop();
  });

  async function run(...argv: readonly string[]): Promise<Ended & { json: unknown }> {
    const ended = await candlewick([...argv, '--json'], { DATABASE_URL: state.database?.url });
    const text = ended.stdout;
    return { ...ended, json: text === '' ? undefined : JSON.parse(text) };
  }

  async function save(sha256: string, metrics: object): Promise<number> {
    const { modelId } = await saveModel(warehouse(), {
      kind: 'boosted_trees',
      trainedFrom: '2021-01-04',
      trainedTo: '2023-12-29',
      symbols: 80,
      rows: 100_000,
      snapshotSha256: 'a'.repeat(64),
      settings: { seed: 42 },
      features: ['return'],
      threshold: 0.5,
      metrics: metrics as Parameters<typeof saveModel>[1]['metrics'],
      reference: {},
      sha256,
      encoded: Uint8Array.of(1, 2, 3),
    });
    return modelId;
  }

  it('let a model act by hand only where it is no worse, or by force, and say who and why', async () => {
    const first = await save('1'.repeat(64), metricsOf(0.9));
    const worse = await save('2'.repeat(64), metricsOf(0.8, { modelId: first, auprc: 0.9 }));

    const activated = await run('models', 'activate', String(first), '--why', 'the first');
    const refused = await run('models', 'activate', String(worse));
    const forced = await run('models', 'activate', String(worse), '--force', '--by', 'ann');
    const missing = await run('models', 'show', '999');

    assert.equal(activated.code, 0, activated.stderr);
    assert.equal(refused.code, 3);
    assert.match(refused.stdout + refused.stderr, /ETL-MOD-409.*ranks worse|ranks worse/);
    assert.equal(forced.code, 0, forced.stderr);
    assert.equal(missing.code, 4);
    const listed = (await run('models', 'list')).json as ModelFilter[];
    assert.deepEqual(
      listed.map(({ status }) => status),
      ['active', 'retired'],
    );
  });

  it('keep thresholds in versions that can be taken back one by one', async () => {
    const common = { budget: 1, evidence: {}, by: 'ann' };
    const one = await saveThresholds(warehouse(), { ...common, thresholds: { volumeSpike: 5 } });
    await saveThresholds(warehouse(), { ...common, thresholds: { volumeSpike: 4 } });
    assert.deepEqual(await activeThresholds(warehouse()), { volumeSpike: 4 });

    const back = await run('thresholds', 'revert', '--by', 'bo');

    assert.deepEqual(back.json, { reverted: one + 1, active: one });
    assert.deepEqual(await activeThresholds(warehouse()), { volumeSpike: 5 });
    await revertThresholds(warehouse(), 'bo');
    assert.deepEqual(await activeThresholds(warehouse()), {});
    assert.equal((await run('thresholds', 'revert')).code, 3);
    assert.equal((await listThresholds(warehouse())).length, 2);
  });

  it('refuse a budget that no share of rows can be, as a usage error', async () => {
    for (const budget of ['-1', '0', '20000']) {
      const ended = await run('thresholds', 'tune', `--budget=${budget}`, '--dry-run');

      assert.equal(ended.code, 2, ended.stderr);
      assert.match(ended.stderr, /--budget: got -?\d+; expected more than 0/);
    }
  });

  it('tell what tuning would change without storing it', async () => {
    const dry = await run('thresholds', 'tune', '--budget', '2', '--dry-run', '--to', '2024-01-31');

    assert.equal(dry.code, 0, dry.stderr);
    assert.equal(Object(dry.json).dry_run, true);
    assert.equal(Object(dry.json).version, null);
    assert.equal((await listThresholds(warehouse())).length, 2);
  });
});
