import { parseArgs } from 'node:util';

import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';

import { createScratch } from '../src/prove/scratch.ts';
import { startPostgres } from '../src/runtime/postgres.ts';
import { openWarehouse } from '../src/warehouse/pool.ts';
import { takeCall } from '../src/warehouse/source-quota.ts';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/*
 * Our sliding window in PostgreSQL beside rate-limiter-flexible's fixed one, each asked by two pools as fast as it goes,
 * with a window of two seconds: how many calls fall into any two seconds, how many are used, what one taking costs.
 *   npm run bench:quota -- [--seconds 6]
 */

const LIMIT = 100;
const WINDOW_MS = 2000;

interface Measured {
  readonly calls: number;
  readonly mostInAWindow: number;
  readonly used: number;
  readonly msEach: number;
}

/** Asks from two workers' side at once; both wait a little after a refusal. */
async function measure(
  seconds: number,
  takers: readonly (() => Promise<boolean>)[],
): Promise<Measured> {
  const taken: number[] = [];
  const spent: number[] = [];
  const start = Date.now();
  const end = start + seconds * 1000;
  await Promise.all(
    takers.map(async (take) => {
      while (Date.now() < end) {
        const before = performance.now();
        const isTaken = await take();
        spent.push(performance.now() - before);
        if (isTaken) {
          taken.push(Date.now());
        } else {
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      }
    }),
  );
  const instants = taken.toSorted((a, b) => a - b);
  const most = Math.max(
    ...instants.map(
      (at) => instants.filter((other) => other >= at && other < at + WINDOW_MS).length,
    ),
  );
  const allowed = LIMIT * (1 + Math.floor((end - start - 1) / WINDOW_MS));
  return {
    calls: taken.length,
    mostInAWindow: most,
    used: Number((taken.length / allowed).toFixed(3)),
    msEach: Number((spent.toSorted((a, b) => a - b)[spent.length >> 1] ?? 0).toFixed(2)),
  };
}

async function main(): Promise<void> {
  // As every bench takes it: here the result is JSON anyway.
  const { values } = parseArgs({
    options: { seconds: { type: 'string', default: '6' }, json: { type: 'boolean' } },
  });
  const folder = await mkdtemp(join(tmpdir(), 'candlewick-bench-'));
  const postgres = await startPostgres({ folder });
  const scratch = await createScratch(postgres.connectionString('postgres'));
  const pools = ['one', 'two'].map((name) =>
    openWarehouse({ connectionString: scratch.databaseUrl, applicationName: name }),
  );
  try {
    const key = { source: 'bench', account: 'bench', endpoint: 'bench' };
    const windows = [{ limit: LIMIT, windowMs: WINDOW_MS }];
    const rules = { windows, minIntervalMs: 0, concurrency: 0, priority: 'daily' } as const;
    const ours = await measure(
      Number(values.seconds),
      pools.map((pool) => async () => (await takeCall(pool, key, rules)).kind === 'taken'),
    );
    const limiters = await Promise.all(
      pools.map(
        ({ pool }) =>
          new Promise<RateLimiterPostgres>((resolve, reject) => {
            const limiter = new RateLimiterPostgres(
              {
                storeClient: pool,
                storeType: 'pool',
                points: LIMIT,
                duration: WINDOW_MS / 1000,
                tableName: 'limits',
                keyPrefix: 'k',
              },
              (error?: Error) => (error === undefined ? resolve(limiter) : reject(error)),
            );
          }),
      ),
    );
    const theirs = await measure(
      Number(values.seconds),
      limiters.map((limiter) => async () => {
        try {
          await limiter.consume('bench');
          return true;
        } catch (error) {
          if (error instanceof RateLimiterRes) {
            return false;
          }
          throw error;
        }
      }),
    );
    process.stdout.write(`${JSON.stringify({ limit: LIMIT, ours, theirs }, null, 2)}\n`);
  } finally {
    await Promise.all(pools.map((pool) => pool.close()));
    await scratch.remove();
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

await main();
