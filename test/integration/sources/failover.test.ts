import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { MockActivityEnvironment } from '@temporalio/testing';

import type { BatchTask, ExtractedBatch } from '../../../src/activities/contract.ts';
import { createAcceptTask } from '../../../src/activities/cpu/accept-task.ts';
import { createExtractBatch } from '../../../src/activities/extract-batch.ts';
import { parseJobInput } from '../../../src/config/job-config.ts';
import { takeRows, type BarColumns } from '../../../src/domain/bar.ts';
import type { LandedAnswer } from '../../../src/domain/batch.ts';
import { TransientError } from '../../../src/domain/errors.ts';
import type { Notice } from '../../../src/domain/notice.ts';
import { NO_ORDERS, type SourceOrders } from '../../../src/domain/source-order.ts';
import type { CallGate } from '../../../src/sources/call-gate.ts';
import type { DataSource } from '../../../src/sources/data-source.ts';
import { decoders } from '../../../src/sources/decoders.ts';
import { marketOf } from '../../../src/sources/simulated/market.ts';
import { createLanding } from '../../../src/storage/landing.ts';
import { openStore } from '../../../src/storage/open-store.ts';
import { createStaging } from '../../../src/storage/staging.ts';
import { upsertInstruments } from '../../../src/warehouse/queries.ts';
import { startRun } from '../../../src/warehouse/runs.ts';
import { createCallGate } from '../../../src/worker/call-gate.ts';
import { createRunStore } from '../../../src/worker/run-store.ts';
import { createSourceDesk } from '../../../src/worker/source-desk.ts';
import { createMarketSource, type MarketSourceOptions } from '../../support/market-source.ts';
import { createScratchDatabase, type ScratchDatabase } from '../warehouse/scratch-database.ts';

const MARKET = { seed: 7, symbols: 40 };
const RANGE = { startDate: '2024-03-04', endDate: '2024-03-12' };

type Change = MarketSourceOptions['change'];

interface ExtractSettings {
  readonly quotas?: ReadonlyMap<string, { perMinute: number }>;
  readonly orders?: SourceOrders;
}

describe('extraction with failover', () => {
  let database: ScratchDatabase;
  let folder: string;
  let runs = 0;
  const notices: Notice[] = [];
  const listed = marketOf(MARKET).instruments.filter(
    ({ listDate, delistDate }) => (listDate ?? '') < '2024-01-01' && delistDate === undefined,
  );
  const symbols = listed.map(({ symbol }) => symbol);

  before(async () => {
    database = await createScratchDatabase();
    folder = await mkdtemp(join(tmpdir(), 'candlewick-failover-'));
    await upsertInstruments(database.warehouse, listed, 'test');
  });

  beforeEach(async () => {
    notices.length = 0;
    await database.warehouse.pool.query(
      'truncate source_breakers, source_breaker_events, source_switches, source_quotas, source_calls, absences',
    );
  });

  after(async () => {
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  });

  /** Extracts one batch over sources made behind a real gate, following waits at once. */
  async function extract(
    make: (gate: CallGate) => readonly DataSource[],
    wanted: readonly string[] = symbols,
    { quotas = new Map(), orders = NO_ORDERS }: ExtractSettings = {},
  ): Promise<{ runId: string; end: ExtractedBatch; waits: string[]; answers: LandedAnswer[] }> {
    runs += 1;
    const runId = `failover-${runs}`;
    const { warehouse } = database;
    const shared = {
      warehouse,
      notify: async (notice: Notice) => void notices.push(notice),
      rules: { coolDownMs: 60_000 },
      accountOf: () => 'test',
    };
    const byName = new Map<string, DataSource>();
    const gate = createCallGate({ ...shared, sourceOf: (name) => byName.get(name), quotas });
    make(gate).forEach((source) => byName.set(source.name, source));
    const store = openStore(folder);
    const [landing, staging] = [createLanding(store), createStaging(store)];
    const extractBatch = createExtractBatch({
      runs: createRunStore(warehouse),
      landing,
      staging,
      desk: createSourceDesk(shared),
      cpu: { accept: createAcceptTask({ landing, decoders }) } as never,
      clock: { now: () => Date.now() },
      failpoint: () => undefined,
      sources: {
        names: [...byName.keys()],
        expand: (names) => names,
        get: (name) => byName.get(name) as DataSource,
      },
    });
    const { config } = parseJobInput(
      { symbols: wanted, ...RANGE },
      {
        jobType: 'etlJob',
        dueAt: '2024-03-20T00:00:00Z',
        batchSize: 100,
        qualityThreshold: 0.7,
        concurrency: 1,
        sources: [...byName.keys()],
        orders,
        knownSources: [...byName.keys()],
      },
    );
    await startRun(
      warehouse,
      {
        runId,
        jobId: runId,
        jobType: 'etlJob',
        config,
        dueAt: '2024-03-13',
        notes: [],
      },
      [{ batchNo: 0, symbols: wanted, ...RANGE }],
    );
    const task = { jobId: runId, runId, batchNo: 0 };
    function run(of: BatchTask): Promise<ExtractedBatch> {
      return new MockActivityEnvironment().run<[BatchTask], ExtractedBatch, typeof extractBatch>(
        extractBatch,
        of,
      );
    }
    const waits: string[] = [];
    let end = await run(task);
    while (end.wait !== undefined && waits.length < 3) {
      waits.push(end.wait.reason);
      await database.warehouse.pool.query('truncate source_calls');
      const { resume } = end.wait;
      end = await run({ ...task, resume });
    }
    return { runId, end, waits, answers: (await staging.readJson(end.manifest)) as LandedAnswer[] };
  }

  function sourceOf(
    gate: CallGate,
    name: string,
    shape: 'symbol' | 'session',
    change?: Change,
  ): ReturnType<typeof createMarketSource> {
    const options = { name, market: MARKET, shape, gate };
    return createMarketSource(change === undefined ? options : { ...options, change });
  }

  async function rowsOf<Row extends object>(sql: string): Promise<Row[]> {
    return (await database.warehouse.pool.query<Row>(sql)).rows;
  }

  function sourcesOf(answers: readonly LandedAnswer[]): Map<string, string> {
    return new Map(
      answers.flatMap(({ source, symbols: of }) => of.map((symbol) => [symbol, source])),
    );
  }

  it('asks nobody else where the first source gives everything', async () => {
    let second: ReturnType<typeof createMarketSource> | undefined;
    const { end, answers } = await extract((gate) => {
      second = sourceOf(gate, 'second', 'symbol');
      return [sourceOf(gate, 'first', 'session'), second];
    });

    assert.equal(end.failedSymbols, 0);
    assert.equal(end.failovers, undefined);
    assert.equal(answers.length, 7);
    assert.equal(second?.calls, 0);
  });

  it('asks the sources of a market in the order that the market has', async () => {
    const { end, answers } = await extract(
      (gate) => [
        sourceOf(gate, 'first', 'session'),
        sourceOf(gate, 'local', 'symbol', (columns) => columns),
      ],
      symbols,
      { orders: { markets: { BSE: ['local'] }, datasets: {} } },
    );

    const bySource = sourcesOf(answers);
    assert.equal(end.failedSymbols, 0);
    assert.ok([...bySource.keys()].some((symbol) => symbol.endsWith('.BJ')));
    for (const [symbol, source] of bySource) {
      assert.equal(source, symbol.endsWith('.BJ') ? 'local' : 'first', symbol);
    }
  });

  it('takes each symbol whole from one source when the first dies half-way, and opens its breaker', async () => {
    const { end, answers, runId } = await extract((gate) => [
      sourceOf(gate, 'dying', 'symbol', (columns, call) => {
        if (call > 10) {
          throw new TransientError('closed without a byte', { code: 'ETL-SRC-301' });
        }
        return columns;
      }),
      sourceOf(gate, 'sound', 'symbol'),
    ]);

    const bySource = sourcesOf(answers);
    assert.equal(end.failedSymbols, 0);
    assert.deepEqual(end.served, { dying: 10, sound: symbols.length - 10 });
    assert.equal(bySource.size, symbols.length);
    const [breaker] = await rowsOf(`select position from source_breakers where source = 'dying'`);
    assert.deepEqual(breaker, { position: 'open' });
    const attempts = await rowsOf<{
      source: string;
      outcome: string;
      accepted: number;
      code: string;
    }>(
      `select source, outcome, accepted, code from source_attempts where run_id = '${runId}' order by position`,
    );
    assert.deepEqual(attempts, [
      { source: 'dying', outcome: 'partial', accepted: 10, code: 'ETL-SRC-301' },
      { source: 'sound', outcome: 'accepted', accepted: symbols.length - 10, code: null },
    ]);
  });

  it('loads nothing of a source whose volumes are in lots, asks the next, and tells people', async () => {
    const { end, answers } = await extract((gate) => [
      sourceOf(gate, 'lots', 'session', (columns) => ({
        ...columns,
        volume: columns.volume.map((volume) => volume / 100),
      })),
      sourceOf(gate, 'sound', 'session'),
    ]);

    assert.deepEqual([...new Set(sourcesOf(answers).values())], ['sound']);
    assert.equal(end.failedSymbols, 0);
    assert.match(end.failovers?.[0] ?? '', /^lots refused .*another unit/);
    assert.ok(notices.some(({ code, severity }) => code === 'ETL-SRC-251' && severity === 'error'));
  });

  it('does not take rows that were dropped for a holiday: the next source has them', async () => {
    function withoutLastRow(columns: BarColumns): BarColumns {
      return takeRows(
        columns,
        Uint32Array.from({ length: columns.length - 1 }, (_, row) => row),
      );
    }
    const wanted = symbols.slice(0, 5);
    const { end, answers } = await extract(
      (gate) => [
        sourceOf(gate, 'short', 'symbol', withoutLastRow),
        sourceOf(gate, 'sound', 'symbol'),
      ],
      wanted,
    );

    assert.deepEqual([...new Set(sourcesOf(answers).values())], ['sound']);
    assert.equal(end.failedSymbols, 0);
    assert.deepEqual(await rowsOf('select * from absences'), []);
  });

  it('excuses a day only when two sources lack it, and keeps the gap of a single one open', async () => {
    const day = '2024-03-06';
    function without(columns: BarColumns): BarColumns {
      const kept = Uint32Array.from(columns.tradingDay.keys()).filter(
        (row) => columns.tradingDay[row] !== Date.parse(day) / 86_400_000,
      );
      return takeRows(columns, kept);
    }
    const wanted = symbols.slice(0, 1);
    const one = await extract((gate) => [sourceOf(gate, 'one', 'symbol', without)], wanted);
    const alone = await rowsOf<{ reason: string }>('select reason, sources from absences');

    const two = await extract(
      (gate) => [
        sourceOf(gate, 'one', 'symbol', without),
        sourceOf(gate, 'two', 'symbol', without),
      ],
      wanted,
    );

    assert.deepEqual([one.end.failedSymbols, two.end.failedSymbols], [0, 0]);
    assert.deepEqual(alone, [{ reason: 'source_gap', sources: ['one'] }]);
    assert.deepEqual(await rowsOf('select reason, sources from absences'), [
      { reason: 'no_trade', sources: ['one', 'two'] },
    ]);
  });

  it('waits for its own quota with what it has got, and makes no call twice', async () => {
    let source: ReturnType<typeof createMarketSource> | undefined;
    const { end, waits, answers } = await extract(
      (gate) => {
        source = sourceOf(gate, 'thrifty', 'symbol');
        return [source];
      },
      symbols.slice(0, 12),
      { quotas: new Map([['thrifty', { perMinute: 5 }]]) },
    );

    assert.equal(waits.length, 2);
    assert.match(waits[0] ?? '', /quota is used up/);
    assert.equal(end.failedSymbols, 0);
    assert.equal(source?.calls, 12);
    assert.equal(answers.length, 12);
  });

  it('fails a symbol that no source has, with the reason, and no other', async () => {
    const empty = symbols[3] ?? '';
    const { end, runId } = await extract(
      (gate) => [
        sourceOf(gate, 'only', 'symbol', (columns) =>
          columns.symbols.includes(empty) ? takeRows(columns, new Uint32Array(0)) : columns,
        ),
      ],
      symbols.slice(0, 6),
    );

    assert.equal(end.failedSymbols, 1);
    const failures = await rowsOf(
      `select symbol, code from job_symbol_failures where run_id = '${runId}'`,
    );
    assert.deepEqual(failures, [{ symbol: empty, code: 'ETL-SRC-256' }]);
  });
});
