import assert from 'node:assert/strict';

import { Client } from 'pg';

import { CALENDAR_HORIZON, sessionsOf } from '../../../src/calendar/trading-calendar.ts';
import { ConfigurationError, SystemError } from '../../../src/domain/errors.ts';
import { fromDayNumber } from '../../../src/domain/trading-day.ts';
import { migrate, migrationState } from '../../../src/warehouse/migrate.ts';
import { MIGRATIONS } from '../../../src/warehouse/migrations/index.ts';
import { testDatabase, type TestDatabase } from '../../support/postgres.ts';

describe('migrate', () => {
  let database: TestDatabase;

  async function rows(text: string): Promise<Record<string, unknown>[]> {
    const client = new Client(database.url);
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(text)).rows;
    } finally {
      await client.end();
    }
  }

  beforeEach(async () => {
    database = await testDatabase('empty');
  });

  afterEach(async () => {
    await database.drop();
  });

  it('applies every step once, however many processes ask for it at the same time', async () => {
    const names = MIGRATIONS.map(({ name }) => name);
    assert.deepEqual((await migrationState(database.url)).pending, names);

    const states = await Promise.all(
      [1, 2, 3].map(() => migrate(database.url, { purpose: 'standard' })),
    );

    for (const state of states) {
      assert.deepEqual(state, { purpose: 'standard', applied: names, pending: [] });
    }
    assert.deepEqual(
      (await rows('select name from knex_migrations order by id')).map(({ name }) => name),
      names,
    );
  });

  it('fills the calendar, and mends it when it is not the program’s', async () => {
    await migrate(database.url, { purpose: 'standard' });
    await rows(
      `delete from exchange_sessions where trading_day = '2024-01-02';
       insert into exchange_sessions values ('SSE', '2024-01-01')`,
    );

    const progress: string[] = [];
    await migrate(database.url, { purpose: 'standard', onProgress: (line) => progress.push(line) });

    assert.deepEqual(progress, ['calendar: 4 sessions changed']);
    const stored = await rows(
      `select trading_day::text as day from exchange_sessions where exchange = 'SSE' order by 1`,
    );
    assert.deepEqual(
      stored.map(({ day }) => day),
      Array.from(sessionsOf('SSE'), fromDayNumber),
    );
    assert.deepEqual(
      await rows('select first_day::text as first, last_day::text as last from calendar_horizon'),
      [
        {
          first: fromDayNumber(CALENDAR_HORIZON.firstDay),
          last: fromDayNumber(CALENDAR_HORIZON.lastDay),
        },
      ],
    );
  });

  it('settles the purpose when the database is created, and refuses another', async () => {
    await migrate(database.url, { purpose: 'demo' });

    await assert.rejects(migrate(database.url, { purpose: 'standard' }), (error) => {
      assert.ok(error instanceof ConfigurationError);
      assert.equal(error.code, 'ETL-DB-205');
      return true;
    });
    assert.equal((await migrationState(database.url)).purpose, 'demo');
  });

  it('is not stopped by the lock of a migration that was killed', async () => {
    await migrate(database.url, { purpose: 'standard' });
    await rows(
      `update knex_migrations_lock set is_locked = 1;
       delete from knex_migrations where name = '${MIGRATIONS.at(-1)?.name}'`,
    );
    await rows(MIGRATIONS.at(-1)?.down ?? '');

    const { pending } = await migrate(database.url, { purpose: 'standard' });

    assert.deepEqual(pending, []);
  });

  it('can take back every step', async () => {
    await migrate(database.url, { purpose: 'standard' });

    for (const { down } of MIGRATIONS.toReversed()) {
      await rows(down);
    }

    const left = await rows(
      `select relname from pg_class where relnamespace = 'public'::regnamespace and relname not like 'knex%'`,
    );
    assert.deepEqual(left, []);
  });

  it('says what is wrong with a database that it cannot reach', async () => {
    const missing = new URL(database.url);
    missing.pathname = '/no_such_database';
    const closed = new URL(database.url);
    closed.port = '1';

    await assert.rejects(migrate(missing.href, { purpose: 'standard' }), (error) => {
      assert.ok(error instanceof ConfigurationError);
      assert.equal(error.code, 'ETL-DB-202');
      return true;
    });
    await assert.rejects(migrate(closed.href, { purpose: 'standard' }), SystemError);
  });

  it('describes every table, and every column that has a unit', async () => {
    await migrate(database.url, { purpose: 'standard' });

    const silent = await rows(
      `select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'v')
         and relname not like 'knex%' and obj_description(oid) is null
       union all
       select attname from pg_attribute where attrelid = 'daily_bars'::regclass and attnum between 1 and 9
         and col_description(attrelid, attnum) is null`,
    );

    assert.deepEqual(silent, []);
  });
});
