import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import pg from 'pg';

import { migrate } from '../warehouse/migrate.ts';

/** A demo database and a store of their own, for one proof. */
export interface Scratch {
  readonly databaseUrl: string;
  readonly storageUrl: string;
  remove(): Promise<void>;
}

async function runOn(databaseUrl: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** `isDurable: false`: a crash of the server may lose the last commits, which are quicker for that. */
export async function createScratch(
  serverUrl: string,
  { isDurable = true }: { readonly isDurable?: boolean } = {},
): Promise<Scratch> {
  const name = `candlewick_proof_${randomUUID().replaceAll('-', '').slice(0, 12)}`;
  await runOn(serverUrl, `create database ${name}`);
  if (!isDurable) {
    await runOn(serverUrl, `alter database ${name} set synchronous_commit = off`);
  }
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  await migrate(url.href, { purpose: 'demo' });
  const storageUrl = await mkdtemp(join(tmpdir(), 'candlewick-proof-'));
  return {
    databaseUrl: url.href,
    storageUrl,
    async remove() {
      await runOn(serverUrl, `drop database if exists ${name} with (force)`);
      await rm(storageUrl, { recursive: true, force: true });
    },
  };
}
