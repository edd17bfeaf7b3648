import assert from 'node:assert/strict';

import { SystemError, TransientError } from '../../../src/domain/errors.ts';
import { loadBatch } from '../../../src/warehouse/load-batch.ts';
import { FAILPOINTS } from '../../../src/warehouse/load-request.ts';
import { openWarehouse } from '../../../src/warehouse/pool.ts';
import { eventually } from '../../support/eventually.ts';
import { createGate } from '../../support/gate.ts';
import { loadRequest, type TestBar } from './load-requests.ts';
import { startReplyDropper } from './reply-dropper.ts';
import { createScratchDatabase, type ScratchDatabase } from './scratch-database.ts';

/** Everything that a load writes; equal images = equal databases. */
const IMAGE = `select
  (select coalesce(jsonb_agg(to_jsonb(b) order by symbol, trade_date), '[]') from daily_bars b) as bars,
  (select count(*) from daily_bars_history) as history, (select count(*) from load_batches) as ledger,
  (select count(*) from batch_answers) as answers, (select count(*) from batch_verdicts) as verdicts,
  (select count(*) from quarantine) as quarantine, (select count(*) from suspensions) as suspensions`;

const OLD: readonly TestBar[] = [{}, { day: '2024-01-03' }];
const NEW: readonly TestBar[] = [{ close: 10.4 }, { day: '2024-01-03' }, { day: '2024-01-04' }];

/** Two days of each symbol, all with one volume. */
function sameBars(symbols: readonly string[], volume: number): readonly TestBar[] {
  return symbols.flatMap((symbol) =>
    ['2024-01-02', '2024-01-03'].map((day) => ({ symbol, day, volume })),
  );
}

describe('loadBatch under faults', () => {
  let database: ScratchDatabase;

  async function image(): Promise<unknown> {
    return (await database.warehouse.pool.query(IMAGE)).rows[0];
  }

  /** A load that waits at `failpoint` until told to go on. */
  function heldLoad(
    request: ReturnType<typeof loadRequest>,
    failpoint: string,
  ): { result: Promise<unknown>; reached: Promise<void>; goOn(): void } {
    const reached = createGate();
    const release = createGate();
    const result = loadBatch(database.warehouse, request, {
      async failpoint(name) {
        if (name === failpoint) {
          reached.open();
          await release.opened;
        }
      },
    }).catch((error: unknown) => error);
    return { result, reached: reached.opened, goOn: release.open };
  }

  before(async () => {
    database = await createScratchDatabase();
  });

  beforeEach(async () => {
    await database.empty();
    await loadBatch(database.warehouse, loadRequest(OLD));
  });

  after(async () => {
    await database.drop();
  });

  for (const failpoint of FAILPOINTS.slice(0, -1)) {
    it(`leaves nothing behind when it fails at ${failpoint}, and loads all when tried again`, async () => {
      const before = await image();
      const request = loadRequest(NEW);
      let passed = 0;

      await assert.rejects(
        loadBatch(database.warehouse, request, {
          failpoint(name) {
            if (name === failpoint) {
              passed += 1;
              throw new TransientError('broken on purpose', { code: 'TEST' });
            }
          },
        }),
        /broken on purpose/,
      );

      assert.equal(passed, 1);
      assert.deepEqual(await image(), before);
      const counts = await loadBatch(database.warehouse, { ...request, attempt: 2 });
      assert.deepEqual(
        [counts.inserted, counts.updated, counts.unchanged, counts.alreadyLoaded],
        [1, 1, 1, false],
      );
    });

    it(`leaves nothing behind when its connection is lost at ${failpoint}`, async () => {
      const before = await image();

      await assert.rejects(
        loadBatch(database.warehouse, loadRequest(NEW), {
          async failpoint(name) {
            if (name === failpoint) {
              await database.warehouse.pool.query(
                `select pg_terminate_backend(pid) from pg_stat_activity
                  where datname = current_database() and pid <> pg_backend_pid() and xact_start is not null`,
              );
            }
          },
        }),
        SystemError,
      );

      assert.deepEqual(await image(), before);
    });

    it(`leaves nothing behind when it is cancelled at ${failpoint}`, async () => {
      const before = await image();
      const controller = new AbortController();

      await assert.rejects(
        loadBatch(database.warehouse, loadRequest(NEW), {
          signal: controller.signal,
          failpoint(name) {
            if (name === failpoint) {
              controller.abort();
            }
          },
        }),
        /cancelled/,
      );

      await eventually(async () => {
        const { rows } = await database.warehouse.pool.query(
          "select from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())",
        );
        assert.equal(rows.length, 0, 'the server still holds the locks');
      });
      assert.deepEqual(await image(), before);
    });
  }

  it('asks the ledger when the reply to COMMIT is lost, and finds the batch committed', async () => {
    const dropper = await startReplyDropper(database.url);
    const warehouse = openWarehouse({ connectionString: dropper.url, applicationName: 'test' });
    try {
      const request = loadRequest(NEW);

      const counts = await loadBatch(warehouse, request, {
        async failpoint(name) {
          if (name === 'load.after_ledger_before_commit') {
            dropper.dropReplies();
          }
          if (name === 'load.commit_sent_no_reply') {
            await eventually(async () => {
              const { rows } = await database.warehouse.pool.query(
                'select from load_batches where batch_key = $1',
                [request.batchKey],
              );
              assert.equal(rows.length, 1, 'not committed yet');
            });
            dropper.cut();
          }
        },
      });

      assert.deepEqual(
        [counts.inserted, counts.updated, counts.unchanged, counts.alreadyLoaded],
        [1, 1, 1, false],
      );
      const again = await loadBatch(warehouse, { ...request, attempt: 2 });
      assert.deepEqual(again, { ...counts, alreadyLoaded: true });
    } finally {
      await warehouse.close();
      await dropper.close();
    }
  });

  it('says that nothing was committed when the line broke before COMMIT', async () => {
    const dropper = await startReplyDropper(database.url);
    const warehouse = openWarehouse({ connectionString: dropper.url, applicationName: 'test' });
    try {
      const before = await image();

      await assert.rejects(
        loadBatch(warehouse, loadRequest(NEW), {
          failpoint(name) {
            if (name === 'load.after_ledger_before_commit') {
              dropper.cut();
            }
          },
        }),
        SystemError,
      );

      await eventually(async () => assert.deepEqual(await image(), before));
    } finally {
      await warehouse.close();
      await dropper.close();
    }
  });

  for (const failpoint of ['load.mid_copy', 'load.after_ledger_before_commit']) {
    it(`fences an attempt that was overtaken at ${failpoint}: its session ends and its writes are gone`, async () => {
      const request = loadRequest(NEW);
      const zombie = heldLoad(request, failpoint);
      await zombie.reached;

      const counts = await loadBatch(database.warehouse, { ...request, attempt: 2 });
      zombie.goOn();

      assert.deepEqual([counts.inserted, counts.updated], [1, 1]);
      const outcome = await zombie.result;
      if (failpoint === 'load.mid_copy') {
        assert.ok(outcome instanceof SystemError, String(outcome));
      } else {
        // Its COMMIT failed, so it asked the ledger, which knows of the newer attempt.
        assert.deepEqual(outcome, { ...counts, alreadyLoaded: true });
      }
      const { rows } = await database.warehouse.pool.query(
        'select attempt from load_batches where batch_key = $1',
        [request.batchKey],
      );
      assert.deepEqual(rows, [{ attempt: 2 }]);
    });
  }

  it('refuses an older attempt that comes after a newer one has claimed the batch', async () => {
    const request = loadRequest(NEW);
    const newer = heldLoad({ ...request, attempt: 2 }, 'load.after_begin');
    await newer.reached;

    await assert.rejects(loadBatch(database.warehouse, request), /a newer attempt has claimed it/);
    newer.goOn();

    assert.ok(!((await newer.result) instanceof Error), 'the newer attempt was disturbed');
  });

  it('refuses to commit on a claim that was lost without its session noticing', async () => {
    const request = loadRequest(NEW);
    const before = await image();
    const zombie = heldLoad(request, 'load.after_merge_before_ledger');
    await zombie.reached;
    await database.warehouse.pool.query(
      'update load_claims set token = token + 1, attempt = 2 where batch_key = $1',
      [request.batchKey],
    );

    zombie.goOn();

    const outcome = await zombie.result;
    assert.ok(outcome instanceof SystemError);
    assert.equal(outcome.code, 'ETL-LOAD-010');
    assert.deepEqual(await image(), before);
  });

  it('lets two loads of the same keys follow each other, never mix', async () => {
    const symbols = Array.from({ length: 40 }, (_, index) => `${600000 + index}.SH`);
    for (let round = 0; round < 5; round += 1) {
      const loads = [1, 2, 3].map((n) => loadRequest(sameBars(symbols, round * 10 + n)));
      const outcomes = await Promise.all(
        loads.map((request) => loadBatch(database.warehouse, request)),
      );

      // Each load has a volume of its own, so each writes all of its rows.
      assert.equal(
        outcomes.reduce((sum, { inserted, updated }) => sum + inserted + updated, 0),
        3 * symbols.length * 2,
      );
      const { rows } = await database.warehouse.pool.query<{ versions: number }>(
        `select count(distinct volume) as versions from daily_bars where trade_date in ('2024-01-02', '2024-01-03')`,
      );
      assert.equal(rows[0]?.versions, 1, 'rows of several loads are mixed');
    }
    const { rows } = await database.warehouse.pool.query(
      `select from daily_bars_history h join daily_bars_history i using (symbol, trade_date)
        where h.known_from < i.known_from and h.known_to > i.known_from`,
    );
    assert.equal(rows.length, 0, 'versions overlap in time');
  });

  it('holds loads of few and of very many symbols apart', async () => {
    const many = Array.from({ length: 600 }, (_, index) => ({ symbol: `${600000 + index}.SH` }));

    const outcomes = await Promise.all([
      loadBatch(database.warehouse, loadRequest(many)),
      loadBatch(database.warehouse, loadRequest([{ close: 10.4 }, { symbol: '600001.SH' }])),
      loadBatch(database.warehouse, loadRequest(many)),
    ]);

    assert.equal(
      outcomes.reduce((sum, { inserted }) => sum + inserted, 0),
      599,
    );
  });

  it('settles with a foreign writer who stores the same keys behind its back', async () => {
    let isForeignDone = false;

    const counts = await loadBatch(
      database.warehouse,
      loadRequest([...NEW, { day: '2024-01-05' }]),
      {
        async failpoint(name) {
          if (name === 'load.mid_copy' && !isForeignDone) {
            isForeignDone = true;
            await database.warehouse.pool.query(
              `insert into daily_bars
             select symbol, d, open, high, low, close, pre_close, volume + v, amount, 'foreign', batch_id, answer_no,
                    created_at, updated_at
               from daily_bars, (values (date '2024-01-04', 0), (date '2024-01-05', 1)) f (d, v)
              where trade_date = '2024-01-03'`,
            );
          }
        },
      },
    );

    assert.ok(isForeignDone);
    assert.deepEqual(
      [counts.inserted, counts.updated, counts.unchanged, counts.bySource],
      [0, 2, 2, { tushare: 2 }],
    );
    const { rows } = await database.warehouse.pool.query(
      'select trade_date, volume, source from daily_bars order by 1 desc limit 2',
    );
    assert.deepEqual(rows, [
      { trade_date: '2024-01-05', volume: 1000, source: 'tushare' },
      { trade_date: '2024-01-04', volume: 1000, source: 'foreign' },
    ]);
  });

  it('stores what is missing when a foreign writer was faster with some keys only', async () => {
    let isForeignDone = false;

    const counts = await loadBatch(
      database.warehouse,
      loadRequest([...NEW, { day: '2024-01-05' }]),
      {
        async failpoint(name) {
          if (name === 'load.mid_copy' && !isForeignDone) {
            isForeignDone = true;
            await database.warehouse.pool.query(
              `insert into daily_bars
             select symbol, date '2024-01-05', open, high, low, close, pre_close, volume, amount, 'foreign', batch_id,
                    answer_no, created_at, updated_at
               from daily_bars where trade_date = '2024-01-03'`,
            );
          }
        },
      },
    );

    assert.deepEqual(
      [counts.inserted, counts.updated, counts.unchanged, counts.bySource],
      [1, 1, 2, { tushare: 2 }],
    );
  });
});
