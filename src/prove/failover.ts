import { setTimeout as pause } from 'node:timers/promises';

import { toDayNumber } from '../domain/trading-day.ts';
import {
  provedInMarket,
  STORED_BARS,
  truthOf,
  unsparing,
  type EmulatedMarket,
  type StoredBar,
} from './emulated-market.ts';
import { Claims, type Proof, type ProofContext, type ProofResult } from './proof.ts';

const SYMBOLS = 300;
const RANGE = { startDate: '2026-11-09', endDate: '2026-11-20' };
const ORDER = ['tushare', 'eastmoney', 'tencent', 'sina'];
const SETTINGS = {
  ...unsparing(ORDER),
  // Three sessions a batch: several batches are under way when a source dies.
  ETL_BATCH_ROWS: '1000',
  ETL_BREAKER_COOLDOWN: '2',
  // Its calls would move the breakers that are being watched.
  ETL_SAMPLE_SYMBOLS: '0',
};
/** By how much sources round their amounts, in 1/10,000 CNY; the others are exact: see docs/sources.md. */
const AMOUNT_ROUNDING: Readonly<Record<string, number>> = { tencent: 1_000_000 };
const TRIES = 20;

interface BreakerEvents {
  readonly opened: number;
  readonly probed: number;
  readonly probed_in_vain: number;
  readonly closed: number;
  readonly reset: number;
}

/** Sources fail in the middle of a run: every row comes nevertheless, whole, right and with the name of who said so. */
export const failover: Proof = provedInMarket(
  'Ingestion completes through failing sources; breakers open and close for all workers',
  {
    // Whole lots, since some sources know no others: values can then be compared exactly.
    emulators: { market: { seed: 1, symbols: SYMBOLS, wholeLots: true } },
    range: RANGE,
    workers: 2,
    settings: SETTINGS,
  },
  prove,
);

async function prove(context: ProofContext, market: EmulatedMarket): Promise<ProofResult> {
  const { emulators, client, symbols } = market;
  const claims = new Claims();
  context.onProgress(
    'tushare answers four calls, one more is over its limit, then it is dead; eastmoney closes silently; tencent truncates',
  );
  emulators.faults('tushare').set({ kind: 'rateLimitBody', after: 4, count: 1 });
  emulators.faults('tushare').set({ kind: 'fin', after: 4 });
  emulators.faults('eastmoney').set({ kind: 'fin' });
  emulators.faults('tencent').set({ kind: 'truncate' });
  const daily = await client.startDaily({ symbols: [...symbols], ...RANGE });
  const first = await client.result(daily.jobId);
  claims.expect(
    first.status === 'success',
    `the daily job ended as ${first.status}: ${first.errorMessages[0] ?? `${first.recordsQuarantined} rows held`}`,
  );
  const checked = await checkBars(market, claims);
  const limited = await positionOf(market, 'tushare');
  claims.expect(limited === 'open', `tushare's breaker is ${limited} after the rate limit`);

  const seenBy = await untilWorkers(market, { outcome: 'skipped', name: 'refuse', wanted: 2 });
  claims.expect(seenBy >= 2, `${seenBy} of 2 workers found the breaker open`);

  context.onProgress('the window of the limit, a minute, passes: tushare is still dead');
  await untilRested(market, context.signal);
  await untilWorkers(market, { outcome: 'failed', name: 'try', wanted: 1 });
  const dead = await positionOf(market, 'tushare');
  claims.expect(dead === 'open', `tushare's breaker is ${dead} after a probe of a dead source`);

  context.onProgress('every source is well again; nobody resets anything');
  ORDER.forEach((source) => emulators.faults(source).clear());
  await untilRested(market, context.signal);
  const servedBy = await untilWorkers(market, { outcome: 'accepted', name: 'serve', wanted: 2 });
  claims.expect(servedBy >= 2, `${servedBy} of 2 workers were served by tushare again`);
  const after = await positionOf(market, 'tushare');
  claims.expect(after === 'closed', `tushare's breaker is ${after} after the fault has ended`);
  const [events] = await market.rows<BreakerEvents>(
    `select count(*) filter (where to_position = 'open') as opened,
            count(*) filter (where to_position = 'half_open') as probed,
            count(*) filter (where from_position = 'half_open' and to_position = 'open') as probed_in_vain,
            count(*) filter (where from_position = 'half_open' and to_position = 'closed') as closed,
            count(*) filter (where from_position = 'open' and to_position = 'closed') as reset
       from source_breaker_events where source = 'tushare'`,
  );
  claims.expect((events?.closed ?? 0) >= 1, 'no probe has closed the breaker of tushare');
  claims.expect((events?.probed_in_vain ?? 0) >= 1, 'no probe found the source dead');
  claims.expect(events?.reset === 0, 'the breaker of tushare was closed without a probe');
  return claims.result({ ...checked, ...events, workers: market.workers.length });
}

/** Until the breaker's own cool-down is over: what a source's window lasts cannot be made shorter. */
async function untilRested({ rows }: EmulatedMarket, signal: AbortSignal): Promise<void> {
  for (;;) {
    const [breaker] = await rows<{ ms: number }>(
      `select greatest(0, extract(epoch from open_until - clock_timestamp()) * 1000)::float8 as ms
         from source_breakers where source = 'tushare' and position = 'open'`,
    );
    if ((breaker?.ms ?? 0) === 0) {
      return;
    }
    await pause(breaker?.ms, undefined, { signal });
  }
}

/** Every row against the simulated truth, and where it is from. */
async function checkBars(
  { market, symbols, rows }: EmulatedMarket,
  claims: Claims,
): Promise<Readonly<Record<string, number>>> {
  const { startDate, endDate } = RANGE;
  const truth = truthOf(market, symbols, toDayNumber(startDate), toDayNumber(endDate));
  const stored = await rows<StoredBar>(STORED_BARS);
  let wrong = 0;
  const bySource: Record<string, number> = {};
  for (const { key, source, prices, amount } of stored) {
    const expected = truth.get(key);
    const isRight =
      expected?.prices === prices &&
      (amount === null || Math.abs(amount - expected.amount) <= (AMOUNT_ROUNDING[source] ?? 0));
    wrong += isRight ? 0 : 1;
    bySource[source] = (bySource[source] ?? 0) + 1;
  }
  claims.expect(stored.length === truth.size, `${stored.length} rows of ${truth.size} were loaded`);
  claims.expect(wrong === 0, `${wrong} rows differ from the simulated truth`);
  claims.expect(
    Object.keys(bySource).every((source) => ORDER.includes(source)),
    `rows name other sources: ${Object.keys(bySource).join(', ')}`,
  );
  claims.expect((bySource['sina'] ?? 0) > 0, 'nothing came from the only source that was well');
  const [attempts] = await rows<{ failed: number }>(
    `select count(*) as failed from source_attempts where outcome in ('failed', 'partial')`,
  );
  const named = Object.fromEntries(
    Object.entries(bySource).map(([source, count]) => [`rows_from_${source}`, count]),
  );
  return {
    rows: stored.length,
    rows_wrong: wrong,
    ...named,
    failed_attempts: attempts?.failed ?? 0,
  };
}

async function positionOf({ rows }: EmulatedMarket, source: string): Promise<string> {
  const [row] = await rows<{ position: string }>(
    'select position from source_breakers where source = $1',
    [source],
  );
  return row?.position ?? 'closed';
}

/** Small jobs until so many workers have met tushare with that outcome. @returns how many have */
async function untilWorkers(
  { client, symbols, rows }: EmulatedMarket,
  {
    outcome,
    name,
    wanted,
  }: { readonly outcome: string; readonly name: string; readonly wanted: number },
): Promise<number> {
  let workers = 0;
  for (let attempt = 0; attempt < TRIES && workers < wanted; attempt += 1) {
    await Promise.all(
      [0, 1].map((part) =>
        client.runJob({
          jobName: `${name}-${attempt}-${part}`,
          symbols: symbols.slice(0, 12),
          startDate: RANGE.endDate,
          endDate: RANGE.endDate,
        }),
      ),
    );
    const [row] = await rows<{ workers: number }>(
      `select count(distinct worker) as workers from source_attempts join job_runs using (run_id)
        where source = 'tushare' and outcome = $1 and job_name like $2`,
      [outcome, `${name}-%`],
    );
    workers = row?.workers ?? 0;
  }
  return workers;
}
