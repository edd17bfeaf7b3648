import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import pg from 'pg';

import { connectTemporal } from '../client/connection.ts';
import type { EtlMetrics } from '../domain/job.ts';
import { queueName } from '../domain/task-queues.ts';
import { isAlive } from '../runtime/process-files.ts';
import { startChaosServers, type ChaosServers } from './chaos-servers.ts';
import { digestTables } from './digest-tables.ts';
import { describeFault, faultsOf, type PlannedFault } from './kill-plan.ts';
import { Claims, type Proof, type ProofContext, type ProofResult } from './proof.ts';
import { createScratch, type Scratch } from './scratch.ts';
import { settled } from './settled.ts';
import { startWorkerProcess, type WorkerProcess } from './worker-process.ts';

export interface KillJob {
  readonly symbols: number;
  readonly startDate: string;
  readonly endDate: string;
  readonly batchSize: number;
  /** Faults a seed; three unless said otherwise. */
  readonly faults?: number;
}

const JOB: KillJob = { symbols: 60, startDate: '2022-01-04', endDate: '2023-12-29', batchSize: 6 };
const DEFAULT_SEEDS = 3;
const POLL_MS = 25;
/** A run that has not ended by then hangs. */
const PATIENCE_MS = 240_000;

/** Promise 4 for whole processes: workers, database and Temporal may die at any point, and the tables end equal. */
export const kill: Proof = {
  title: 'Killed workers, PostgreSQL and Temporal leave the tables of an undisturbed backfill',
  run: (context) => proveKill(context, JOB),
};

export async function proveKill(context: ProofContext, job: KillJob): Promise<ProofResult> {
  const { seeds = DEFAULT_SEEDS, onProgress, signal } = context;
  const claims = new Claims();
  const figures: Record<string, number | string> = { seeds };
  const servers = await startChaosServers(join(context.home ?? '.candlewick', 'bin'));
  try {
    const undisturbed = await backfillUnder(context, servers, job, []);
    onProgress(
      `undisturbed: ${undisturbed.rows} rows, ${undisturbed.batches} batches, ${undisturbed.sha256}`,
    );
    claims.expect(undisturbed.rows > 1000, 'the undisturbed run loaded almost nothing');
    Object.assign(figures, {
      rows: undisturbed.rows,
      batches: undisturbed.batches,
      undisturbed_sha256: undisturbed.sha256,
    });
    for (let seed = 1; seed <= seeds; seed += 1) {
      signal.throwIfAborted();
      const faults = faultsOf(seed, undisturbed.batches, job.faults);
      const outcome = await backfillUnder(context, servers, job, faults);
      const told = faults.map(describeFault).join('; ');
      const line = `${told}: ${outcome.sha256} (undisturbed ${undisturbed.sha256})`;
      onProgress(`seed ${seed}: ${line}`);
      figures[`seed_${seed}`] = line;
      claims.expect(
        outcome.fired === faults.length,
        `seed ${seed}: ${outcome.fired} of ${faults.length} faults struck`,
      );
      claims.expect(
        outcome.sha256 === undisturbed.sha256,
        `seed ${seed}: the tables differ after ${told}`,
      );
      claims.expect(
        outcome.batches === undisturbed.batches,
        `seed ${seed}: ${outcome.batches} batches in the ledger against ${undisturbed.batches}`,
      );
      claims.expect(
        outcome.status === 'success',
        `seed ${seed}: the job ended as ${outcome.status}`,
      );
    }
    return claims.result(figures);
  } finally {
    await servers.stop();
  }
}

interface Outcome {
  readonly rows: number;
  readonly batches: number;
  readonly sha256: string;
  readonly status: string;
  readonly fired: number;
}

async function backfillUnder(
  context: ProofContext,
  servers: ChaosServers,
  job: KillJob,
  faults: readonly PlannedFault[],
): Promise<Outcome> {
  const scratch = await createScratch(servers.databaseUrl('postgres'));
  const crew = startCrew(servers, scratch, job);
  try {
    const handle = await startBackfill(servers, crew.queuePrefix, job);
    const fired = await strike(faults, { servers, crew, scratch, isOver: () => handle.isOver() });
    const { status } = await handle.result();
    return { ...(await tablesOf(scratch.databaseUrl)), status, fired };
  } catch (error) {
    context.onProgress(crew.lastLines());
    throw error;
  } finally {
    await crew.stop();
    await scratch.remove();
  }
}

interface Crew {
  readonly queuePrefix: string;
  killOne(): Promise<void>;
  lastLines(): string;
  stop(): Promise<void>;
}

/** One worker process; one that ends is followed by another, as under any supervisor. */
function startCrew(servers: ChaosServers, scratch: Scratch, { symbols }: KillJob): Crew {
  const queuePrefix = `kill-${randomUUID().slice(0, 8)}-`;
  const workers: WorkerProcess[] = [];
  let isOver = false;
  async function replace(worker: WorkerProcess): Promise<void> {
    await worker.ended;
    await wait(POLL_MS);
    if (!isOver) {
      start();
    }
  }
  function start(): void {
    const worker = startWorkerProcess({
      ...scratch,
      temporalAddress: servers.temporalAddress,
      namespace: servers.namespace,
      queuePrefix,
      settings: {
        ETL_SOURCES: 'simulated',
        ETL_SIMULATED_SYMBOLS: String(symbols),
        ETL_CONCURRENCY: '2',
      },
    });
    workers.push(worker);
    void replace(worker);
  }
  start();
  return {
    queuePrefix,
    async killOne() {
      // One that started while Temporal was away has ended by itself: the kill is for the one that follows it.
      const pid = await settled(() => Promise.resolve(workers.at(-1)?.pid ?? 0), isAlive);
      process.kill(pid, 'SIGKILL');
    },
    lastLines: () => workers.map((worker) => worker.lastLines()).join('\n'),
    async stop() {
      isOver = true;
      await workers.at(-1)?.stop();
    },
  };
}

interface Running {
  result(): Promise<EtlMetrics>;
  isOver(): boolean;
}

async function startBackfill(
  { temporalAddress, namespace }: ChaosServers,
  queuePrefix: string,
  { startDate, endDate, batchSize }: KillJob,
): Promise<Running> {
  const client = await connectTemporal({ address: temporalAddress, namespace });
  const handle = await client.workflow.start<
    (input: Readonly<Record<string, unknown>>) => Promise<EtlMetrics>
  >('historicalBackfill', {
    workflowId: `kill-${randomUUID()}`,
    taskQueue: queueName('data_ingestion', queuePrefix),
    args: [{ startDate, endDate, batchSize }],
  });
  const state: { metrics?: EtlMetrics; error?: Error } = {};
  const deadline = Date.now() + PATIENCE_MS;
  async function follow(): Promise<void> {
    while (state.metrics === undefined && state.error === undefined) {
      try {
        const { status } = await client.withDeadline(Date.now() + 2000, () => handle.describe());
        if (status.name !== 'RUNNING') {
          state.metrics = await handle.result();
        }
      } catch (error) {
        // The server may be away: that is the point. A workflow that failed tells so by its name.
        if (error instanceof Error && error.name === 'WorkflowFailedError') {
          state.error = error;
        }
      }
      if (Date.now() > deadline) {
        state.error = new Error(`the backfill has not ended within ${PATIENCE_MS / 1000} s`);
      }
      await wait(POLL_MS * 4);
    }
    await client.connection.close();
  }
  const ended = follow();
  return {
    isOver: () => state.metrics !== undefined || state.error !== undefined,
    async result() {
      await ended;
      if (state.metrics === undefined) {
        throw state.error ?? new Error('the backfill has no result');
      }
      return state.metrics;
    },
  };
}

interface Scene {
  readonly servers: ChaosServers;
  readonly crew: Crew;
  readonly scratch: Scratch;
  isOver(): boolean;
}

/** @returns how many faults struck before the job was over. */
async function strike(faults: readonly PlannedFault[], scene: Scene): Promise<number> {
  let fired = 0;
  async function areLoaded(batches: number): Promise<boolean> {
    return scene.isOver() || (await batchesLoaded(scene.scratch.databaseUrl)) >= batches;
  }
  for (const { fault, afterBatches, delayMs, latestBatches } of faults) {
    while (!(await areLoaded(afterBatches))) {
      await wait(POLL_MS);
    }
    const dueAt = Date.now() + delayMs;
    while (Date.now() < dueAt && !(await areLoaded(latestBatches))) {
      await wait(Math.min(POLL_MS, dueAt - Date.now()));
    }
    if (scene.isOver()) {
      break;
    }
    if (fault === 'worker SIGKILL') {
      await scene.crew.killOne();
    } else if (fault === 'PostgreSQL crash') {
      await scene.servers.restartPostgres();
    } else {
      await scene.servers.restartTemporal();
    }
    fired += 1;
  }
  return fired;
}

async function withClient<Result>(
  connectionString: string,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ connectionString });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function batchesLoaded(databaseUrl: string): Promise<number> {
  return withClient(databaseUrl, async (client) => {
    const { rows } = await client.query<{ batches: number }>(
      'select count(*)::int as batches from load_batches',
    );
    return rows[0]?.batches ?? 0;
  });
}

async function tablesOf(databaseUrl: string): Promise<Omit<Outcome, 'status' | 'fired'>> {
  const { rows, sha256 } = await withClient(databaseUrl, digestTables);
  return { rows, sha256, batches: await batchesLoaded(databaseUrl) };
}
