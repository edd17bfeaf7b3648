import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';

import type { DataSource } from '../sources/data-source.ts';
import { startMarketWorker, type MarketWorker } from './market-worker.ts';
import { runDailyAt } from './nominal-run.ts';
import { Claims, type Proof, type ProofContext, type ProofResult } from './proof.ts';
import { createScratch } from './scratch.ts';
import { settled } from './settled.ts';
import { createSimulatedWorld } from './simulated-world.ts';

export interface PriorityTrial {
  /** Of the backfill: a batch each, and year. */
  readonly symbols: number;
  /** Daily runs in each of the three situations. */
  readonly rounds: number;
}

const TRIAL: PriorityTrial = { symbols: 60, rounds: 3 };
/** Few slots for many batches: the daily run has to queue, whatever the machine. */
const SLOTS = 4;
const BACKFILL_BATCHES_AT_ONCE = 24;
/** How long a call to the source takes, at the least. */
const CALL_MS = 60;
const DUE_AT = Date.parse('2024-03-12T16:00:00Z');
const YEARS = { startDate: '2019-01-02', endDate: '2023-12-29' };
const DAILY = { daysBack: 7, skipExisting: false };
/** What a job has that says nothing: as if there were no priorities. */
const NO_PRIORITY = { priority: 3 };

/** That a daily run goes before a backfill which fills every slot of the worker, and what that is worth. */
export const priority: Proof = {
  title: 'A daily run started amid a backfill does not wait for the backlog of the backfill',
  run: (context) => provePriority(context, TRIAL),
};

async function provePriority(
  context: ProofContext,
  { symbols, rounds }: PriorityTrial,
): Promise<ProofResult> {
  const scratch = await createScratch(context.databaseUrl);
  const { source } = createSimulatedWorld({ seed: 6, symbols }, DUE_AT);
  const worker = await startMarketWorker({
    ...scratch,
    temporalAddress: context.temporalAddress,
    namespace: context.namespace,
    source: slowed(source),
    now: () => DUE_AT,
    maxActivities: SLOTS,
  });
  try {
    // The first run compiles what the others use.
    await dailySeconds(worker, 1);
    const alone = await dailySeconds(worker, rounds);
    context.onProgress(`alone: ${alone.toFixed(2)} s`);
    const first = await amidBackfill(worker, {}, rounds);
    context.onProgress(`amid a backfill, as it is: ${first.toFixed(2)} s`);
    const equal = await amidBackfill(worker, NO_PRIORITY, rounds);
    context.onProgress(`amid a backfill, without priorities: ${equal.toFixed(2)} s`);
    const claims = new Claims();
    claims.expect(
      first < equal / 1.5,
      `a daily run took ${first.toFixed(2)} s with priority against ${equal.toFixed(2)} s without`,
    );
    return claims.result({
      slots: SLOTS,
      backfill_batches_at_once: BACKFILL_BATCHES_AT_ONCE,
      daily_seconds_alone: alone,
      daily_seconds_amid_backfill: first,
      daily_seconds_without_priority: equal,
    });
  } finally {
    await worker.stop();
    await scratch.remove();
  }
}

function slowed(source: DataSource): DataSource {
  return {
    ...source,
    async *fetchBars(request, signal) {
      await wait(CALL_MS, undefined, { signal });
      yield* source.fetchBars(request, signal);
    },
  };
}

/** The median. */
async function dailySeconds(
  worker: MarketWorker,
  rounds: number,
  more: Readonly<Record<string, unknown>> = {},
): Promise<number> {
  const seconds: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const startedAt = performance.now();
    await runDailyAt(worker, DUE_AT, { ...DAILY, ...more });
    seconds.push((performance.now() - startedAt) / 1000);
  }
  return seconds.toSorted((a, b) => a - b)[Math.floor(rounds / 2)] ?? Number.NaN;
}

async function amidBackfill(
  { client, ...worker }: MarketWorker,
  more: Readonly<Record<string, unknown>>,
  rounds: number,
): Promise<number> {
  const { warehouse } = worker;
  const { jobId } = await client.startBackfill({
    jobName: `backfill-${randomUUID().slice(0, 8)}`,
    ...YEARS,
    batchSize: 1,
    concurrency: BACKFILL_BATCHES_AT_ONCE,
    ...more,
  });
  await settled(
    () => batchesLoaded(warehouse, jobId),
    (batches) => batches > SLOTS,
  );
  try {
    const seconds = await dailySeconds({ client, ...worker }, rounds, more);
    const { status } = await client.getSummary(jobId);
    return status === 'RUNNING' ? seconds : Number.NaN;
  } finally {
    await client.cancelJob(jobId);
    await client.result(jobId).catch(() => undefined);
    // Its years are missing again, for the next one to bring.
    await warehouse.pool.query(`delete from daily_bars where trade_date < '2024-01-01'`);
  }
}

async function batchesLoaded({ pool }: MarketWorker['warehouse'], jobId: string): Promise<number> {
  const { rows } = await pool.query<{ batches: number }>(
    'select count(*)::int as batches from load_batches where job_id = $1',
    [jobId],
  );
  return rows[0]?.batches ?? 0;
}
