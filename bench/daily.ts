import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { Client, Connection } from '@temporalio/client';

import { inEmulatedMarket, type EmulatedMarket } from '../src/prove/emulated-market.ts';
import { startPostgres } from '../src/runtime/postgres.ts';
import { startTemporal } from '../src/runtime/temporal.ts';

/*
 * A daily update of the whole market by session: tushare's emulator (in this process, answers made beforehand, no latency),
 * one worker process, end to end as a Temporal workflow: plan, calls, acceptance, transform, validation, load.
 *   npm run bench:daily -- [--symbols 5500] [--rounds 3] [--json]
 */

const RANGE = { startDate: '2026-11-12', endDate: '2026-11-20' };
const SESSIONS = 7;
const SETTINGS = { ETL_SOURCES: 'tushare', ETL_QUOTA: 'tushare=1000000/minute' };

interface Round {
  readonly rows: number;
  readonly seconds: number;
  readonly loadSeconds: number;
  readonly calls: number;
  readonly score: number;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** One update of an empty table, then the same once more, which changes nothing. */
async function measure(market: EmulatedMarket, name: string, address = ''): Promise<Round> {
  const { client, emulators, symbols, rows } = market;
  emulators.forgetCalls();
  const before = performance.now();
  const { jobId } = await client.startDaily({ jobName: name, symbols: [...symbols], ...RANGE });
  const metrics = await client.result(jobId);
  const seconds = (performance.now() - before) / 1000;
  if (metrics.status !== 'success') {
    throw new Error(`the job ended as ${metrics.status}: ${metrics.errorMessages[0] ?? ''}`);
  }
  if (address !== '') {
    say(`${name}: ${await stagesOf(address, jobId)}`);
  }
  const [load] = await rows<{ seconds: number }>(
    `select coalesce(sum(extract(epoch from l.committed_at - c.claimed_at)), 0)::float8 as seconds
       from load_batches l join load_claims c using (batch_key) where l.run_id = $1`,
    [metrics.runId],
  );
  return {
    rows: metrics.recordsLoaded + metrics.recordsUnchanged,
    seconds,
    loadSeconds: load?.seconds ?? Number.NaN,
    calls: emulators.calls.filter(({ endpoint }) => endpoint === 'daily').length,
    score: metrics.qualityScore ?? Number.NaN,
  };
}

/** Seconds from the scheduling of each activity to its end, and of the waits between them. */
async function stagesOf(address: string, workflowId: string): Promise<string> {
  const connection = await Connection.connect({ address });
  try {
    const { events = [] } = await new Client({ connection }).workflow
      .getHandle(workflowId)
      .fetchHistory();
    function millisOf(
      time: { seconds?: unknown; nanos?: number | null } | null | undefined,
    ): number {
      return Number(time?.seconds ?? 0) * 1000 + (time?.nanos ?? 0) / 1e6;
    }
    const parts = (events ?? []).flatMap((event) => {
      const done = event.activityTaskCompletedEventAttributes;
      const scheduled = (events ?? []).find(
        (e) => String(e.eventId) === String(done?.scheduledEventId),
      );
      const name = scheduled?.activityTaskScheduledEventAttributes?.activityType?.name;
      const ms = millisOf(event.eventTime) - millisOf(scheduled?.eventTime);
      return done == null ? [] : [`${name} ${(ms / 1000).toFixed(2)}`];
    });
    return parts.join(', ');
  } finally {
    await connection.close();
  }
}

async function rounds(
  market: EmulatedMarket,
  count: number,
  address: string,
): Promise<readonly Round[]> {
  // Makes every answer once, and lets the worker compile what it will need.
  await measure(market, 'warm-up');
  const measured: Round[] = [];
  for (let round = 0; round < count; round += 1) {
    await market.rows('truncate daily_bars, daily_bars_history');
    const fresh = await measure(market, `fresh-${round}`, address);
    const again = await measure(market, `again-${round}`);
    say(
      `round ${round + 1}: ${fresh.seconds.toFixed(2)} s (load ${fresh.loadSeconds.toFixed(2)} s), again ${again.seconds.toFixed(2)} s`,
    );
    measured.push(fresh);
  }
  return measured;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      symbols: { type: 'string', default: '5500' },
      rounds: { type: 'string', default: '3' },
      json: { type: 'boolean', default: false },
    },
  });
  const folder = await mkdtemp(join(tmpdir(), 'candlewick-bench-'));
  const home = resolve(process.env['CANDLEWICK_HOME'] ?? '.candlewick');
  const postgres = await startPostgres({ folder, onProgress: say });
  const temporal = await startTemporal({ folder, cache: join(home, 'bin'), onProgress: say });
  const context = {
    databaseUrl: postgres.connectionString('postgres'),
    temporalAddress: temporal.address,
    namespace: temporal.namespace,
    onProgress: say,
    signal: new AbortController().signal,
  };
  try {
    const options = {
      emulators: { market: { seed: 1, symbols: Number(values.symbols) } },
      range: RANGE,
      workers: 1,
      settings: SETTINGS,
    };
    const measured = await inEmulatedMarket(context, options, (market) =>
      rounds(market, Number(values.rounds), temporal.address),
    );
    const figures = {
      symbols: Number(values.symbols),
      sessions: SESSIONS,
      rows: measured[0]?.rows ?? 0,
      seconds: Number(median(measured.map(({ seconds }) => seconds)).toFixed(2)),
      load_seconds: Number(median(measured.map(({ loadSeconds }) => loadSeconds)).toFixed(3)),
      calls: measured[0]?.calls ?? 0,
      quality_score: Number((measured[0]?.score ?? 0).toFixed(4)),
      rounds: measured.length,
      cores: availableParallelism(),
    };
    process.stdout.write(
      values.json
        ? `${JSON.stringify(figures)}\n`
        : Object.entries(figures)
            .map(([name, value]) => `${name.padEnd(16)}${value.toLocaleString('en')}\n`)
            .join(''),
    );
  } finally {
    await Promise.all([temporal.stop(), postgres.stop()]);
    await rm(folder, { recursive: true, force: true });
  }
}

await main();
