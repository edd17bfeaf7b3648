import assert from 'node:assert/strict';

import { loadBatch } from '../../../src/warehouse/load-batch.ts';
import { openWarehouse, type Warehouse } from '../../../src/warehouse/pool.ts';
import { readBars } from '../../../src/warehouse/queries.ts';
import { grantRoles } from '../../../src/warehouse/roles.ts';
import { candlewick, lastJson } from '../cli/candlewick.ts';
import { loadRequest } from './load-requests.ts';
import { createScratchDatabase, type ScratchDatabase } from './scratch-database.ts';

/** The calendar, its festivals, what has been migrated, and what the database is for. */
const ONLY_BY_MIGRATION: readonly string[] = [
  'calendar_horizon',
  'candlewick_database',
  'exchange_sessions',
  'knex_migrations',
  'knex_migrations_lock',
  'spring_festival_days',
  'spring_festivals',
];
const WHOLE = { startDate: '1990-01-01', endDate: '2100-01-01', limit: 10 };

describe('roles', () => {
  let database: ScratchDatabase;
  let loader: Warehouse;
  let reader: Warehouse;

  async function login(role: string): Promise<Warehouse> {
    const name = `${role}_login`;
    await database.warehouse.pool.query(
      `create role ${name} login password 'secret' in role ${role}`,
    );
    const url = new URL(database.url);
    url.username = name;
    url.password = 'secret';
    return openWarehouse({ connectionString: url.href, applicationName: name });
  }

  before(async () => {
    database = await createScratchDatabase();
    await grantRoles(database.url);
    await grantRoles(database.url);
    loader = await login('etl_load');
    reader = await login('etl_read');
  });

  after(async () => {
    await loader.close();
    await reader.close();
    await database.warehouse.pool.query('drop role etl_load_login, etl_read_login');
    await database.drop();
  });

  it('let the loader load, update and keep history', async () => {
    assert.equal((await loadBatch(loader, loadRequest([{}]))).inserted, 1);
    assert.equal((await loadBatch(loader, loadRequest([{ close: 10.4 }]))).updated, 1);
  });

  it('let the loader write every table but those that only a migration fills', async () => {
    const { rows } = await database.warehouse.pool.query<{ name: string }>(
      `select c.relname as name from pg_class c
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
          and not has_table_privilege('etl_load', c.oid, 'insert') order by 1`,
    );

    assert.deepEqual(
      rows.map(({ name }) => name),
      ONLY_BY_MIGRATION,
    );
  });

  for (const statement of [
    'delete from daily_bars',
    'truncate daily_bars',
    'drop table daily_bars',
    'create table mine (x int)',
    'delete from daily_bars_history',
    "update candlewick_database set purpose = 'demo'",
    "copy daily_bars to program 'cat'",
    "select pg_read_file('/etc/passwd')",
  ]) {
    it(`keep the loader from: ${statement}`, async () => {
      await assert.rejects(loader.pool.query(statement), /permission denied|must be owner/);
    });
  }

  it('are granted again what they lost, from the command line', async () => {
    const { pool } = database.warehouse;
    await pool.query('revoke insert on daily_bars from etl_load');

    const ended = await candlewick(['db', 'roles', '--json'], { DATABASE_URL: database.url });

    assert.equal(ended.code, 0, ended.stderr);
    assert.deepEqual(lastJson(ended), { roles: ['etl_owner', 'etl_load', 'etl_read'] });
    const { rows } = await pool.query<{ may: boolean }>(
      "select has_table_privilege('etl_load', 'daily_bars', 'insert') as may",
    );
    assert.deepEqual(rows, [{ may: true }]);
  });

  it('let the reader read, and nothing else', async () => {
    assert.equal((await readBars(reader, WHOLE)).length, 1);
    await assert.rejects(
      reader.pool.query(`select withdraw_bars('{600000.SH}', '{2024-01-02}', now())`),
      /permission denied/,
    );
    await assert.rejects(
      reader.pool.query("update daily_bars set source = 'x'"),
      /permission denied/,
    );
  });
});
