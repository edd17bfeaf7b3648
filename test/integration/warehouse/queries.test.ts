import assert from 'node:assert/strict';

import { ConfigurationError } from '../../../src/domain/errors.ts';
import { toDayNumber } from '../../../src/domain/trading-day.ts';
import { loadBatch } from '../../../src/warehouse/load-batch.ts';
import { openWarehouse } from '../../../src/warehouse/pool.ts';
import {
  databasePurpose,
  knownSymbols,
  lastCloses,
  readBars,
  readInstruments,
  readSessions,
  readSuspensions,
  upsertInstruments,
} from '../../../src/warehouse/queries.ts';
import { eventually } from '../../support/eventually.ts';
import { loadRequest } from './load-requests.ts';
import { createScratchDatabase, type ScratchDatabase } from './scratch-database.ts';

describe('queries', () => {
  let database: ScratchDatabase;

  before(async () => {
    database = await createScratchDatabase('demo');
    await loadBatch(
      database.warehouse,
      loadRequest(
        [
          { symbol: '000001.SZ', day: '2024-01-02', close: 10.1 },
          { symbol: '000001.SZ', day: '2024-01-04', close: 10.2 },
          { symbol: '600000.SH', day: '2024-01-03', close: 10.3 },
        ],
        {
          suspensions: [
            { symbol: '600000.SH', day: toDayNumber('2024-01-04'), answer: 0 },
            { symbol: '600000.SH', day: toDayNumber('2024-01-02'), answer: 0 },
          ],
        },
      ),
    );
  });

  after(async () => {
    await database.drop();
  });

  it('reads bars of some symbols and days, in order, up to a limit', async () => {
    const range = { startDate: '2024-01-02', endDate: '2024-01-03' };
    const all = await readBars(database.warehouse, { ...range, limit: 10 });
    const one = await readBars(database.warehouse, { ...range, symbols: ['600000.SH'], limit: 10 });

    assert.deepEqual(
      all.map(({ symbol, tradingDay }) => `${symbol} ${tradingDay}`),
      ['000001.SZ 2024-01-02', '600000.SH 2024-01-03'],
    );
    assert.deepEqual(one, [
      {
        symbol: '600000.SH',
        tradingDay: '2024-01-03',
        open: '10',
        high: '10.5',
        low: '9.8',
        close: '10.3',
        preClose: '9.9',
        volume: 1000,
        amount: '10100',
        source: 'tushare',
      },
    ]);
    assert.equal((await readBars(database.warehouse, { ...range, limit: 1 })).length, 1);
  });

  it('finds the last close of each symbol before a day', async () => {
    const closes = await lastCloses(
      database.warehouse,
      ['000001.SZ', '600000.SH', '999999.SH'],
      '2024-01-04',
    );

    assert.deepEqual(
      closes,
      new Map([
        ['000001.SZ', { day: toDayNumber('2024-01-02'), close: 101_000 }],
        ['600000.SH', { day: toDayNumber('2024-01-03'), close: 103_000 }],
      ]),
    );
  });

  it('reads suspensions by symbol, ascending', async () => {
    const range = { startDate: '2024-01-01', endDate: '2024-01-31' };
    const found = await readSuspensions(database.warehouse, ['600000.SH', '000001.SZ'], range);

    const days = ['2024-01-02', '2024-01-04'].map(toDayNumber);
    assert.deepEqual(found, new Map([['600000.SH', Int32Array.from(days)]]));
  });

  it('learns instruments without forgetting what it knew, and knows every symbol', async () => {
    const { warehouse } = database;
    const known = {
      symbol: '000001.SZ',
      name: 'PAB',
      listDate: '1991-04-03',
      delistDate: undefined,
    };
    const vague = {
      symbol: '000001.SZ',
      name: undefined,
      listDate: undefined,
      delistDate: undefined,
    };

    assert.equal(await upsertInstruments(warehouse, [vague, known], 'tushare'), 1);
    assert.equal(await upsertInstruments(warehouse, [vague], 'akshare'), 0);
    assert.equal(
      await upsertInstruments(warehouse, [{ ...vague, symbol: '430047.BJ' }], 'akshare'),
      1,
    );

    assert.deepEqual(await readInstruments(warehouse, ['000001.SZ']), [known]);
    assert.equal((await readInstruments(warehouse)).length, 2);
    assert.deepEqual(await knownSymbols(warehouse), ['000001.SZ', '430047.BJ', '600000.SH']);
  });

  it('reads sessions, and does not take the unknown for closed', async () => {
    const festival = await readSessions(database.warehouse, 'SSE', '2024-02-08', '2024-02-19');

    assert.deepEqual([...festival], ['2024-02-08', '2024-02-19'].map(toDayNumber));
    await assert.rejects(
      readSessions(database.warehouse, 'SSE', '2024-01-01', '2099-01-01'),
      (error) => error instanceof ConfigurationError && error.code === 'ETL-CAL-001',
    );
  });

  it('knows what the database was made for', async () => {
    assert.equal(await databasePurpose(database.warehouse), 'demo');
  });

  it('lives on when the server ends its idle connections', async () => {
    const heard: string[] = [];
    const warehouse = openWarehouse({
      connectionString: database.url,
      applicationName: 'idle test',
      onIdleError: (message) => heard.push(message),
    });
    try {
      await databasePurpose(warehouse);
      await database.warehouse.pool.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'idle test'",
      );
      await eventually(async () => assert.ok(heard.length > 0, 'nothing heard'));

      assert.equal(await databasePurpose(warehouse), 'demo');
    } finally {
      await warehouse.close();
    }
  });

  it('gives up a statement that runs too long, and says so', async () => {
    const warehouse = openWarehouse({
      connectionString: database.url,
      applicationName: 'slow test',
      statementTimeoutMs: 100,
    });
    try {
      await assert.rejects(warehouse.pool.query('select pg_sleep(10)'), { code: '57014' });
    } finally {
      await warehouse.close();
    }
  });

  it('refuses to round a bigint that no number holds', async () => {
    await assert.rejects(
      database.warehouse.pool.query('select 9007199254740993::bigint'),
      RangeError,
    );
  });
});
