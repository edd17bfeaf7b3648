import assert from 'node:assert/strict';

import {
  endCall,
  learnLimit,
  readQuotaUse,
  takeCall,
  type CallRules,
} from '../../../src/warehouse/source-quota.ts';
import { openWarehouse } from '../../../src/warehouse/pool.ts';
import { createScratchDatabase, type ScratchDatabase } from '../warehouse/scratch-database.ts';

const RULES: CallRules = { windows: [], minIntervalMs: 0, concurrency: 0, priority: 'daily' };

function key(endpoint: string): { source: string; account: string; endpoint: string } {
  return { source: 'tushare', account: 'abc', endpoint };
}

describe('the quota of a source', () => {
  let database: ScratchDatabase;

  before(async () => {
    database = await createScratchDatabase();
  });

  after(async () => {
    await database.drop();
  });

  it('is one count for all workers: never more than its limit within any window', async () => {
    const other = openWarehouse({ connectionString: database.url, applicationName: 'other' });
    const rules = { ...RULES, windows: [{ limit: 20, windowMs: 300 }] };
    const takenAt: number[] = [];
    async function work(warehouse: typeof other): Promise<void> {
      while (takenAt.length < 60) {
        const taken = await takeCall(warehouse, key('daily'), rules);
        if (taken.kind === 'taken') {
          takenAt.push(taken.callId);
        }
      }
    }

    try {
      await Promise.all([work(database.warehouse), work(database.warehouse), work(other)]);
    } finally {
      await other.close();
    }

    const { rows } = await database.warehouse.pool.query<{ most: number; seconds: number }>(
      `select max(n)::int as most,
              (select extract(epoch from max(at) - min(at))::float8 from source_calls) as seconds
         from (select count(*) over (order by at range between interval '300 milliseconds' preceding and current row) as n
                 from source_calls where endpoint = 'daily') w`,
    );
    assert.equal(rows[0]?.most, 20);
    assert.ok((rows[0]?.seconds ?? 0) < 1.5, `60 calls took ${rows[0]?.seconds} s`);
  });

  it('says how long to wait, and why', async () => {
    const rules = { ...RULES, windows: [{ limit: 1, windowMs: 60_000 }] };
    await takeCall(database.warehouse, key('wait'), rules);

    const refused = await takeCall(database.warehouse, key('wait'), rules);

    assert.ok(refused.kind === 'wait' && refused.waitMs > 59_000 && refused.waitMs <= 61_000);
    assert.equal(refused.limitedBy, '1 in 60 s');
  });

  it('believes a limit that the source has named', async () => {
    await learnLimit(database.warehouse, key('learnt'), { limit: 2, windowSeconds: 60 });

    const kinds = [];
    for (let call = 0; call < 3; call += 1) {
      kinds.push((await takeCall(database.warehouse, key('learnt'), RULES)).kind);
    }

    assert.deepEqual(kinds, ['taken', 'taken', 'wait']);
    const use = (await readQuotaUse(database.warehouse)).find(
      ({ endpoint }) => endpoint === 'learnt',
    );
    assert.deepEqual([use?.lastMinute, use?.learnt], [2, { 60: 2 }]);
  });

  it('gives daily work its turn before backfill when it is short', async () => {
    const windows = [{ limit: 1, windowMs: 1500 }];
    const backfill = { ...RULES, windows, priority: 'backfill' } as const;
    await takeCall(database.warehouse, key('short'), backfill);
    const daily = await takeCall(database.warehouse, key('short'), { ...RULES, windows });

    const behind = await takeCall(database.warehouse, key('short'), backfill);

    assert.ok(daily.kind === 'wait' && behind.kind === 'wait');
    assert.ok(behind.waitMs > daily.waitMs);
    assert.equal(behind.limitedBy, 'daily work goes first');
  });

  it('leaves a fifth of the hour to daily work', async () => {
    const windows = [{ limit: 5, windowMs: 3_600_000 }];
    const kinds = [];
    for (const priority of [
      'backfill',
      'backfill',
      'backfill',
      'backfill',
      'backfill',
      'daily',
    ] as const) {
      const taken = await takeCall(database.warehouse, key('hour'), {
        ...RULES,
        windows,
        priority,
      });
      kinds.push(taken.kind);
    }

    assert.deepEqual(kinds, ['taken', 'taken', 'taken', 'taken', 'wait', 'taken']);
  });

  it('bounds calls at the same time until one ends', async () => {
    const rules = { ...RULES, concurrency: 1 };
    const single = { ...key('one'), source: 'baostock' };
    const first = await takeCall(database.warehouse, single, rules);

    assert.equal((await takeCall(database.warehouse, single, rules)).kind, 'wait');
    assert.ok(first.kind === 'taken');
    await endCall(database.warehouse, first.callId);
    assert.equal((await takeCall(database.warehouse, single, rules)).kind, 'taken');
  });
});
