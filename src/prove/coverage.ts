import type { EtlMetrics } from '../domain/job.ts';
import { queueName } from '../domain/task-queues.ts';
import { marketOf } from '../sources/simulated/market.ts';
import { listAbsences, summariseCoverage } from '../warehouse/coverage.ts';
import type { BackfillReport } from '../workflows/historical-backfill.ts';
import { startMarketWorker, type MarketWorker } from './market-worker.ts';
import { Claims, type Proof, type ProofContext, type ProofResult } from './proof.ts';
import { createScratch } from './scratch.ts';
import { createSimulatedWorld } from './simulated-world.ts';

export interface CoverageJob {
  readonly symbols: number;
  readonly startDate: string;
  readonly endDate: string;
}

/** At least 2,000 listed symbols × 10 sessions, a batch for each symbol. */
const JOB: CoverageJob = { symbols: 2150, startDate: '2024-03-04', endDate: '2024-03-15' };
const SEED = 3;
const NOW = Date.parse('2024-03-18T00:00:00Z');
const MAX_EVENTS = 10_000;
/** Bars that are made to vanish before the healing run. */
const HOLES = 10;

/** Promises 5 and 8: all that is expected is there or told apart, whatever the size of the plan. */
export const coverage: Proof = {
  title:
    '2,000 symbols one by one: no history above 10,000 events, no gap, and holes healed exactly',
  run: (context) => proveCoverage(context, JOB),
};

export async function proveCoverage(context: ProofContext, job: CoverageJob): Promise<ProofResult> {
  const scratch = await createScratch(context.databaseUrl);
  const world = createSimulatedWorld({ seed: SEED, symbols: job.symbols }, NOW);
  const worker = await startMarketWorker({
    ...scratch,
    temporalAddress: context.temporalAddress,
    namespace: context.namespace,
    source: world.source,
    now: () => NOW,
    batchSize: 1,
  });
  const claims = new Claims();
  try {
    const { startDate, endDate } = job;
    const startedAt = Date.now();
    const first = await backfill(worker, { startDate, endDate, batchSize: 1, concurrency: 12 });
    const seconds = (Date.now() - startedAt) / 1000;
    context.onProgress(`${first.report.plan?.batches} batches in ${first.events.length} histories`);
    const most = Math.max(...first.events);
    claims.expect(most <= MAX_EVENTS, `a history has ${most} events`);
    claims.expect(
      first.report.coverage?.holds === true,
      `the backfill ends with gaps: ${JSON.stringify(first.report.coverage)}`,
    );
    const truth = tradedSessions(job);
    claims.expect(
      first.report.recordsLoaded === truth,
      `${first.report.recordsLoaded} rows were loaded, the market has ${truth}`,
    );
    const asked = world.requests.length;
    const again = await backfill(worker, { startDate, endDate, batchSize: 1 });
    claims.expect(world.requests.length === asked, 'a second backfill asked the source again');
    claims.expect(again.report.plan?.batches === 0, 'a second backfill planned batches');
    await proveHealing({ worker, claims, requestsOf: () => world.requests, job });
    return claims.result({
      symbols: job.symbols,
      batches: first.report.plan?.batches ?? 0,
      rows: truth,
      histories: first.events.length,
      most_events: most,
      holes_healed: HOLES,
      seconds,
    });
  } finally {
    await worker.stop();
    await scratch.remove();
  }
}

/** Sessions with a trade, from the market itself. */
function tradedSessions({ symbols, startDate, endDate }: CoverageJob): number {
  const market = marketOf({ seed: SEED, symbols });
  const days = [startDate, endDate].map((day) => Date.parse(day) / 86_400_000);
  const bars = market.bars(
    market.instruments.map(({ symbol }) => symbol),
    days[0] ?? 0,
    days[1] ?? 0,
    NOW,
  );
  return bars.volume.reduce((count, volume) => count + (volume > 0 ? 1 : 0), 0);
}

interface Healing {
  readonly worker: MarketWorker;
  readonly claims: Claims;
  readonly requestsOf: () => readonly { readonly startDate: string; readonly endDate: string }[];
  readonly job: CoverageJob;
}

async function proveHealing({ worker, claims, requestsOf, job }: Healing): Promise<void> {
  const { pool } = worker.warehouse;
  await pool.query(
    `delete from daily_bars where (symbol, trade_date) in (
       select symbol, trade_date from daily_bars order by md5(symbol || trade_date::text) limit $1)`,
    [HOLES],
  );
  const query = { from: job.startDate, to: job.endDate, asOf: new Date(NOW).toISOString() };
  const holes = await listAbsences(worker.warehouse, query, { limit: 1000, gapsOnly: true });
  claims.expect(holes.length === HOLES, `${holes.length} holes are listed, ${HOLES} were made`);
  claims.expect(
    holes.every(({ reason }) => reason === 'never_fetched'),
    'a hole has another reason',
  );
  const asked = requestsOf().length;
  await backfill(worker, { heal: true, endDate: job.endDate });
  const sessions = requestsOf().slice(asked);
  claims.expect(
    sessions.every(({ startDate, endDate }) =>
      holes.some(({ tradingDay }) => tradingDay >= startDate && tradingDay <= endDate),
    ),
    'healing asked for days that are not missing',
  );
  const after = await summariseCoverage(worker.warehouse, query);
  claims.expect(after.missing === 0, `${after.missing} sessions are still missing after healing`);
}

interface Backfilled {
  readonly report: BackfillReport;
  /** Of each run of the workflow. */
  readonly events: readonly number[];
}

async function backfill(
  { client, queuePrefix }: MarketWorker,
  input: Readonly<Record<string, unknown>>,
): Promise<Backfilled> {
  const { workflow } = client.temporal;
  const workflowId = `${queuePrefix}backfill-${Date.now()}`;
  const report = await workflow.execute<
    (input: Readonly<Record<string, unknown>>) => Promise<BackfillReport & EtlMetrics>
  >('historicalBackfill', {
    workflowId,
    taskQueue: queueName('data_ingestion', queuePrefix),
    args: [input],
  });
  const events: number[] = [];
  let runId: string | undefined;
  for (let next: string | undefined = report.runId; next !== undefined; next = runId) {
    const { events: history } = await workflow.getHandle(workflowId, next).fetchHistory();
    events.push(history?.length ?? 0);
    const following: string | null | undefined =
      history?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
    runId = following ?? undefined;
  }
  return { report, events };
}
