import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

import pg from 'pg';

import { sessionsOf } from '../src/calendar/trading-calendar.ts';
import { connect } from '../src/client.ts';
import { MARK, takeRows, type BarColumns } from '../src/domain/bar.ts';
import type { EtlMetrics } from '../src/domain/job.ts';
import { fromDayNumber, toDayNumber } from '../src/domain/trading-day.ts';
import { createScratch, type Scratch } from '../src/prove/scratch.ts';
import { startWorkerProcess } from '../src/prove/worker-process.ts';
import { startPostgres } from '../src/runtime/postgres.ts';
import { startTemporal } from '../src/runtime/temporal.ts';
import { createMarket } from '../src/sources/simulated/market.ts';
import { COPY_COLUMNS, encodeBars } from '../src/warehouse/copy-encoder.ts';
import { copyIn } from '../src/warehouse/copy-stream.ts';

/*
 * The whole job (plan, extract, transform, validate, load, as a Temporal workflow on a worker process of its own) beside a
 * bare binary COPY of the same rows, encoded beforehand, into a table with the same columns and key, round by round in one run.
 *   npm run bench -- [--rows 1000000] [--sessions 1000] [--rounds 3] [--batch-size 125] [--json]
 */

const MARKET = { seed: 1, symbols: 6000 };
const LAST_DAY = '2026-10-30';
/** Share of the rows. */
const MAX_HELD_BACK = 0.0001;

interface Plan {
  readonly symbols: readonly string[];
  readonly startDate: string;
  readonly endDate: string;
  readonly bars: BarColumns;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** The first symbols that were listed throughout the sessions, as many as have the wanted number of bars. */
function planRows(rows: number, sessions: number): Plan {
  const market = createMarket(MARKET);
  const end = toDayNumber(LAST_DAY);
  const days = sessionsOf('SSE')
    .filter((day) => day <= end)
    .slice(-sessions);
  const [first = end] = days;
  const startDate = fromDayNumber(first);
  const listed = market.instruments
    .filter(({ listDate, delistDate }) => (listDate ?? '') <= startDate && delistDate === undefined)
    .map(({ symbol }) => symbol);
  const symbols: string[] = [];
  let left = rows;
  for (const symbol of listed) {
    if (left <= 0) {
      break;
    }
    symbols.push(symbol);
    left -= sessions - market.suspendedDays(symbol, first, end).length;
  }
  const all = market.bars(symbols.toSorted(), first, end);
  const traded = Uint32Array.from(all.marks.keys()).filter(
    (row) => ((all.marks[row] ?? 0) & MARK.suspended) === 0,
  );
  return { symbols, startDate, endDate: LAST_DAY, bars: takeRows(all, traded) };
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

/** COPY by psql where there is one, else by pg-copy-streams, from a file in both cases. */
async function bareCopy(databaseUrl: string, file: string): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query('drop table if exists bare_bars');
  await client.query('create table bare_bars (like daily_bars including defaults)');
  await client.query('alter table bare_bars add primary key (symbol, trade_date)');
  await client.query('checkpoint');
  const into = `bare_bars (${COPY_COLUMNS})`;
  try {
    if (hasPsql()) {
      const command = `\\copy ${into} from '${file}' (format binary)`;
      return await secondsOf(async () => {
        const { status, stderr } = spawnSync('psql', ['-X', '-q', '-c', command, databaseUrl]);
        if (status !== 0) {
          throw new Error(`psql: ${stderr.toString()}`);
        }
      });
    }
    const chunks = [readFileSync(file)];
    return await secondsOf(() => copyIn(client, `copy ${into} from stdin (format binary)`, chunks));
  } finally {
    await client.query('drop table bare_bars');
    await client.end();
  }
}

function hasPsql(): boolean {
  return spawnSync('psql', ['--version']).status === 0;
}

/** Peak memory and CPU time of a process, where the system tells (Linux). */
function usageOf(pid: number): { readonly peakMb: number; readonly cpuSeconds: number } {
  try {
    const peakKb = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    const ticks = Number(fields[11]) + Number(fields[12]);
    return { peakMb: Number(peakKb) / 1024, cpuSeconds: ticks / 100 };
  } catch {
    return { peakMb: Number.NaN, cpuSeconds: Number.NaN };
  }
}

interface Round {
  readonly copySeconds: number;
  readonly jobSeconds: number;
  readonly rerunSeconds: number;
  readonly cpuSeconds: number;
  readonly peakMb: number;
  readonly heldBack: number;
}

interface Bench {
  readonly scratch: Scratch;
  readonly temporalAddress: string;
  readonly plan: Plan;
  readonly copyFile: string;
  readonly batchSize: number;
}

async function emptyTable(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query('truncate daily_bars, daily_bars_history');
  await client.query('checkpoint');
  await client.end();
}

async function measureRound(bench: Bench): Promise<Round> {
  const { scratch, temporalAddress, plan } = bench;
  const copySeconds = await bareCopy(scratch.databaseUrl, bench.copyFile);
  await emptyTable(scratch.databaseUrl);
  const queuePrefix = `bench-${randomUUID().slice(0, 8)}-`;
  const worker = startWorkerProcess({
    ...scratch,
    temporalAddress,
    namespace: 'default',
    queuePrefix,
    settings: {
      ETL_SOURCES: 'simulated',
      ETL_SIMULATED_SEED: String(MARKET.seed),
      ETL_SIMULATED_SYMBOLS: String(MARKET.symbols),
    },
  });
  const client = await connect({ address: temporalAddress, namespace: 'default', queuePrefix });
  const { symbols, startDate, endDate } = plan;
  async function run(): Promise<EtlMetrics> {
    const jobName = `bench-${randomUUID().slice(0, 8)}`;
    const job = { jobName, symbols, startDate, endDate, batchSize: bench.batchSize };
    return Promise.race([client.runJob(job), worker.ended.then(endedEarly)]);
  }
  try {
    // One symbol first: the worker's start and the first compilation of its code are not the job's.
    await client.runJob({ jobName: 'warm-up', symbols: symbols.slice(0, 1), startDate, endDate });
    await emptyTable(scratch.databaseUrl);
    const before = usageOf(worker.pid).cpuSeconds;
    let first: EtlMetrics | undefined;
    const jobSeconds = await secondsOf(async () => {
      first = await run();
    });
    const { cpuSeconds } = usageOf(worker.pid);
    checkRows(first, first?.recordsLoaded, plan.bars.length);
    let second: EtlMetrics | undefined;
    const rerunSeconds = await secondsOf(async () => {
      second = await run();
    });
    checkRows(second, second?.recordsUnchanged, plan.bars.length);
    const { peakMb } = usageOf(worker.pid);
    const heldBack = first?.recordsQuarantined ?? 0;
    return {
      copySeconds,
      jobSeconds,
      rerunSeconds,
      cpuSeconds: cpuSeconds - before,
      peakMb,
      heldBack,
    };
  } catch (error) {
    say(await firstQuarantined(scratch.databaseUrl));
    say(worker.lastLines());
    throw error;
  } finally {
    await worker.stop();
    await client.close();
  }
}

function endedEarly(how: string | number): never {
  throw new Error(`The worker ended before its job: ${how}`);
}

/** Rows that the rules held back: the simulated market gives them no reason to. */
async function firstQuarantined(databaseUrl: string): Promise<string> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const { rows } = await client.query(`
    select symbol, trade_date::text, open, high, low, close, pre_close, volume, amount, reasons
    from quarantine limit 5`);
  await client.end();
  return JSON.stringify(rows, undefined, 1);
}

/** Every row is accounted for: in the table, or held back by a statistical rule, which may hit a rare true row. */
function checkRows(
  metrics: EtlMetrics | undefined,
  inTable: number | undefined,
  expected: number,
): void {
  const heldBack = metrics?.recordsQuarantined ?? 0;
  if ((inTable ?? 0) + heldBack !== expected || heldBack > expected * MAX_HELD_BACK) {
    throw new Error(
      `The job has ${inTable} rows in the table and ${heldBack} held back; ${expected} were expected`,
    );
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function report(rounds: readonly Round[], rows: number, json: boolean): void {
  const copy = median(rounds.map(({ copySeconds }) => copySeconds));
  const job = median(rounds.map(({ jobSeconds }) => jobSeconds));
  const rerun = median(rounds.map(({ rerunSeconds }) => rerunSeconds));
  const figures = {
    rows,
    rows_per_s: Math.round(rows / job),
    copy_rows_per_s: Math.round(rows / copy),
    ratio_to_copy: Number(median(rounds.map((r) => r.copySeconds / r.jobSeconds)).toFixed(3)),
    rerun_rows_per_s: Math.round(rows / rerun),
    rerun_ratio_to_copy: Number(
      median(rounds.map((r) => r.copySeconds / r.rerunSeconds)).toFixed(3),
    ),
    cpu_s: Number(median(rounds.map(({ cpuSeconds }) => cpuSeconds)).toFixed(2)),
    peak_rss_mb: Math.round(Math.max(...rounds.map(({ peakMb }) => peakMb))),
    rows_held_back: Math.max(...rounds.map(({ heldBack }) => heldBack)),
    rounds: rounds.length,
    cores: availableParallelism(),
    copy_by: hasPsql() ? 'psql' : 'pg-copy-streams',
  };
  if (json) {
    process.stdout.write(`${JSON.stringify(figures)}\n`);
    return;
  }
  for (const [name, value] of Object.entries(figures)) {
    process.stdout.write(`${name.padEnd(22)}${value.toLocaleString('en')}\n`);
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rows: { type: 'string', default: '1000000' },
      sessions: { type: 'string', default: '1000' },
      rounds: { type: 'string', default: '3' },
      'batch-size': { type: 'string', default: '125' },
      json: { type: 'boolean', default: false },
    },
  });
  const folder = await mkdtemp(join(tmpdir(), 'candlewick-bench-'));
  const home = resolve(process.env['CANDLEWICK_HOME'] ?? '.candlewick');
  say('making the market');
  const plan = planRows(Number(values.rows), Number(values.sessions));
  const copyFile = join(folder, 'bars.copy');
  const stamp = { source: 'simulated', batchId: 1, answerNo: 0, loadedAtMicros: 0n };
  await writeFile(copyFile, encodeBars(plan.bars, [stamp]), { mode: 0o644 });
  const postgres = await startPostgres({ folder, onProgress: say });
  const temporal = await startTemporal({ folder, cache: join(home, 'bin'), onProgress: say });
  const scratch = await createScratch(postgres.connectionString('postgres'));
  try {
    const rounds: Round[] = [];
    const bench = {
      scratch,
      temporalAddress: temporal.address,
      plan,
      copyFile,
      batchSize: Number(values['batch-size']),
    };
    for (let round = 1; round <= Number(values.rounds); round += 1) {
      rounds.push(await measureRound(bench));
      const { copySeconds, jobSeconds, rerunSeconds } = rounds.at(-1) ?? {
        copySeconds: 0,
        jobSeconds: 0,
        rerunSeconds: 0,
      };
      say(
        `round ${round}: COPY ${copySeconds.toFixed(2)} s, job ${jobSeconds.toFixed(2)} s, again ${rerunSeconds.toFixed(2)} s`,
      );
    }
    report(rounds, plan.bars.length, values.json);
  } finally {
    await scratch.remove();
    await Promise.all([temporal.stop(), postgres.stop()]);
    await rm(folder, { recursive: true, force: true });
  }
}

await main();
