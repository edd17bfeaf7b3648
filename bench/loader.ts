import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { allocateBarColumns, type BarColumns } from '../src/domain/bar.ts';
import { startPostgres } from '../src/runtime/postgres.ts';
import { COPY_COLUMNS, encodeBars } from '../src/warehouse/copy-encoder.ts';
import { copyIn } from '../src/warehouse/copy-stream.ts';
import { loadBatch, type LoadRequest } from '../src/warehouse/load-batch.ts';
import { migrate } from '../src/warehouse/migrate.ts';
import { openWarehouse, type Warehouse } from '../src/warehouse/pool.ts';

/*
 * The loader beside a bare binary COPY of the same rows, already encoded, into a table with the same columns, key and
 * checks, round by round in one run. Ratios hold between machines, times do not.
 *   node dist/bench/loader.js [rounds]
 */

const SYMBOLS = 250;
const DAYS = 1000;
const ROWS = SYMBOLS * DAYS;
const FIRST_DAY = 18_262;
const ONE_PERCENT = 100;

/** A random walk of each symbol; the same each time. */
function walk(): BarColumns {
  const symbols = Array.from({ length: SYMBOLS }, (_, index) => `${600000 + index}.SH`);
  const columns = allocateBarColumns(ROWS, symbols);
  let state = 1;
  function random(below: number): number {
    state = (state * 1_664_525 + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  }
  for (let row = 0; row < ROWS; row += 1) {
    const last = row % DAYS === 0 ? 1000 + random(5000) : (columns.close[row - 1] ?? 0) / 100;
    const open = Math.max(200, last + random(20) - 10);
    const close = Math.max(200, last + random(41) - 20);
    columns.symbolId[row] = Math.floor(row / DAYS);
    columns.tradingDay[row] = FIRST_DAY + Math.floor((row % DAYS) * 1.45);
    columns.open[row] = open * 100;
    columns.close[row] = close * 100;
    columns.high[row] = (Math.max(open, close) + random(20)) * 100;
    columns.low[row] = (Math.min(open, close) - random(20)) * 100;
    columns.preClose[row] = last * 100;
    columns.volume[row] = random(10_000_000);
    columns.amount[row] = (columns.volume[row] ?? 0) * close * 100;
  }
  return columns;
}

/** The same with one row in a hundred restated; `round` makes each restatement differ from the one before. */
function restated(columns: BarColumns, round: number): BarColumns {
  const volume = columns.volume.slice();
  for (let row = 0; row < ROWS; row += ONE_PERCENT) {
    volume[row] = (volume[row] ?? 0) + 1 + round;
  }
  return { ...columns, volume };
}

let batches = 0;

function requestOf(columns: BarColumns): LoadRequest {
  batches += 1;
  return {
    batchKey: `bench/${batches}`,
    jobId: 'bench',
    runId: 'bench',
    batchNo: batches,
    attempt: 1,
    columns,
    answers: [
      {
        source: 'simulated',
        format: 'bench/1',
        request: {},
        symbols: [],
        fetchedAt: new Date().toISOString(),
        payload: { sha256: 'none', bytes: 0, storedBytes: 0, encoding: 'identity' },
      },
    ],
    mode: 'update',
    quarantined: { columns: allocateBarColumns(0, []), findings: [] },
    suspensions: [],
    verdict: { score: 1, dimensions: {}, hits: {}, symbolScores: {} },
    stagedSha256: 'none',
    transformVersion: '1',
  };
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

/** One transaction of COPY into a fresh table that equals daily_bars. */
async function bareCopy({ pool }: Warehouse, encoded: readonly Buffer[]): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    await copyIn(client, `copy bare_bars (${COPY_COLUMNS}) from stdin (format binary)`, encoded);
    await client.query('commit');
  } finally {
    client.release();
  }
}

type Case =
  'bare COPY' | 'table empty' | 'all rows there, equal' | '1 % differ' | 'all rows differ';

async function measure(warehouse: Warehouse, rounds: number): Promise<Map<Case, number[]>> {
  const columns = walk();
  const stamp = { source: 'simulated', batchId: 1, answerNo: 0, loadedAtMicros: 0n };
  const encoded = Array.from(encodeBars(columns, [stamp]), (chunk) => Buffer.from(chunk));
  const times = new Map<Case, number[]>();
  async function run(name: Case, work: () => Promise<unknown>): Promise<void> {
    await warehouse.pool.query('checkpoint');
    times.set(name, [...(times.get(name) ?? []), await secondsOf(work)]);
  }
  // The first round only warms up.
  for (let round = 0; round <= rounds; round += 1) {
    await warehouse.pool.query(
      `drop table if exists bare_bars; create table bare_bars (like daily_bars including all);
       truncate daily_bars, daily_bars_history`,
    );
    await run('bare COPY', () => bareCopy(warehouse, encoded));
    await run('table empty', () => loadBatch(warehouse, requestOf(columns)));
    await run('all rows there, equal', () => loadBatch(warehouse, requestOf(columns)));
    await run('1 % differ', () => loadBatch(warehouse, requestOf(restated(columns, round))));
    const all = { ...columns, volume: columns.volume.map((volume) => volume + 100 + round) };
    await run('all rows differ', () => loadBatch(warehouse, requestOf(all)));
  }
  return new Map([...times].map(([name, seconds]) => [name, seconds.slice(1)]));
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

async function main(rounds: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'candlewick-bench-'));
  const server = await startPostgres({ folder });
  try {
    const url = server.connectionString('postgres');
    await migrate(url, { purpose: 'demo' });
    const warehouse = openWarehouse({ connectionString: url, applicationName: 'bench' });
    const times = await measure(warehouse, rounds);
    await warehouse.close();
    const bare = median(times.get('bare COPY') ?? []);
    for (const [name, seconds] of times) {
      const middle = median(seconds);
      const range = `${Math.min(...seconds).toFixed(2)}/${middle.toFixed(2)}/${Math.max(...seconds).toFixed(2)} s`;
      const rate = `${Math.round(ROWS / middle).toLocaleString('en')} rows/s`;
      process.stdout.write(
        `${name.padEnd(24)}${range.padEnd(20)}${rate.padStart(16)}  ${(bare / middle).toFixed(2)} × bare COPY\n`,
      );
    }
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

await main(Number(process.argv[2] ?? 5));
