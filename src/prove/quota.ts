import { setTimeout as pause } from 'node:timers/promises';

import type { EmulatedCall } from '../emulators/call-log.ts';
import { provedInMarket, type EmulatedMarket } from './emulated-market.ts';
import { Claims, type Proof, type ProofContext, type ProofResult } from './proof.ts';

/** What the source enforces, by a sliding minute, and does not announce. */
const LIMIT = 200;
const MINUTE_MS = 60_000;
const RANGE = { startDate: '2025-08-01', endDate: '2026-11-20' };
const SYMBOLS = 400;
const SETTINGS = {
  ETL_SOURCES: 'tushare',
  ETL_QUOTA: `tushare=${LIMIT}/minute`,
  // 25 sessions a batch, a call each: what a killed worker had asked for is not much.
  ETL_BATCH_ROWS: '10000',
};
/** Calls after which one of the two workers is killed. */
const KILL_AFTER = 90;
const LEAST_USE = 0.9;

/** Two workers share one quota: never a call too many, even when one of them dies, and hardly one wasted. */
export const quota: Proof = provedInMarket(
  'Two workers, one killed, keep to a hidden limit of 200 calls a minute and use it',
  {
    emulators: { market: { seed: 1, symbols: SYMBOLS }, limits: { tushare: LIMIT } },
    range: RANGE,
    workers: 2,
    settings: SETTINGS,
  },
  prove,
);

async function prove(context: ProofContext, market: EmulatedMarket): Promise<ProofResult> {
  const { emulators, client, symbols, workers } = market;
  const claims = new Claims();
  const job = await client.startJob({ jobName: 'quota', symbols: [...symbols], ...RANGE });
  while (callsOf(emulators.calls).length < KILL_AFTER) {
    context.signal.throwIfAborted();
    await pause(50);
  }
  const [victim] = workers;
  context.onProgress(
    `killing worker ${victim?.pid} after ${callsOf(emulators.calls).length} calls`,
  );
  process.kill(victim?.pid ?? 0, 'SIGKILL');
  const metrics = await client.result(job.jobId);
  const calls = callsOf(emulators.calls);
  const over = calls.filter(({ outcome }) => outcome === 'over_limit').length;
  const most = mostInAMinute(calls.map(({ at }) => at));
  const start = calls[0]?.at ?? 0;
  const firstMinute = calls.filter(({ at }) => at < start + MINUTE_MS).length;
  claims.expect(metrics.status === 'success', `the job ended as ${metrics.status}`);
  claims.expect(over === 0, `${over} calls were over the limit`);
  claims.expect(most <= LIMIT, `${most} calls within one minute`);
  claims.expect(calls.length > LIMIT, `only ${calls.length} calls: the limit was never met`);
  claims.expect(
    firstMinute >= LEAST_USE * LIMIT,
    `only ${firstMinute} of ${LIMIT} calls were used in the first minute`,
  );
  return claims.result({
    calls: calls.length,
    calls_over_limit: over,
    most_in_a_minute: most,
    used_in_first_minute: firstMinute / LIMIT,
    seconds: Math.round(((calls.at(-1)?.at ?? 0) - start) / 1000),
    rows: metrics.recordsLoaded,
  });
}

function callsOf(calls: readonly EmulatedCall[]): readonly EmulatedCall[] {
  return calls.filter(({ source }) => source === 'tushare');
}

function mostInAMinute(instants: readonly number[]): number {
  let most = 0;
  let from = 0;
  for (let to = 0; to < instants.length; to += 1) {
    while ((instants[to] ?? 0) - (instants[from] ?? 0) >= MINUTE_MS) {
      from += 1;
    }
    most = Math.max(most, to - from + 1);
  }
  return most;
}
