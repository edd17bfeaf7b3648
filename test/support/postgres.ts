import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import pg from 'pg';

import { startPostgres, type RunningPostgres } from '../../src/runtime/postgres.ts';
import { migrate } from '../../src/warehouse/migrate.ts';

/** A database of its own for one test file, or one test. */
export interface TestDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

interface Server {
  readonly postgres: RunningPostgres;
  readonly folder: string;
}

const TEMPLATES = { demo: 'template_demo', standard: 'template_standard' } as const;
const state: { server?: Promise<Server> } = {};

/** One server a mocha run, without fsync: a test's data need not survive a power cut. */
async function start(): Promise<Server> {
  const folder = await mkdtemp(join(tmpdir(), 'candlewick-test-pg-'));
  const settings = ['fsync=off', 'full_page_writes=off', 'max_connections=200'];
  const postgres = await startPostgres({ folder, settings });
  for (const purpose of ['demo', 'standard'] as const) {
    await runOn(postgres.connectionString('postgres'), `create database ${TEMPLATES[purpose]}`);
    await migrate(postgres.connectionString(TEMPLATES[purpose]), { purpose });
  }
  return { postgres, folder };
}

async function server(): Promise<Server> {
  state.server ??= start();
  return state.server;
}

async function runOn(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** The server of this mocha run, as its administrator. */
export async function testServerUrl(): Promise<string> {
  return (await server()).postgres.connectionString('postgres');
}

/** A migrated database, cloned from a template; `empty` for one without any table. */
export async function testDatabase(
  kind: 'demo' | 'standard' | 'empty' = 'demo',
): Promise<TestDatabase> {
  const { postgres } = await server();
  const admin = postgres.connectionString('postgres');
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const template = kind === 'empty' ? '' : ` template ${TEMPLATES[kind]}`;
  await runOn(admin, `create database ${name}${template}`);
  return {
    url: postgres.connectionString(name),
    drop: () => runOn(admin, `drop database if exists ${name} with (force)`),
  };
}

/** Ends the server, if one was started. */
export async function stopTestServer(): Promise<void> {
  const running = await state.server?.catch(() => undefined);
  await running?.postgres.stop();
  if (running !== undefined) {
    await rm(running.folder, { recursive: true, force: true });
  }
}
