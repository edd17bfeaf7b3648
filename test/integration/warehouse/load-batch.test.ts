import assert from 'node:assert/strict';

import { ConfigurationError, DataQualityError } from '../../../src/domain/errors.ts';
import { toDayNumber } from '../../../src/domain/trading-day.ts';
import { translateDatabaseError } from '../../../src/warehouse/database-error.ts';
import { loadBatch } from '../../../src/warehouse/load-batch.ts';
import { readBars } from '../../../src/warehouse/queries.ts';
import { barColumns, landedAnswer, loadRequest } from './load-requests.ts';
import { createScratchDatabase, type ScratchDatabase } from './scratch-database.ts';

const WHOLE = { startDate: '1990-01-01', endDate: '2100-01-01', limit: 1000 };

function day(number: number): string {
  return `2024-01-${String(number).padStart(2, '0')}`;
}

describe('loadBatch', () => {
  let database: ScratchDatabase;

  async function rows<Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> {
    return (await database.warehouse.pool.query<Row>(text, values)).rows;
  }

  before(async () => {
    database = await createScratchDatabase();
  });

  beforeEach(async () => {
    await database.empty();
  });

  after(async () => {
    await database.drop();
  });

  it('stores every value exactly, with missing ones as null', async () => {
    const counts = await loadBatch(
      database.warehouse,
      loadRequest([
        { open: 1688.01, high: 1699.9999, low: 0.0001, close: 1690, preClose: null, volume: 0 },
        { day: '2024-01-03', volume: 9_007_199_254_740_991, amount: 900_719_925_474.0991 },
        { day: '2024-01-04', amount: null },
      ]),
    );

    assert.deepEqual(counts, {
      inserted: 3,
      updated: 0,
      unchanged: 0,
      skipped: 0,
      quarantined: 0,
      alreadyLoaded: false,
      bySource: { tushare: 3 },
    });
    const [first, second, third] = await readBars(database.warehouse, WHOLE);
    assert.deepEqual(
      [first?.open, first?.high, first?.low, first?.close, first?.preClose, first?.volume],
      ['1688.01', '1699.9999', '0.0001', '1690', null, 0],
    );
    assert.deepEqual(
      [second?.tradingDay, second?.volume, second?.amount],
      ['2024-01-03', 9_007_199_254_740_991, '900719925474.0991'],
    );
    assert.equal(third?.amount, null);
  });

  it('touches no row and writes next to nothing when all is there already', async () => {
    const bars = Array.from({ length: 5000 }, (_, index) => ({
      symbol: `${600000 + Math.floor(index / 50)}.SH`,
      day: new Date(Date.UTC(2024, 0, 1 + (index % 50))).toISOString().slice(0, 10),
    }));
    await loadBatch(database.warehouse, loadRequest(bars));
    const versions =
      'select xmin::text, ctid::text, updated_at from daily_bars order by symbol, trade_date';
    const before = await rows(versions);
    const [start] = await rows<{ lsn: string }>('select pg_current_wal_insert_lsn() as lsn');

    const counts = await loadBatch(database.warehouse, loadRequest(bars));

    const [written] = await rows<{ bytes: string }>(
      'select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), $1) as bytes',
      [start?.lsn],
    );
    assert.equal(counts.unchanged, 5000);
    assert.equal(counts.inserted + counts.updated + counts.skipped, 0);
    assert.deepEqual(await rows(versions), before);
    assert.ok(Number(written?.bytes) < 200_000, `${written?.bytes} bytes of WAL`);
  });

  it('counts new, different and equal rows apart, and updates only those that differ', async () => {
    await loadBatch(database.warehouse, loadRequest([2, 3, 4].map((n) => ({ day: day(n) }))));

    const counts = await loadBatch(
      database.warehouse,
      loadRequest([
        { day: day(2) },
        { day: day(3), close: 10.3, answer: 1 },
        { day: day(4), volume: 1001 },
        { day: day(5), answer: 1 },
        { day: day(8), symbol: '000001.SZ' },
      ]),
    );

    assert.deepEqual(
      [counts.inserted, counts.updated, counts.unchanged, counts.skipped, counts.bySource],
      [2, 2, 1, 0, { tushare: 2, akshare: 2 }],
    );
    const stored = await readBars(database.warehouse, { ...WHOLE, symbols: ['600000.SH'] });
    assert.deepEqual(
      stored.map(({ close, volume, source }) => [close, volume, source]),
      [
        ['10.2', 1000, 'tushare'],
        ['10.3', 1000, 'akshare'],
        ['10.2', 1001, 'tushare'],
        ['10.2', 1000, 'akshare'],
      ],
    );
  });

  it('leaves rows that differ as they are in mode skip, and says how many', async () => {
    await loadBatch(database.warehouse, loadRequest([{}, { day: '2024-01-03' }]));

    const counts = await loadBatch(
      database.warehouse,
      loadRequest([{ close: 10.4 }, { day: '2024-01-03' }, { day: '2024-01-04' }], {
        mode: 'skip',
      }),
    );

    assert.deepEqual(
      [counts.inserted, counts.updated, counts.unchanged, counts.skipped],
      [1, 0, 1, 1],
    );
    assert.equal((await readBars(database.warehouse, WHOLE))[0]?.close, '10.2');
    assert.deepEqual(await rows('select * from daily_bars_history'), []);
  });

  it('keeps the former version of an updated row, and answers what was known when', async () => {
    const closes = [10.1, 10.2, 10.3];
    for (const close of closes) {
      await loadBatch(database.warehouse, loadRequest([{ close }, { day: '2024-01-03' }]));
    }

    const history = await rows<{ close: string; known_from: Date; known_to: Date }>(
      'select trim_scale(close)::text as close, known_from, known_to from daily_bars_history order by known_from',
    );
    assert.deepEqual(
      history.map(({ close }) => close),
      ['10.1', '10.2'],
    );
    const asOf = await rows<{ close: string | null }>(
      `select (select trim_scale(close)::text from daily_bars_as_of(i.instant) where trade_date = '2024-01-02') as close
         from (select known_from - interval '1 microsecond' as instant from daily_bars_history
               union all select known_from from daily_bars_history
               union all select max(known_to) from daily_bars_history) i order by i.instant`,
    );
    assert.deepEqual(
      asOf.map(({ close }) => close),
      [null, '10.1', '10.1', '10.2', '10.3'],
    );
    const [current] = await rows<{ same: boolean; first: boolean }>(
      `select updated_at = (select max(known_to) from daily_bars_history) as same,
              created_at = (select min(known_from) from daily_bars_history) as first
         from daily_bars where trade_date = '2024-01-02'`,
    );
    assert.deepEqual(current, { same: true, first: true });
  });

  it('keeps versions in order even when the server’s clock is set back', async () => {
    await loadBatch(database.warehouse, loadRequest([{ close: 10.1 }]));
    await rows("update load_batches set loaded_at = now() + interval '1 hour'");
    await rows('update daily_bars set updated_at = (select loaded_at from load_batches)');

    await loadBatch(database.warehouse, loadRequest([{ close: 10.2 }]));

    const [versions] = await rows(
      `select h.known_from < h.known_to as ordered, h.known_to = b.updated_at as adjacent
         from daily_bars_history h join daily_bars b using (symbol, trade_date)`,
    );
    assert.deepEqual(versions, { ordered: true, adjacent: true });
  });

  it('does not erase a stored preClose or amount by the silence of a source or layout that has none', async () => {
    await loadBatch(database.warehouse, loadRequest([{}]));

    const silent = { preClose: null, amount: null };
    const other = await loadBatch(database.warehouse, loadRequest([{ ...silent, answer: 1 }]));
    const layout = await loadBatch(
      database.warehouse,
      loadRequest([{ ...silent, hasFewColumns: true }]),
    );
    const changed = await loadBatch(
      database.warehouse,
      loadRequest([{ ...silent, answer: 1, close: 10.4 }]),
    );

    assert.deepEqual([other.unchanged, layout.unchanged, changed.updated], [1, 1, 1]);
    const [bar] = await readBars(database.warehouse, WHOLE);
    assert.deepEqual([bar?.close, bar?.preClose, bar?.amount], ['10.4', '9.9', '10100']);
  });

  it('erases a stored amount when the same source takes it back', async () => {
    await loadBatch(database.warehouse, loadRequest([{}]));

    const counts = await loadBatch(database.warehouse, loadRequest([{ amount: null }]));

    assert.equal(counts.updated, 1);
    assert.equal((await readBars(database.warehouse, WHOLE))[0]?.amount, null);
  });

  it('applies a batch key once, and gives its counts again', async () => {
    const request = loadRequest([{}, { day: '2024-01-03' }]);
    const first = await loadBatch(database.warehouse, request);

    const again = await loadBatch(database.warehouse, {
      ...request,
      attempt: 2,
      columns: barColumns([{ close: 10.4 }]),
    });

    assert.deepEqual(again, { ...first, alreadyLoaded: true });
    assert.equal((await readBars(database.warehouse, WHOLE))[0]?.close, '10.2');
  });

  it('says why a row is as it is', async () => {
    const request = loadRequest([{ answer: 1 }]);
    await loadBatch(database.warehouse, request);

    const [why] = await rows(
      `select source, format, request, payload_sha256, batch_key, run_id, attempt, transform_version, former_versions
         from daily_bars_lineage where symbol = '600000.SH' and trade_date = '2024-01-02'`,
    );

    assert.deepEqual(why, {
      source: 'akshare',
      format: 'akshare.daily/1',
      request: { day: '2024-01-02' },
      payload_sha256: 'sha-of-akshare',
      batch_key: request.batchKey,
      run_id: 'run-1',
      attempt: 1,
      transform_version: '1',
      former_versions: 0,
    });
  });

  it('serves readers of the former system under their column names, with the factor of the day', async () => {
    await loadBatch(database.warehouse, loadRequest([{}, { day: '2024-01-03' }]));
    await rows(
      `insert into adjustment_factors (symbol, effective_date, factor, source) values ('600000.SH', '2024-01-03', 1.5, 'x')`,
    );

    const found = await rows<Record<string, unknown>>(
      'select * from stock_daily_data order by trade_date',
    );

    assert.deepEqual(Object.keys(found[0] ?? {}), [
      'stock_code',
      'trade_date',
      'open_price',
      'high_price',
      'low_price',
      'close_price',
      'volume',
      'amount',
      'adj_factor',
      'created_at',
      'updated_at',
    ]);
    assert.deepEqual(
      found.map((row) => [row['trade_date'], row['close_price'], row['adj_factor']]),
      [
        ['2024-01-02', '10.2000', null],
        ['2024-01-03', '10.2000', '1.5'],
      ],
    );
  });

  it('holds quarantined rows as sent with all their reasons, the same row once', async () => {
    const quarantined = {
      columns: barColumns([
        { open: 8.98765, high: 9, low: -1, close: 9, preClose: null, volume: 1.5 },
      ]),
      rows: Uint32Array.of(7),
      findings: [
        {
          rule: 'positive',
          dimension: 'validity',
          severity: 'critical',
          row: 7,
          message: 'low -1',
        },
        {
          rule: 'order',
          dimension: 'validity',
          severity: 'high',
          row: 7,
          message: 'open below low',
        },
        {
          rule: 'other',
          dimension: 'validity',
          severity: 'low',
          row: 3,
          message: 'of a published row',
        },
      ],
    };
    const published = [{ day: '2024-01-05' }];

    const first = await loadBatch(database.warehouse, loadRequest(published, { quarantined }));
    const again = await loadBatch(database.warehouse, loadRequest(published, { quarantined }));

    assert.deepEqual([first.quarantined, again.quarantined], [1, 1]);
    const held = await rows<Record<string, unknown>>(
      `select symbol, trade_date, open::text, high::text, low::text, pre_close, volume::text, source, state,
              jsonb_path_query_array(reasons, '$[*].rule') as rules, payload_sha256 from quarantine`,
    );
    assert.deepEqual(held, [
      {
        symbol: '600000.SH',
        trade_date: '2024-01-02',
        open: '8.98765',
        high: '9',
        low: '-1',
        pre_close: null,
        volume: '1.5',
        source: 'tushare',
        state: 'held',
        rules: ['positive', 'order'],
        payload_sha256: 'sha-of-tushare',
      },
    ]);
    assert.equal((await readBars(database.warehouse, WHOLE)).length, 1);
  });

  it('records suspensions once, by the first source that said so', async () => {
    const suspension = { symbol: '000002.SZ', day: toDayNumber('2024-01-02'), answer: 1 };

    await loadBatch(database.warehouse, loadRequest([], { suspensions: [suspension, suspension] }));
    await loadBatch(
      database.warehouse,
      loadRequest([], { suspensions: [{ ...suspension, answer: 0 }] }),
    );

    assert.deepEqual(await rows('select symbol, trade_date, source from suspensions'), [
      { symbol: '000002.SZ', trade_date: '2024-01-02', source: 'akshare' },
    ]);
  });

  it('refuses rows that no table should hold, naming the first, before anything is sent', async () => {
    const faults = [
      { close: 10.12345 },
      { volume: 1.5 },
      { volume: -1 },
      { low: 0 },
      { high: 10.1 },
      { open: 9.7 },
      { preClose: 0 },
      { amount: -1 },
      { high: 100_000_000 },
      { answer: 2 },
    ];
    for (const fault of faults) {
      const request = loadRequest([{ day: '2024-01-01' }, fault]);
      await assert.rejects(loadBatch(database.warehouse, request), (error) => {
        assert.ok(error instanceof DataQualityError, String(error));
        assert.match(error.message, /^600000\.SH 2024-01-02: /);
        return true;
      });
    }
    const nan = loadRequest([{}]);
    nan.columns.close[0] = Number.NaN;
    await assert.rejects(loadBatch(database.warehouse, nan), DataQualityError);
    assert.deepEqual(await rows('select * from load_claims'), []);
  });

  it('refuses rows out of order or twice the same key', async () => {
    const twice = barColumns([{}, { day: '2024-01-03' }]);
    twice.tradingDay[1] = twice.tradingDay[0] ?? 0;
    const unordered = barColumns([{}, { day: '2024-01-03' }]);
    unordered.tradingDay.reverse();

    await assert.rejects(loadBatch(database.warehouse, loadRequest(twice)), DataQualityError);
    await assert.rejects(loadBatch(database.warehouse, loadRequest(unordered)), DataQualityError);
  });

  it('lets the table itself refuse NaN and impossible prices of other writers', async () => {
    const insert = `insert into daily_bars values ('600000.SH', '2024-01-02', $1, $2, $3, $4, null, 1, null, 'x', 1, 0, now(), now())`;
    const impossible = [
      ['NaN', 'NaN', 'NaN', 'NaN'],
      [10, 'NaN', 10, 10],
      [10, 10, 11, 10],
      [10, 10, 0, 10],
      [9, 10, 10, 10],
    ];
    for (const values of impossible) {
      await assert.rejects(rows(insert, values), /daily_bars_prices/);
    }
  });

  it('binds symbols, so that SQL in one is never run', async () => {
    const evil = "000001.SZ'; drop table daily_bars; --";
    const suspensions = [{ symbol: evil, day: toDayNumber('2024-01-02'), answer: 0 }];

    await assert.rejects(
      loadBatch(database.warehouse, loadRequest([{ symbol: evil }])),
      DataQualityError,
    );
    await loadBatch(database.warehouse, loadRequest([{}], { suspensions }));

    assert.deepEqual(await readBars(database.warehouse, { ...WHOLE, symbols: [evil] }), []);
    assert.deepEqual(await rows('select symbol from suspensions'), [{ symbol: evil }]);
    assert.equal((await readBars(database.warehouse, WHOLE)).length, 1);
  });

  it('keeps simulated bars out of a database of real ones, in the loader and below it', async () => {
    const answers = [landedAnswer('simulated')];

    await assert.rejects(
      loadBatch(database.warehouse, loadRequest([{}], { answers })),
      ConfigurationError,
    );

    assert.deepEqual(await rows('select * from daily_bars'), []);
    const ledger = `insert into load_batches (batch_key, job_id, run_id, batch_no, attempt, mode, staged_sha256, transform_version,
        inserted, updated, unchanged, skipped, quarantined, loaded_by_source, sources, score, loaded_at)
      values ('k', 'j', 'r', 0, 1, 'skip', 's', '1', 0, 0, 0, 0, 0, '{}', '{simulated}', 1, now())`;
    await assert.rejects(rows(ledger), (error) => {
      const translated = translateDatabaseError(error, 'test');
      assert.ok(translated instanceof ConfigurationError);
      assert.equal(translated.code, 'ETL-DB-206');
      return true;
    });
  });

  it('takes simulated bars into a demo database', async () => {
    const demo = await createScratchDatabase('demo');
    try {
      const request = loadRequest([{}], { answers: [landedAnswer('simulated')] });
      assert.equal((await loadBatch(demo.warehouse, request)).inserted, 1);
    } finally {
      await demo.drop();
    }
  });
});
