import { randomUUID } from 'node:crypto';

import { connect, type JobClient } from '../client.ts';
import { REFERENCE_DATASETS } from '../domain/dataset.ts';
import type { StockSymbol } from '../domain/stock-symbol.ts';
import { fromDayNumber, toDayNumber } from '../domain/trading-day.ts';
import { startEmulators, type EmulatorOptions, type Emulators } from '../emulators/start.ts';
import { marketOf, type Market } from '../sources/simulated/market.ts';
import { openWarehouse, type Warehouse } from '../warehouse/pool.ts';
import { queryRows } from '../warehouse/pool.ts';
import { upsertInstruments } from '../warehouse/queries.ts';
import type { Proof, ProofContext, ProofResult } from './proof.ts';
import { createScratch } from './scratch.ts';
import { startWorkerProcess, type WorkerProcess } from './worker-process.ts';

/** Emulated sources over one simulated market, a scratch database, and worker processes that ask these sources. */
export interface EmulatedMarket {
  readonly emulators: Emulators;
  readonly market: Market;
  /** Symbols listed throughout the range. */
  readonly symbols: readonly StockSymbol[];
  readonly warehouse: Warehouse;
  readonly client: JobClient;
  readonly workers: readonly WorkerProcess[];
  readonly rows: <Row extends object>(
    sql: string,
    values?: readonly unknown[],
  ) => Promise<readonly Row[]>;
}

export interface EmulatedMarketOptions {
  readonly emulators: EmulatorOptions;
  readonly range: { readonly startDate: string; readonly endDate: string };
  readonly workers: number;
  readonly settings: Readonly<Record<string, string>>;
}

/** Settings by which a worker asks these sources in this order, as fast as it can: emulators need no sparing. */
export function unsparing(order: readonly string[]): Readonly<Record<string, string>> {
  return {
    ETL_SOURCES: order.join(','),
    ETL_QUOTA: order.map((name) => `${name}=1000000/minute`).join(','),
  };
}

/** A proof in such a market. */
export function provedInMarket(
  title: string,
  options: EmulatedMarketOptions,
  prove: (context: ProofContext, market: EmulatedMarket) => Promise<ProofResult>,
): Proof {
  return {
    title,
    run: (context) => inEmulatedMarket(context, options, (market) => prove(context, market)),
  };
}

/** Runs `work` in such a market, and removes all of it afterwards. */
export async function inEmulatedMarket<Result>(
  context: ProofContext,
  options: EmulatedMarketOptions,
  work: (market: EmulatedMarket) => Promise<Result>,
): Promise<Result> {
  const { temporalAddress, namespace } = context;
  const scratch = await createScratch(context.databaseUrl);
  const emulators = await startEmulators(options.emulators);
  const warehouse = openWarehouse({
    connectionString: scratch.databaseUrl,
    applicationName: 'candlewick prove',
  });
  const queuePrefix = `proof-${randomUUID().slice(0, 8)}-`;
  const client = await connect({ address: temporalAddress, namespace, queuePrefix });
  const workers: WorkerProcess[] = [];
  try {
    const market = marketOf(options.emulators.market);
    const symbols = await seedInstruments(warehouse, market, options.range);
    for (let count = 0; count < options.workers; count += 1) {
      workers.push(
        startWorkerProcess({
          ...scratch,
          temporalAddress,
          namespace,
          queuePrefix,
          settings: { ...emulators.env, ...options.settings },
        }),
      );
    }
    return await work({
      emulators,
      market,
      symbols,
      warehouse,
      client,
      workers,
      rows: (sql, values = []) => queryRows(warehouse, 'Looking at a proof', sql, values),
    });
  } catch (error) {
    context.onProgress(workers.map((worker) => worker.lastLines()).join('\n'));
    throw error;
  } finally {
    await Promise.all(workers.map((worker) => worker.stop()));
    await client.close();
    await Promise.all([emulators.close(), warehouse.close()]);
    await scratch.remove();
  }
}

/** What is known before the first job: listing life and suspensions, as the reference data of a daily run would tell. */
async function seedInstruments(
  warehouse: Warehouse,
  market: Market,
  { startDate, endDate }: EmulatedMarketOptions['range'],
): Promise<readonly StockSymbol[]> {
  const listed = market.instruments.filter(
    ({ listDate, delistDate }) =>
      (listDate ?? '') <= startDate && (delistDate === undefined || delistDate > endDate),
  );
  await upsertInstruments(warehouse, listed, 'simulated');
  const symbols = listed.map(({ symbol }) => symbol);
  const [from, to] = [toDayNumber(startDate), toDayNumber(endDate)];
  const suspended = symbols.flatMap((symbol) =>
    market.suspendedDays(symbol, from, to).map((day) => [symbol, fromDayNumber(day)] as const),
  );
  await queryRows(
    warehouse,
    'Recording suspensions',
    `insert into suspensions (symbol, trade_date, source, batch_id)
     select symbol, trade_date, 'simulated', 0 from unnest($1::text[], $2::date[]) as s (symbol, trade_date)`,
    [suspended.map(([symbol]) => symbol), suspended.map(([, day]) => day)],
  );
  // So that a run does not ask for them again: what is measured and counted is its bars.
  await queryRows(
    warehouse,
    'Recording refreshes',
    `insert into reference_refreshes (dataset, source, start_date, end_date, rows, changed, payloads)
     select unnest($1::text[]), 'simulated', date '1990-01-01', date '2100-01-01', 0, 0, '{}'`,
    [REFERENCE_DATASETS],
  );
  return symbols;
}

/** One line a bar, as the table should hold it: symbol, day, prices in 1/10,000 CNY, volume in shares. */
export function truthOf(
  market: Market,
  symbols: readonly StockSymbol[],
  from: number,
  to: number,
): ReadonlyMap<string, { readonly prices: string; readonly amount: number }> {
  const bars = market.bars([...symbols].toSorted(), from, to);
  const truth = new Map<string, { prices: string; amount: number }>();
  for (let row = 0; row < bars.length; row += 1) {
    if (((bars.marks[row] ?? 0) & 1) === 0) {
      const symbol = bars.symbols[bars.symbolId[row] ?? 0] ?? '';
      const key = `${symbol} ${fromDayNumber(bars.tradingDay[row] ?? 0)}`;
      const { open, high, low, close, volume, amount } = bars;
      const prices = [open, high, low, close, volume].map((column) => column[row]).join(' ');
      truth.set(key, { prices, amount: amount[row] ?? Number.NaN });
    }
  }
  return truth;
}

/** The table in the same form. */
export const STORED_BARS = `
select symbol || ' ' || trade_date as key, source,
       concat_ws(' ', (open * 10000)::bigint, (high * 10000)::bigint, (low * 10000)::bigint, (close * 10000)::bigint, volume)
         as prices,
       (amount * 10000)::double precision as amount
  from daily_bars`;

export interface StoredBar {
  readonly key: string;
  readonly source: string;
  readonly prices: string;
  readonly amount: number | null;
}
