import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import assert from 'node:assert/strict';

import pg from 'pg';

import { connect, type JobClient } from '../../../src/client.ts';
import type { BarColumns } from '../../../src/domain/bar.ts';
import { fromDayNumber, toDayNumber } from '../../../src/domain/trading-day.ts';
import { marketOf } from '../../../src/sources/simulated/market.ts';
import { eventually } from '../../support/eventually.ts';
import { testDatabase } from '../../support/postgres.ts';
import { testTemporal, uniqueQueuePrefix } from '../../support/temporal.ts';
import { start } from '../cli/candlewick.ts';

const SEED = 7;
const SYMBOLS = 20;
/** For a machine that does ten other things beside. */
const START_MS = 90_000;

/** Real servers, a worker process of its own for every queue, and files to load from. */
export interface QualityStand {
  readonly client: JobClient;
  readonly env: Readonly<Record<string, string>>;
  query<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
  writeFile(name: string, content: string): void;
  close(): Promise<void>;
}

export async function openQualityStand(
  settings: Readonly<Record<string, string>> = {},
  kind: 'demo' | 'standard' = 'demo',
): Promise<QualityStand> {
  const folder = mkdtempSync(join(tmpdir(), 'candlewick-quality-'));
  const files = join(folder, 'files');
  mkdirSync(files);
  const database = await testDatabase(kind);
  const { address } = await testTemporal();
  const queuePrefix = uniqueQueuePrefix();
  const env = {
    CANDLEWICK_HOME: folder,
    STORAGE_URL: join(folder, 'store'),
    ETL_FILES_ROOT: files,
    DATABASE_URL: database.url,
    TEMPORAL_ADDRESS: address,
    CANDLEWICK_QUEUE_PREFIX: queuePrefix,
    ETL_SIMULATED_SEED: String(SEED),
    ETL_SIMULATED_SYMBOLS: String(SYMBOLS),
    LOG_FORMAT: 'json',
    ...settings,
  };
  const worker = start(['worker'], env);
  const client = await connect({ address, queuePrefix });
  const pool = new pg.Pool({ connectionString: database.url, max: 2 });
  await eventually(() => {
    assert.match(worker.said(), /Worker started/);
    return Promise.resolve();
  }, START_MS);
  return {
    client,
    env,
    query: async <Row extends pg.QueryResultRow>(text: string, values: unknown[] = []) =>
      (await pool.query<Row>(text, values)).rows,
    writeFile: (name, content) => writeFileSync(join(files, name), content),
    async close() {
      await client.close();
      worker.child.kill('SIGTERM');
      const { code, stderr } = await worker.ended;
      await pool.end();
      await database.drop();
      rmSync(folder, { recursive: true, force: true });
      assert.equal(code, 0, stderr);
    },
  };
}

/** What the simulated market truly did. */
export function trueBars(symbols: readonly string[], from: string, to: string): BarColumns {
  return marketOf({ seed: SEED, symbols: SYMBOLS }).bars(
    symbols,
    toDayNumber(from),
    toDayNumber(to),
  );
}

/** Symbols of the simulated market that traded on every session of a range, ascending. */
export function tradingSymbols(count: number, from: string, to: string): readonly string[] {
  const market = marketOf({ seed: SEED, symbols: SYMBOLS });
  const all = market.instruments.map(({ symbol }) => symbol).toSorted();
  const rows = all.map((symbol) => ({
    symbol,
    bars: market.bars([symbol], toDayNumber(from), toDayNumber(to)).length,
  }));
  const most = Math.max(...rows.map(({ bars }) => bars));
  return rows
    .filter(({ bars }) => bars === most)
    .map(({ symbol }) => symbol)
    .slice(0, count);
}

/** Bars as a file in baostock's layout; `spoil` may change a row's cells. */
export function barsCsv(
  columns: BarColumns,
  spoil: (cells: string[], symbol: string, row: number) => string[] = (cells) => cells,
): string {
  const lines = ['date,code,open,high,low,close,preclose,volume,amount,tradestatus,isST'];
  for (let row = 0; row < columns.length; row += 1) {
    const symbol = columns.symbols[columns.symbolId[row] ?? 0] ?? '';
    const [code = '', exchange = ''] = symbol.split('.');
    const prices = ([columns.open, columns.high, columns.low, columns.close] as const).map(
      (values) => ((values[row] ?? 0) / 10_000).toFixed(4),
    );
    const cells = [
      fromDayNumber(columns.tradingDay[row] ?? 0),
      `${exchange.toLowerCase()}.${code}`,
      ...prices,
      ((columns.preClose[row] ?? 0) / 10_000).toFixed(4),
      String(columns.volume[row]),
      ((columns.amount[row] ?? 0) / 10_000).toFixed(4),
      '1',
      '0',
    ];
    lines.push(spoil(cells, symbol, row).join(','));
  }
  return `${lines.join('\n')}\n`;
}
