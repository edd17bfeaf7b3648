import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { connect } from '../../../src/client.ts';
import { EMULATED_TOKEN, startEmulators, type Emulators } from '../../../src/emulators/start.ts';
import { marketOf } from '../../../src/sources/simulated/market.ts';
import { decompress } from '../../../src/storage/compression.ts';
import { upsertInstruments } from '../../../src/warehouse/queries.ts';
import { testTemporal } from '../../support/temporal.ts';
import { createScratchDatabase, type ScratchDatabase } from '../warehouse/scratch-database.ts';

const CLI = fileURLToPath(new URL('../../../src/cli/main.js', import.meta.url));
const MARKET = { seed: 1, symbols: 12 };
const RANGE = { startDate: '2026-11-18', endDate: '2026-11-20' };
/** Wrong on purpose: the source refuses it. */
const WRONG_TOKEN = 'canary-3f9d1c7e5b2a4860-of-nobody';

interface RunningWorker {
  /** All that it has written. */
  log(): string;
  stop(): Promise<void>;
}

describe('a token', () => {
  let database: ScratchDatabase;
  let emulators: Emulators;
  let folder: string;
  const logs: string[] = [];
  const said: string[] = [];
  const workflowIds: string[] = [];
  const symbols = marketOf(MARKET).instruments.map(({ symbol }) => symbol);

  before(async () => {
    database = await createScratchDatabase('demo');
    emulators = await startEmulators({ market: MARKET });
    folder = await mkdtemp(join(tmpdir(), 'candlewick-token-'));
    await upsertInstruments(database.warehouse, marketOf(MARKET).instruments, 'test');
  });

  after(async () => {
    await emulators.close();
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  });

  async function startWorker(token: string, queuePrefix: string): Promise<RunningWorker> {
    const { address, namespace } = await testTemporal();
    const child = spawn(
      process.execPath,
      [CLI, 'worker', '--verbose', '--queues', 'data_ingestion'],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          ...process.env,
          ...emulators.env,
          TUSHARE_TOKEN: token,
          DATABASE_URL: database.url,
          STORAGE_URL: folder,
          TEMPORAL_ADDRESS: address,
          TEMPORAL_NAMESPACE: namespace,
          CANDLEWICK_QUEUE_PREFIX: queuePrefix,
          ETL_SOURCES: 'tushare',
          ETL_BREAKER_COOLDOWN: '0.05',
          ETL_RETRY_DELAY: '0.05',
          LOG_LEVEL: 'debug',
        },
      },
    );
    const written: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => written.push(text));
    }
    const ended = once(child, 'exit');
    return {
      log: () => written.join(''),
      async stop() {
        child.kill('SIGTERM');
        await ended;
      },
    };
  }

  /** A job with that token that meets what `faults` prepare; what it throws is kept too. */
  async function failingJob(
    token: string,
    kinds: readonly ('http500' | 'html200' | 'truncate' | 'fin' | 'badToken')[],
  ): Promise<void> {
    const queuePrefix = `token-${randomUUID().slice(0, 8)}-`;
    const { address, namespace } = await testTemporal();
    const client = await connect({ address, namespace, queuePrefix });
    kinds.forEach((kind) => emulators.faults('tushare').set({ kind, count: 1 }));
    const worker = await startWorker(token, queuePrefix);
    try {
      const { jobId } = await client.startJob({
        jobName: `leak-${randomUUID().slice(0, 8)}`,
        symbols,
        ...RANGE,
      });
      workflowIds.push(jobId);
      const outcome: unknown = await client.result(jobId).catch((error: unknown) => error);
      said.push(JSON.stringify(outcome), outcome instanceof Error ? String(outcome.stack) : '');
    } finally {
      await worker.stop();
      logs.push(worker.log());
      await client.close();
      emulators.faults('tushare').clear();
    }
  }

  async function everythingStored(): Promise<string> {
    const { pool } = database.warehouse;
    const { rows: tables } = await pool.query<{ name: string }>(
      `select quote_ident(table_name) as name from information_schema.tables
        where table_schema = 'public' and table_type = 'BASE TABLE'`,
    );
    const dumps = [];
    for (const { name } of tables) {
      const { rows } = await pool.query<{ row: string }>(`select t::text as row from ${name} t`);
      dumps.push(...rows.map(({ row }) => row));
    }
    return dumps.join('\n');
  }

  async function everythingInStore(): Promise<string> {
    const names = await readdir(folder, { recursive: true, withFileTypes: true });
    const texts = await Promise.all(
      names
        .filter((entry) => entry.isFile())
        .map(async (entry) => {
          const body = await readFile(join(entry.parentPath, entry.name));
          return entry.name.endsWith('.zst') ? decompress(body, 'zstd') : body;
        }),
    );
    return Buffer.concat(texts).toString('latin1');
  }

  async function everyHistory(): Promise<string> {
    const { client } = await testTemporal();
    const histories = await Promise.all(
      workflowIds.map((id) => client.workflow.getHandle(id).fetchHistory()),
    );
    return textsIn(histories).join('\n');
  }

  it('shows in no log, history, table, file or error after runs that failed of everything', async () => {
    await failingJob(EMULATED_TOKEN, ['http500', 'html200', 'truncate', 'fin']);
    await database.warehouse.pool.query('truncate source_breakers');
    await failingJob(WRONG_TOKEN, ['badToken']);

    const places = {
      logs: logs.join('\n'),
      errors: said.join('\n'),
      database: await everythingStored(),
      store: await everythingInStore(),
      histories: await everyHistory(),
    };

    assert.match(places.database, /ETL-SRC-322/, 'the refused token left no trace to look into');
    assert.match(places.histories, /ETL-SRC|wait/, 'the histories hold no failure');
    assert.ok(places.logs.length > 500 && places.store.length > 500);
    for (const [place, text] of Object.entries(places)) {
      assert.ok(!text.includes(WRONG_TOKEN), `the refused token stands in the ${place}`);
      assert.ok(!text.includes(EMULATED_TOKEN), `the right token stands in the ${place}`);
    }
  }).timeout(120_000);
});

/** All text at any depth. Payloads are bytes: as JSON they would be Base64, in which no token shows. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') {
    return [value];
  }
  if (value instanceof Uint8Array) {
    return [Buffer.from(value).toString('latin1')];
  }
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
