import knex, { type Knex } from 'knex';
import { Client } from 'pg';

import { ConfigurationError } from '../domain/errors.ts';
import { connectionSettings, type ConnectionSettings } from './connection-settings.ts';
import { translateDatabaseError } from './database-error.ts';
import { MIGRATIONS } from './migrations/index.ts';
import type { Migration } from './migrations/migration.ts';
import { rowTypes } from './row-types.ts';
import { refreshCalendar } from './refresh-calendar.ts';

export type DatabasePurpose = 'standard' | 'demo';

export interface MigrateOptions {
  readonly purpose: DatabasePurpose;
  readonly onProgress?: (message: string) => void;
  readonly allowPlaintext?: boolean;
}

export interface MigrationState {
  /** Undefined before the first migration. */
  readonly purpose: DatabasePurpose | undefined;
  readonly applied: readonly string[];
  readonly pending: readonly string[];
}

/** Any number will do, as long as nobody else uses it: "candle" in ASCII. */
const MIGRATION_LOCK = 0x63616e646c65;
const WAIT_FOR_OTHERS_MS = 120_000;

/**
 * Brings the schema and the calendar up to date. Safe to run from many processes at once: one works, the others wait.
 * @throws ConfigurationError where the database was created for another purpose.
 */
export async function migrate(
  connectionString: string,
  options: MigrateOptions,
): Promise<MigrationState> {
  return withClient(connectionString, options, async (client) => {
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const before = await readState(client);
    assertPurpose(before.purpose, options.purpose);
    if (before.pending.length > 0) {
      await applyPending(connectionString, options, before.pending);
    }
    await client.query(
      'insert into candlewick_database (purpose) values ($1) on conflict (singleton) do nothing',
      [options.purpose],
    );
    const sessions = await refreshCalendar(client);
    if (sessions > 0) {
      options.onProgress?.(`calendar: ${sessions} sessions changed`);
    }
    return readState(client);
  });
}

/** What has been applied, and what this program would apply. Changes nothing. */
export async function migrationState(
  connectionString: string,
  options: Pick<MigrateOptions, 'allowPlaintext'> = {},
): Promise<MigrationState> {
  return withClient(connectionString, options, readState);
}

async function withClient<Result>(
  connectionString: string,
  { allowPlaintext = false }: Pick<MigrateOptions, 'allowPlaintext'>,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  const client = new Client({
    ...settingsOf(connectionString, allowPlaintext),
    types: rowTypes,
  });
  // The connection's end also shows in the query that is under way.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } catch (error) {
    throw translateDatabaseError(error, 'Migrating the database');
  } finally {
    await client.end().catch(() => undefined);
  }
}

function settingsOf(connectionString: string, allowPlaintext: boolean): ConnectionSettings {
  return connectionSettings({
    connectionString,
    applicationName: 'candlewick migrate',
    lockTimeoutMs: WAIT_FOR_OTHERS_MS,
    statementTimeoutMs: 5 * WAIT_FOR_OTHERS_MS,
    allowPlaintext,
  });
}

async function readState(client: Client): Promise<MigrationState> {
  const { rows } = await client.query<{ migrations: string | null; database: string | null }>(
    "select to_regclass('knex_migrations')::text as migrations, to_regclass('candlewick_database')::text as database",
  );
  const [found] = rows;
  const applied =
    found?.migrations == null
      ? []
      : (await client.query<{ name: string }>('select name from knex_migrations order by name'))
          .rows;
  const purposes =
    found?.database == null
      ? []
      : (
          await client.query<{ purpose: DatabasePurpose }>(
            'select purpose from candlewick_database',
          )
        ).rows;
  const done = new Set(applied.map(({ name }) => name));
  return {
    purpose: purposes[0]?.purpose,
    applied: [...done],
    pending: MIGRATIONS.map(({ name }) => name).filter((name) => !done.has(name)),
  };
}

function assertPurpose(is: DatabasePurpose | undefined, wanted: DatabasePurpose): void {
  if (is !== undefined && is !== wanted) {
    throw new ConfigurationError(
      `The database was created as a ${is} database; expected a ${wanted} database`,
      {
        code: 'ETL-DB-205',
        hint: 'name another database in DATABASE_URL: a purpose is settled once, when a database is created.',
        details: { purpose: is, wanted },
      },
    );
  }
}

async function applyPending(
  connectionString: string,
  { onProgress, allowPlaintext = false }: MigrateOptions,
  pending: readonly string[],
): Promise<void> {
  const runner = knex({
    client: 'pg',
    connection: settingsOf(connectionString, allowPlaintext),
    pool: { min: 0, max: 1 },
    migrations: { migrationSource: new StaticMigrations(onProgress) },
  });
  try {
    // We hold the advisory lock, so a lock in knex's own table can only be a killed process's leftover.
    await runner.migrate.forceFreeMigrationsLock();
    onProgress?.(`schema: ${pending.length} steps to apply`);
    await runner.migrate.latest();
  } finally {
    await runner.destroy();
  }
}

/** Our list in the shape that knex wants; each step runs in its own transaction. */
class StaticMigrations implements Knex.MigrationSource<Migration> {
  readonly #onProgress: ((message: string) => void) | undefined;

  constructor(onProgress: ((message: string) => void) | undefined) {
    this.#onProgress = onProgress;
  }

  getMigrations(): Promise<Migration[]> {
    return Promise.resolve([...MIGRATIONS]);
  }

  getMigrationName({ name }: Migration): string {
    return name;
  }

  getMigration({ name, up, down }: Migration): Promise<Knex.Migration> {
    return Promise.resolve({
      up: async (transaction) => {
        await transaction.raw(up);
        this.#onProgress?.(`schema: ${name}`);
      },
      down: async (transaction) => {
        await transaction.raw(down);
      },
    });
  }
}
