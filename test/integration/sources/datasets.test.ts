import assert from 'node:assert/strict';

import { sessionsBetween } from '../../../src/calendar/trading-calendar.ts';
import type { DatasetBatch, ReferenceDataset } from '../../../src/domain/dataset.ts';
import { REFERENCE_DATASETS } from '../../../src/domain/dataset.ts';
import type { Notice } from '../../../src/domain/notice.ts';
import { toDayNumber } from '../../../src/domain/trading-day.ts';
import { EMULATED_TOKEN, startEmulators, type Emulators } from '../../../src/emulators/start.ts';
import { createBaostockSource } from '../../../src/sources/baostock/baostock-source.ts';
import { judgeBars } from '../../../src/quality/judge.ts';
import { openGate } from '../../../src/sources/call-gate.ts';
import type { DataSource } from '../../../src/sources/data-source.ts';
import { datasetDecoders } from '../../../src/sources/decoders.ts';
import { marketOf } from '../../../src/sources/simulated/market.ts';
import { downLimitCents, upLimitCents } from '../../../src/sources/simulated/price-limits.ts';
import { createTushareSource } from '../../../src/sources/tushare/tushare-source.ts';
import { openWarehouse, type Warehouse } from '../../../src/warehouse/pool.ts';
import { createMarketFacts } from '../../../src/worker/market-facts.ts';
import { createReferenceDesk } from '../../../src/worker/reference-desk.ts';
import { testDatabase, type TestDatabase } from '../../support/postgres.ts';

const MARKET = { seed: 8, symbols: 60 };
const market = marketOf(MARKET);
const symbols = market.instruments.map(({ symbol }) => symbol);
const RANGE = { startDate: '2026-03-02', endDate: '2026-03-31' };
const [FROM, TO] = [toDayNumber(RANGE.startDate), toDayNumber(RANGE.endDate)];
const never = new AbortController().signal;

async function batchesOf(
  source: DataSource,
  dataset: ReferenceDataset,
  wanted: readonly string[] = [],
  range: { startDate: string; endDate: string } = RANGE,
): Promise<readonly DatasetBatch[]> {
  const request = { dataset, symbols: wanted, ...range };
  const batches: DatasetBatch[] = [];
  for await (const { format, body, request: facts } of source.fetchDataset?.(request, never) ??
    []) {
    const batch = datasetDecoders[format]?.(body, facts);
    assert.equal(batch?.dataset, dataset);
    batches.push(batch);
  }
  return batches;
}

/** Rows of one dataset, whatever their type: compared as plain values. */
async function rowsOf(...given: Parameters<typeof batchesOf>): Promise<readonly object[]> {
  const batches = await batchesOf(...given);
  return batches.flatMap((batch): readonly object[] => batch.rows);
}

function factorOn(symbol: string, day: number): number {
  const { days, cumulative } = market.adjustmentFactors(symbol);
  const at = days.findLastIndex((each) => each <= day);
  return at < 0 ? 1 : (cumulative[at] ?? 1);
}

describe('reference datasets', () => {
  let emulators: Emulators;
  let tushare: DataSource;
  let baostock: DataSource;
  before(async () => {
    emulators = await startEmulators({ market: MARKET });
    const gate = openGate;
    tushare = createTushareSource({
      baseUrl: emulators.url('tushare'),
      gate,
      token: EMULATED_TOKEN,
    });
    baostock = createBaostockSource({ host: '127.0.0.1', port: emulators.baostockPort, gate });
  });
  after(() => emulators.close());

  it('are all served by tushare', () => {
    assert.deepEqual(tushare.capabilities.datasets, ['daily_bars', ...REFERENCE_DATASETS]);
  });

  it('give every instrument, listed or not, with its dates', async () => {
    const rows = await rowsOf(tushare, 'instruments');

    const known = new Map(rows.map((row) => [Reflect.get(row, 'symbol'), row]));
    for (const { symbol, listDate, delistDate } of market.instruments) {
      assert.equal(Reflect.get(known.get(symbol) ?? {}, 'listDate'), listDate, symbol);
      assert.equal(Reflect.get(known.get(symbol) ?? {}, 'delistDate'), delistDate, symbol);
    }
    assert.equal(rows.length, symbols.length);
    assert.ok(
      rows.some((row) => Reflect.get(row, 'status') === 'delisted'),
      'survivors only',
    );
  });

  it('give the instruments of baostock, without Beijing', async () => {
    const rows = await rowsOf(baostock, 'instruments');

    assert.equal(rows.length, symbols.filter((symbol) => !symbol.endsWith('.BJ')).length);
  });

  it('give suspensions, price limits and special treatment as the market has them', async () => {
    const suspended = await rowsOf(tushare, 'suspensions', [], {
      startDate: '2025-01-02',
      endDate: '2025-12-31',
    });
    const limits = await batchesOf(tushare, 'price_limits');
    const st = await rowsOf(tushare, 'st_status');

    const [first, last] = [toDayNumber('2025-01-02'), toDayNumber('2025-12-31')];
    const expected = symbols.flatMap((symbol) =>
      market.suspendedDays(symbol, first, last).map((day) => ({ symbol, day, isFullDay: true })),
    );
    assert.ok(expected.length > 0);
    assert.deepEqual(
      new Set(suspended.map((row) => JSON.stringify(row))),
      new Set(expected.map((row) => JSON.stringify(row))),
    );
    let checked = 0;
    for (const batch of limits) {
      for (const { symbol, day, up, down } of batch.dataset === 'price_limits' ? batch.rows : []) {
        const bars = market.bars([symbol], day, day);
        const cents = (bars.preClose[0] ?? 0) / 100;
        const limit = market.priceLimit(symbol, day);
        assert.ok(limit);
        assert.deepEqual(
          [up, down],
          [upLimitCents(cents, limit) * 100, downLimitCents(cents, limit) * 100],
        );
        checked += 1;
      }
    }
    assert.ok(checked > 1000);
    assert.ok(st.length > 0);
    for (const row of st) {
      assert.ok(market.isSt(String(Reflect.get(row, 'symbol')), Number(Reflect.get(row, 'day'))));
    }
  });

  it('give factors by session for a market and by range for few symbols, the same', async () => {
    emulators.forgetCalls();
    const byRange = await rowsOf(tushare, 'adjustment_factors', symbols.slice(0, 3));
    const calls = emulators.calls.length;
    const bySession = await rowsOf(tushare, 'adjustment_factors');

    assert.equal(calls, 1);
    const wanted = new Set(symbols.slice(0, 3));
    const few = bySession.filter((row) => wanted.has(String(Reflect.get(row, 'symbol'))));
    assert.deepEqual(
      new Set(few.map((row) => JSON.stringify(row))),
      new Set(byRange.map((row) => JSON.stringify(row))),
    );
    for (const row of byRange) {
      const expected = factorOn(
        String(Reflect.get(row, 'symbol')),
        Number(Reflect.get(row, 'day')),
      );
      assert.equal(Number(Reflect.get(row, 'factor')).toFixed(6), expected.toFixed(6));
    }
  });

  it('give daily basics, the calendar and replaced codes', async () => {
    const basics = await rowsOf(tushare, 'daily_basics');
    const days = await rowsOf(tushare, 'trading_calendar');
    const sameDays = await rowsOf(baostock, 'trading_calendar');
    const changes = await rowsOf(tushare, 'symbol_changes');

    assert.ok(basics.length > 1000);
    assert.deepEqual(
      new Set(days.map((row) => JSON.stringify(row))),
      new Set(sameDays.map((row) => JSON.stringify(row))),
    );
    assert.equal(days.length, 2 * (TO - FROM + 1));
    assert.deepEqual(changes, [{ oldSymbol: '430001.BJ', newSymbol: '920001.BJ' }]);
  });

  describe('in the warehouse', () => {
    let database: TestDatabase;
    let warehouse: Warehouse;
    const notices: Notice[] = [];
    const landed = new Map<string, Uint8Array>();
    before(async () => {
      database = await testDatabase('standard');
      warehouse = openWarehouse({ connectionString: database.url, applicationName: 'test' });
    });
    after(async () => {
      await warehouse.close();
      await database.drop();
    });

    function desk(sources: readonly DataSource[]): ReturnType<typeof createReferenceDesk> {
      return createReferenceDesk({
        warehouse,
        sources: {
          names: sources.map(({ name }) => name),
          expand: (names) => names,
          get: (name) => sources.find((source) => source.name === name) ?? tushare,
        },
        landing: {
          land(body) {
            const sha256 = `sha-${landed.size}`;
            landed.set(sha256, body);
            return Promise.resolve({
              sha256,
              bytes: body.length,
              storedBytes: body.length,
              encoding: 'identity',
            });
          },
        },
        notify(notice) {
          notices.push(notice);
          return Promise.resolve();
        },
      });
    }

    async function query(sql: string): Promise<readonly Record<string, unknown>[]> {
      const { rows } = await warehouse.pool.query<Record<string, unknown>>(sql);
      return rows;
    }

    it('are kept once, and fetched again only when they are stale', async () => {
      const wish = { sources: ['tushare'], symbols: [], ...RANGE };

      const notes = await desk([tushare]).refresh(wish, never);
      emulators.forgetCalls();
      const again = await desk([tushare]).refresh(wish, never);

      assert.deepEqual([notes, again, notices], [[], [], []]);
      assert.equal(emulators.calls.length, 0);
      const [counts] = await query(
        `select (select count(*)::int from instruments) as instruments,
                (select count(*)::int from instruments where status = 'delisted') as delisted,
                (select count(*)::int from adjustment_factors) as factors,
                (select count(*)::int from reference_refreshes) as refreshes`,
      );
      assert.equal(counts?.['instruments'], symbols.length);
      assert.ok(Number(counts?.['delisted']) > 0);
      // One at the beginning of the range for each symbol that was listed, one more at each ex-right day within it.
      const listed = symbols.filter((symbol) => market.bars([symbol], FROM, TO).length > 0);
      const exDays = listed.flatMap((symbol) =>
        [...market.adjustmentFactors(symbol).days].filter((day) => day > FROM && day <= TO),
      );
      assert.ok(exDays.length > 0, 'no ex-right day in the range: choose another');
      assert.equal(counts?.['factors'], listed.length + exDays.length);
      assert.equal(counts?.['refreshes'], 8);
    });

    it('beside what a plan needs: ST status, price limits and daily basics, for readers and rules', async () => {
      const [counts] = await query(
        `select (select count(*)::int from st_status where is_st) as st,
                (select count(*)::int from price_limits where up_limit > down_limit) as limits,
                (select count(*)::int from daily_basics where total_shares > 0) as basics`,
      );
      const sessions = [...sessionsBetween('SSE', RANGE.startDate, RANGE.endDate)];
      const st = symbols.flatMap((symbol) => sessions.filter((day) => market.isSt(symbol, day)));
      assert.ok(st.length > 0, 'nobody is ST: choose another market');

      const { specialTreatment } = await createMarketFacts(warehouse).judgeContext({
        symbols,
        ...RANGE,
      });

      assert.equal(counts?.['st'], st.length);
      assert.ok(Number(counts?.['limits']) > 1000 && Number(counts?.['basics']) > 1000);
      assert.deepEqual([...(specialTreatment?.knownDays ?? [])], sessions);
      const listed = [...(specialTreatment?.days.values() ?? [])].flatMap((days) => [...days]);
      assert.equal(listed.length, st.length);
    });

    it('price limits among them, by which a bar is judged to the cent', async () => {
      const facts = await createMarketFacts(warehouse).judgeContext({ symbols, ...RANGE });
      const columns = market.bars(symbols, FROM, TO);
      const context = { ...facts, symbols, qualityThreshold: 0, cleanData: true };
      const row = 10;
      const symbol = columns.symbols[columns.symbolId[row] ?? 0] ?? '';
      const limit = market.priceLimit(symbol, columns.tradingDay[row] ?? 0);
      assert.ok(limit !== undefined);
      const highest = 100 * upLimitCents((columns.preClose[row] ?? 0) / 100, limit);

      columns.high[row] = highest;
      const atLimit = judgeBars(columns, context);
      columns.high[row] = highest + 100;
      const beyond = judgeBars(columns, context);

      assert.equal(atLimit.score, 1);
      assert.equal(beyond.hits['A09_limit_breach'], 1);
      const [finding] = beyond.findings;
      assert.match(finding?.message ?? '', /as the exchange set them/);
    });

    it('are fresh only for those of whom they were fetched', async () => {
      await query('delete from reference_refreshes');
      const few = { sources: ['tushare'], symbols: symbols.slice(0, 3), ...RANGE };
      await desk([tushare]).refresh(few, never);
      emulators.forgetCalls();

      await desk([tushare]).refresh({ ...few, symbols: symbols.slice(0, 2) }, never);
      const ofFewer = emulators.calls.length;
      await desk([tushare]).refreshFactors({ ...few, symbols: [] }, never);

      assert.equal(ofFewer, 0);
      assert.ok(emulators.calls.length > 0, 'factors of three symbols passed for all');
    });

    it('are left to the batches where the range is long, which fetch their factors', async () => {
      await query('delete from reference_refreshes');
      const wish = { sources: ['tushare'], startDate: '2025-03-03', endDate: '2026-03-31' };

      await desk([tushare]).refresh({ ...wish, symbols: [] }, never);
      const planned = await query('select dataset from reference_refreshes order by dataset');
      const notes = await desk([tushare]).refreshFactors({ ...wish, symbols }, never);

      assert.deepEqual(
        planned.map(({ dataset }) => dataset),
        ['instruments', 'trading_calendar'],
      );
      assert.deepEqual(notes, []);
      const [days] = await query(
        `select count(*)::int as steps from adjustment_factors where effective_date between '2025-03-04' and '2026-03-01'`,
      );
      assert.ok(Number(days?.['steps']) > 0);
    });

    it('that nobody needs fail no run, and come from the source that the order names', async () => {
      await query('delete from reference_refreshes');
      emulators.faults('tushare').set({ kind: 'noPermission', after: 0 });
      const orders = { markets: {}, datasets: { trading_calendar: ['baostock'] } };
      const wish = { sources: ['tushare'], orders, symbols: [], ...RANGE };

      const notes = await desk([tushare, baostock]).refresh(wish, never);
      emulators.faults('tushare').clear();

      const refreshes = await query('select dataset, source from reference_refreshes');
      assert.deepEqual(refreshes, [{ dataset: 'trading_calendar', source: 'baostock' }]);
      assert.match(notes.join('\n'), /price limits kept as they were: .*/);
      assert.equal(notes.length, 7);
    });

    it('are not asked of baostock symbol by symbol for a whole market', async () => {
      await query('delete from reference_refreshes');
      const wish = { sources: ['baostock'], symbols: [], ...RANGE };

      const notes = await desk([baostock]).refresh(wish, never);

      assert.match(notes.join('\n'), /^adjustment factors kept as they were: .*by symbol only/);
    });

    it('come from the next source where one fails, and from none without harm', async () => {
      await query('delete from reference_refreshes');
      emulators.faults('tushare').set({ kind: 'http500' });
      const wish = { sources: ['tushare', 'baostock'], symbols: symbols.slice(0, 3), ...RANGE };

      const notes = await desk([tushare, baostock]).refresh(wish, never);
      emulators.faults('tushare').clear();

      assert.equal(notes.length, 5);
      assert.match(notes[0] ?? '', /^suspensions kept as they were: .*HTTP 500/);
      const sources = await query('select distinct source from reference_refreshes');
      assert.deepEqual(sources, [{ source: 'baostock' }]);
    });

    it('make adjusted views: a multiple of the raw price each, the latest one raw', async () => {
      const [symbol = ''] = symbols.filter((each) =>
        market.adjustmentFactors(each).days.some((day) => day > FROM && day <= TO),
      );
      const bars = market.bars([symbol], FROM, TO);
      await warehouse.pool.query(
        `insert into daily_bars select $1, d, p, p, p, p, p, 100, null, 'test', 1, 0, now(), now()
           from unnest($2::date[], $3::numeric[]) as n (d, p)`,
        [
          symbol,
          Array.from(bars.tradingDay, (day) =>
            new Date(day * 86_400_000).toISOString().slice(0, 10),
          ),
          Array.from(bars.close, (close) => close / 10_000),
        ],
      );

      const rows = await query(
        `select b.close as raw, q.close as qfq, h.close as hfq, h.adj_factor
           from daily_bars b join daily_bars_qfq q using (symbol, trade_date)
           join daily_bars_hfq h using (symbol, trade_date) order by trade_date`,
      );

      assert.equal(rows.length, bars.length);
      const latest = Number(rows.at(-1)?.['adj_factor']);
      assert.ok(latest > Number(rows[0]?.['adj_factor']), 'the factor rises within the range');
      for (const row of rows) {
        const [raw, qfq, hfq, factor] = ['raw', 'qfq', 'hfq', 'adj_factor'].map((name) =>
          Number(row[name]),
        );
        assert.ok(Math.abs((hfq ?? 0) - (raw ?? 0) * (factor ?? 0)) < 0.0001);
        assert.ok(Math.abs((qfq ?? 0) - ((raw ?? 0) * (factor ?? 0)) / latest) < 0.0001);
      }
      assert.equal(Number(rows.at(-1)?.['qfq']), Number(rows.at(-1)?.['raw']));
    });
  });
});
