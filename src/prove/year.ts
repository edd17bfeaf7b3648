import { sessionsBetween } from '../calendar/trading-calendar.ts';
import type { StockSymbol } from '../domain/stock-symbol.ts';
import { fromDayNumber, toDayNumber, type DayNumber } from '../domain/trading-day.ts';
import { marketOf } from '../sources/simulated/market.ts';
import { hash32 } from '../sources/simulated/noise.ts';
import type { LatePublication, Restatement } from '../sources/simulated/revisions.ts';
import { listAbsences, summariseCoverage } from '../warehouse/coverage.ts';
import { startMarketWorker, type MarketWorker } from './market-worker.ts';
import { runDailyAt } from './nominal-run.ts';
import { Claims, type Proof, type ProofContext, type ProofResult } from './proof.ts';
import { createScratch } from './scratch.ts';
import { createSimulatedWorld, type SimulatedWorld } from './simulated-world.ts';

const SEED = 2024;
const SYMBOLS = 30;
const FIRST_NIGHT = toDayNumber('2024-01-02');
const LAST_NIGHT = toDayNumber('2024-12-31');
/** Nobody ran anything on these nights: ten days of downtime. */
const DOWN = [toDayNumber('2024-07-08'), toDayNumber('2024-07-17')] as const;
const OUTAGES = 12;
const LATE = 30;
const RESTATED = 40;
/** Late days and restatements lie before it, so that the year has time to bring them. */
const LAST_TROUBLE = toDayNumber('2024-11-22');
const MS_PER_DAY = 86_400_000;
const SHANGHAI_MS = 8 * 3_600_000;
const LIMIT_SECONDS = 120;

/** Midnight in Shanghai at the end of a day: when the schedule runs. */
function midnightAfter(day: DayNumber): number {
  return (day + 1) * MS_PER_DAY - SHANGHAI_MS;
}

interface Troubles {
  readonly outages: ReadonlySet<DayNumber>;
  readonly latePublications: readonly LatePublication[];
  readonly restatements: readonly Restatement[];
}

function troublesOf(symbols: readonly StockSymbol[]): Troubles {
  const market = marketOf({ seed: SEED, symbols: SYMBOLS });
  const sessions = sessionsBetween('SSE', '2024-01-02', fromDayNumber(LAST_TROUBLE));
  function pick(stream: number, index: number): { day: DayNumber; symbol: StockSymbol } {
    return {
      day: sessions[hash32(SEED, stream, index) % sessions.length] ?? FIRST_NIGHT,
      symbol: symbols[hash32(SEED, stream + 1, index) % symbols.length] ?? '',
    };
  }
  return {
    outages: new Set(Array.from({ length: OUTAGES }, (_, index) => pick(10, index).day)),
    // One to ten days late: from within the daily window to beyond it.
    latePublications: Array.from({ length: LATE }, (_, index) => {
      const { day, symbol } = pick(20, index);
      const daysLate = 1 + (hash32(SEED, 22, index) % 10);
      return { day, symbol, publishedAt: midnightAfter(day + daysLate) };
    }),
    // Within four days, which every daily run looks at again.
    restatements: Array.from({ length: RESTATED }, (_, index) => {
      const { day, symbol } = pick(30, index);
      // A correction, not another market: a few lots more than were told first.
      const told = market.bars([symbol], day, day).volume[0] ?? 0;
      const volume = told === 0 ? 0 : told + 100 * (1 + (hash32(SEED, 32, index) % 50));
      return { day, symbol, from: midnightAfter(day + (hash32(SEED, 33, index) % 4)) + 1, volume };
    }).filter(({ volume }) => volume > 0),
  };
}

/** Promise 5 over a year with all that goes wrong in one. */
export const year: Proof = {
  title: 'A simulated 2024 of daily runs, outages, late days and restatements leaves no gap',
  async run(context) {
    // Nothing crashes in this proof: its commits need not wait for the disk.
    const scratch = await createScratch(context.databaseUrl, { isDurable: false });
    const { instruments } = marketOf({ seed: SEED, symbols: SYMBOLS });
    const troubles = troublesOf(instruments.map(({ symbol }) => symbol));
    const { latePublications, restatements } = troubles;
    const market = { seed: SEED, symbols: SYMBOLS, latePublications, restatements };
    const world = createSimulatedWorld(market, midnightAfter(FIRST_NIGHT));
    const worker = await startMarketWorker({
      ...scratch,
      temporalAddress: context.temporalAddress,
      namespace: context.namespace,
      source: world.source,
      now: () => world.now,
      // An outage lasts the night: within a run, no retry outlives it.
      transientRetries: 0,
    });
    try {
      return await proveYear(context, { worker, world, troubles });
    } finally {
      await worker.stop();
      await scratch.remove();
    }
  },
};

interface Year {
  readonly worker: MarketWorker;
  readonly world: SimulatedWorld;
  readonly troubles: Troubles;
}

async function proveYear(context: ProofContext, parts: Year): Promise<ProofResult> {
  const claims = new Claims();
  const startedAt = Date.now();
  const { runs, failedRuns } = await runTheYear(context, parts);
  const seconds = (Date.now() - startedAt) / 1000;
  const { warehouse } = parts.worker;
  const query = {
    from: '2024-01-01',
    to: '2024-12-31',
    asOf: new Date(parts.world.now).toISOString(),
  };
  const coverage = await summariseCoverage(warehouse, query);
  const gaps = await listAbsences(warehouse, query, { limit: 5, gapsOnly: true });
  claims.expect(
    coverage.missing === 0,
    `${coverage.missing} gaps are left: ${gaps.map(({ symbol, tradingDay, reason }) => `${symbol} ${tradingDay} ${reason}`).join('; ')}`,
  );
  const wrong = await differencesFromTruth(parts);
  claims.expect(wrong.rows > SYMBOLS * 200, `only ${wrong.rows} bars are there`);
  claims.expect(wrong.first === undefined, `the table differs from the market: ${wrong.first}`);
  const { rows } = await warehouse.pool.query<{
    history: number;
    festival: string | null;
    closed: number;
  }>(`
    select (select count(*)::int from daily_bars_history) as history,
           (select notes[1] from job_runs where due_at = '2024-02-13T16:00:00Z') as festival,
           (select count(*)::int from daily_bars where trade_date between '2024-02-09' and '2024-02-18') as closed`);
  const [facts] = rows;
  claims.expect(facts?.closed === 0, 'there are bars within the Spring Festival closure');
  claims.expect(
    facts?.festival?.includes('Spring Festival') === true,
    `the run of 2024-02-13 does not say that it was the Spring Festival: ${facts?.festival}`,
  );
  claims.expect(
    (facts?.history ?? 0) > RESTATED / 2,
    `only ${facts?.history} former versions are kept`,
  );
  claims.expect(seconds <= LIMIT_SECONDS, `it took ${seconds.toFixed(0)} s`);
  return claims.result({
    symbols: SYMBOLS,
    runs,
    runs_failed_by_outages: failedRuns,
    nights_without_a_run: DOWN[1] - DOWN[0] + 1,
    late_days: LATE,
    restatements: RESTATED,
    former_versions: facts?.history ?? 0,
    expected: coverage.expected,
    loaded: coverage.loaded,
    suspended: coverage.excused,
    missing: coverage.missing,
    seconds,
  });
}

async function runTheYear(
  { onProgress, signal }: ProofContext,
  { worker, world, troubles }: Year,
): Promise<{ readonly runs: number; readonly failedRuns: number }> {
  let runs = 0;
  let failedRuns = 0;
  for (let night = FIRST_NIGHT; night <= LAST_NIGHT; night += 1) {
    signal.throwIfAborted();
    if (night >= DOWN[0] && night <= DOWN[1]) {
      continue;
    }
    const isOut = troubles.outages.has(night);
    world.now = midnightAfter(night);
    world.isOut = () => isOut;
    try {
      await runDailyAt(worker, world.now, { skipExisting: false, retryFailed: false });
    } catch (error) {
      if (!isOut) {
        throw error;
      }
      failedRuns += 1;
    }
    runs += 1;
    if (fromDayNumber(night).endsWith('-01')) {
      onProgress(`${fromDayNumber(night)}: ${runs} runs`);
    }
  }
  return { runs, failedRuns };
}

/** Against the market itself, as known at the end: another road to the same rows than the job's. */
async function differencesFromTruth({
  worker,
  world,
  troubles,
}: Year): Promise<{ readonly rows: number; readonly first: string | undefined }> {
  const market = marketOf({
    seed: SEED,
    symbols: SYMBOLS,
    latePublications: troubles.latePublications,
    restatements: troubles.restatements,
  });
  const symbols = market.instruments.map(({ symbol }) => symbol);
  const truth = market.bars(symbols, FIRST_NIGHT, LAST_NIGHT, world.now);
  const expected = new Map<string, string>();
  for (let row = 0; row < truth.length; row += 1) {
    if ((truth.volume[row] ?? 0) > 0) {
      const key = `${truth.symbols[truth.symbolId[row] ?? 0]} ${fromDayNumber(truth.tradingDay[row] ?? 0)}`;
      expected.set(key, `${truth.close[row]} ${truth.volume[row]}`);
    }
  }
  const { rows } = await worker.warehouse.pool.query<{ key: string; value: string }>(`
    select symbol || ' ' || trade_date::text as key, (close * 10000)::bigint::text || ' ' || volume::text as value
      from daily_bars where trade_date between '2024-01-02' and '2024-12-31'`);
  const stored = new Map(rows.map(({ key, value }) => [key, value]));
  const keys = [...new Set([...expected.keys(), ...stored.keys()])];
  const first = keys.find((key) => expected.get(key) !== stored.get(key));
  return {
    rows: stored.size,
    first:
      first === undefined
        ? undefined
        : `${first} is ${stored.get(first)}, should be ${expected.get(first)}`,
  };
}
