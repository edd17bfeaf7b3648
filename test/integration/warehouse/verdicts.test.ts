import assert from 'node:assert/strict';

import { takeRows, VALUE_COLUMNS, type BarColumns } from '../../../src/domain/bar.ts';
import { ConfigurationError } from '../../../src/domain/errors.ts';
import { fromDayNumber } from '../../../src/domain/trading-day.ts';
import { judgeBars } from '../../../src/quality/judge.ts';
import { cleanSample, rowOf, SAMPLE_SESSIONS } from '../../../src/quality/mutants/sample.ts';
import { detailOf } from '../../../src/quality/verdict-detail.ts';
import { FATE, type JudgeContext } from '../../../src/quality/verdict.ts';
import { loadBatch, type LoadCounts, type LoadRequest } from '../../../src/warehouse/load-batch.ts';
import {
  readFindings,
  readRepairs,
  readRuleCosts,
  readScores,
} from '../../../src/warehouse/quality-queries.ts';
import { undoRepairs } from '../../../src/warehouse/undo-repair.ts';
import { loadRequest } from './load-requests.ts';
import { createScratchDatabase, type ScratchDatabase } from './scratch-database.ts';

const SYMBOL = '600100.SH';
const ROW = rowOf(60);
const ALL = { limit: 1000 };

interface Sent {
  /** Sessions that are sent, of the first symbol only: from 0 up to this. */
  readonly sessions?: number;
  readonly mode?: 'skip' | 'update';
  readonly context?: Partial<JudgeContext>;
}

/** The first symbol of the clean sample, spoilt and judged as the validate stage does. */
function judged(spoil: (columns: BarColumns) => void, sent: Sent = {}): LoadRequest {
  const { columns, context } = cleanSample();
  const length = sent.sessions ?? SAMPLE_SESSIONS;
  const part = takeRows(
    { ...columns, symbols: [SYMBOL] },
    Uint32Array.from({ length }, (_, row) => row),
  );
  spoil(part);
  const day = part.tradingDay.at(-1) ?? 0;
  const rules = { thresholds: { volumeSpike: 7 } };
  const verdict = judgeBars(part, {
    ...context,
    symbols: [SYMBOL],
    endDay: day,
    rules,
    ...sent.context,
  });
  function rowsWith(fate: number): Uint32Array {
    return Uint32Array.from([...verdict.fate.keys()].filter((row) => verdict.fate[row] === fate));
  }
  const held = rowsWith(FATE.quarantine);
  return loadRequest(takeRows(verdict.columns, rowsWith(FATE.publish)), {
    mode: sent.mode ?? 'skip',
    quarantined: {
      columns: takeRows(verdict.columns, held),
      findings: verdict.findings,
      rows: held,
    },
    verdict: {
      score: verdict.score,
      dimensions: verdict.dimensions,
      hits: verdict.hits,
      symbolScores: Object.fromEntries(verdict.symbolScores),
      detail: detailOf(verdict, { ruleset: '1+test', rules }),
    },
  });
}

describe('stored verdicts', () => {
  let database: ScratchDatabase;
  before(async () => {
    database = await createScratchDatabase();
  });
  beforeEach(() => database.empty());
  after(() => database.drop());

  function load(request: LoadRequest): Promise<LoadCounts> {
    return loadBatch(database.warehouse, request);
  }

  async function storedBar(row: number): Promise<Record<string, unknown> | undefined> {
    const { rows } = await database.warehouse.pool.query(
      `select trim_scale(close)::text as close, trim_scale(high)::text as high, volume from daily_bars
        where symbol = $1 and trade_date = $2`,
      [SYMBOL, dayAt(row)],
    );
    return rows[0];
  }

  async function count(text: string): Promise<number> {
    const { rows } = await database.warehouse.pool.query<{ count: number }>(text);
    return Number(rows[0]?.count);
  }

  function dayAt(row: number): string {
    return fromDayNumber(cleanSample().columns.tradingDay[row] ?? 0);
  }

  function price(units: number | undefined): string {
    return String((units ?? 0) / 10_000);
  }

  function exchangeSessions(columns: BarColumns): void {
    for (const name of VALUE_COLUMNS) {
      const held = columns[name][ROW] ?? 0;
      columns[name][ROW] = columns[name][ROW + 1] ?? 0;
      columns[name][ROW + 1] = held;
    }
  }

  /** Which can be repaired, and which the table could not hold. */
  function swapHighAndLow({ high, low }: BarColumns): void {
    const held = high[ROW] ?? 0;
    high[ROW] = low[ROW] ?? 0;
    low[ROW] = held;
  }

  /** Which can be repaired, and which the table could hold as it was sent. */
  function sendLots({ volume }: BarColumns): void {
    volume[ROW] = Math.floor((volume[ROW] ?? 0) / 100);
  }

  it('hold scores of batch, symbol and day, costs by rule, and why', async () => {
    await load(judged(swapHighAndLow));

    const { warehouse } = database;
    const [batch] = await readScores(warehouse, 'batch', ALL);
    const [symbol] = await readScores(warehouse, 'symbol', { ...ALL, symbols: [SYMBOL] });
    const [day, next] = await readScores(warehouse, 'day', ALL);
    const costs = await readRuleCosts(warehouse, ALL);
    const [why] = await readFindings(warehouse, { ...ALL, symbols: [SYMBOL] });
    const expected = 0.7 ** (1 / SAMPLE_SESSIONS / 0.05);

    assert.equal(batch?.rawScore.toFixed(9), expected.toFixed(9));
    assert.equal(batch.score, 1);
    assert.equal(batch.ruleset, '1+test');
    assert.deepEqual([symbol?.name, symbol?.keys], [SYMBOL, SAMPLE_SESSIONS]);
    assert.equal(symbol?.rawScore.toFixed(9), expected.toFixed(9));
    assert.deepEqual([day?.name, day?.keys, day?.score], [dayAt(ROW), 1, 1]);
    assert.equal(day?.rawScore.toFixed(9), (0.7 ** 20).toFixed(9));
    assert.equal(next?.rawScore, 1);
    assert.deepEqual(
      costs.map(({ rule, hits, rawCost, cost }) => [rule, hits, rawCost.toFixed(6), cost]),
      [['N02_swap_high_low', 1, (20 / SAMPLE_SESSIONS).toFixed(6), 0]],
    );
    assert.deepEqual(
      [why?.rule, why?.outcome, why?.tradingDay, why?.ruleset],
      ['N02_swap_high_low', 'repaired', dayAt(ROW), '1+test'],
    );
    assert.equal(why?.sent?.['high'], price(cleanSample().columns.low[ROW]));
    assert.match(why?.message ?? '', /High and low are exchanged: .*\(open .*volume /);
  });

  it('write no row for what is clean, and keep the settings of their rules once', async () => {
    await load(judged(() => undefined));
    await load(judged(() => undefined));

    assert.equal(await count('select count(*) from quality_costs'), 0);
    assert.equal(await count('select count(*) from quality_findings'), 0);
    assert.equal(await count('select count(*) from quality_batches'), 2);
    assert.equal(
      await count(`select settings->'thresholds'->>'volumeSpike' as count from rulesets`),
      7,
    );
  });

  it('hold each repair once, with original, repaired value, rule and confidence', async () => {
    await load(judged(sendLots));
    await load(judged(sendLots));

    const repairs = await readRepairs(database.warehouse, ALL);

    const truth = cleanSample().columns.volume[ROW] ?? 0;
    assert.equal(repairs.length, 1);
    const [repair] = repairs;
    assert.deepEqual(
      [repair?.symbol, repair?.tradingDay, repair?.column, repair?.rule, repair?.state],
      [SYMBOL, dayAt(ROW), 'volume', 'A03_unit_volume', 'applied'],
    );
    assert.equal(repair?.original, String(Math.floor(truth / 100)));
    assert.equal(Number(repair.repaired), Number((await storedBar(ROW))?.['volume']));
    assert.ok(repair.confidence > 0.5 && repair.confidence <= 1);
  });

  it('only report repairs where nothing is to be cleaned', async () => {
    await load(judged(sendLots, { context: { cleanData: false } }));

    const [repair] = await readRepairs(database.warehouse, ALL);

    assert.equal(repair?.state, 'reported');
    assert.equal(await storedBar(ROW), undefined);
    assert.equal(await count(`select count(*) from quarantine where state = 'held'`), 1);
    await assert.rejects(
      undoRepairs(database.warehouse, { repairIds: [repair.repairId], by: 'ann', why: 'test' }),
      /ETL-REP-002|only reported/,
    );
  });

  describe('and undoing a repair', () => {
    async function undoFirst(): Promise<string> {
      const [repair] = await readRepairs(database.warehouse, ALL);
      const [undone] = await undoRepairs(database.warehouse, {
        repairIds: [repair?.repairId ?? 0],
        by: 'ann',
        why: 'the exchange says so',
      });
      return undone?.outcome ?? '';
    }

    it('brings the bar back as it was sent, keeps the repaired one in the history, and says who and why', async () => {
      await load(judged(sendLots));
      const repaired = Number((await storedBar(ROW))?.['volume']);

      const outcome = await undoFirst();

      const [repair] = await readRepairs(database.warehouse, ALL);
      assert.equal(outcome, 'as_sent');
      assert.equal(Number((await storedBar(ROW))?.['volume']), Number(repair?.original));
      assert.equal(
        await count(
          `select volume as count from daily_bars_history where trade_date = '${dayAt(ROW)}'`,
        ),
        repaired,
      );
      assert.deepEqual(
        [repair?.state, repair?.undoneBy, repair?.undoneWhy],
        ['undone', 'ann', 'the exchange says so'],
      );
    });

    it('stays undone when the same bars come again, also where rows are updated', async () => {
      await load(judged(sendLots));
      await undoFirst();
      const undone = await storedBar(ROW);

      const again = await load(judged(sendLots, { mode: 'update' }));

      assert.deepEqual(await storedBar(ROW), undone);
      assert.equal(again.updated, 0);
      assert.equal((await readRepairs(database.warehouse, ALL))[0]?.state, 'undone');
    });

    it('takes both sessions back where they had been exchanged', async () => {
      await load(judged(exchangeSessions));
      const repaired = [await storedBar(ROW), await storedBar(ROW + 1)];

      assert.equal(await undoFirst(), 'as_sent');

      const [first, second] = [await storedBar(ROW), await storedBar(ROW + 1)];
      assert.deepEqual([first, second], repaired.toReversed());
      const states = (await readRepairs(database.warehouse, ALL)).map(({ rule, state }) => [
        rule,
        state,
      ]);
      assert.ok(states.length > 7);
      assert.ok(states.every(([rule, state]) => rule === 'A06_date_swap' && state === 'undone'));
    });

    it('withdraws a bar that the table cannot hold as it was sent, into quarantine', async () => {
      await load(judged(swapHighAndLow));

      const outcome = await undoFirst();
      const again = await load(judged(swapHighAndLow, { mode: 'update' }));

      assert.equal(outcome, 'withdrawn');
      assert.equal(await storedBar(ROW), undefined);
      assert.equal(await count(`select count(*) from daily_bars_history`), 1);
      assert.equal(await count(`select count(*) from quarantine where high < low`), 1);
      assert.deepEqual([again.inserted, again.updated, again.quarantined], [0, 0, 1]);
    });

    it('brings the version before it back where there was one', async () => {
      await load(judged(() => undefined));
      const truth = await storedBar(ROW);
      await load(
        judged(
          (columns) => {
            swapHighAndLow(columns);
            columns.volume[ROW] = (columns.volume[ROW] ?? 0) + 1;
          },
          { mode: 'update' },
        ),
      );
      assert.notDeepEqual(await storedBar(ROW), truth);

      const outcome = await undoFirst();

      assert.equal(outcome, 'former_version');
      assert.deepEqual(await storedBar(ROW), truth);
    });

    it('is done once, all or nothing, and refused where the bar has changed since', async () => {
      await load(judged(sendLots));
      const [repair] = await readRepairs(database.warehouse, ALL);
      const repairId = repair?.repairId ?? 0;
      const request = { by: 'ann', why: 'test' };

      await assert.rejects(
        undoRepairs(database.warehouse, { ...request, repairIds: [repairId, 999_999] }),
        (error) => error instanceof ConfigurationError && error.code === 'ETL-REP-404',
      );
      await load(
        judged(({ volume }) => (volume[ROW] = (volume[ROW] ?? 0) - 7), { mode: 'update' }),
      );
      await assert.rejects(
        undoRepairs(database.warehouse, { ...request, repairIds: [repairId] }),
        (error) => error instanceof ConfigurationError && error.code === 'ETL-REP-003',
      );
      assert.equal((await readRepairs(database.warehouse, ALL))[0]?.state, 'applied');
    });
  });

  describe('that are provisional', () => {
    const LAST = 100;

    async function settled(): Promise<unknown> {
      const { rows } = await database.warehouse.pool.query<{ settled: unknown }>(
        'select settled from quality_batches order by batch_id desc limit 1',
      );
      return rows[0]?.settled;
    }

    it('are confirmed by the next session', async () => {
      await load(judged(() => undefined, { sessions: LAST }));
      assert.equal(
        await count(
          `select count(*) from provisional_bars where trade_date = '${dayAt(LAST - 1)}'`,
        ),
        1,
      );

      await load(judged(() => undefined, { sessions: LAST + 1 }));

      assert.deepEqual(await settled(), { confirmed: 1, corrected: 0, withdrawn: 0 });
      assert.equal(
        await count(`select count(*) from provisional_bars where trade_date = '${dayAt(LAST)}'`),
        1,
      );
    });

    it('are replaced by what the next run brings, also where stored rows are kept', async () => {
      const early = judged(({ volume }) => (volume[LAST - 1] = (volume[LAST - 1] ?? 0) - 1000), {
        sessions: LAST,
      });
      await load(early);

      const later = await load(judged(() => undefined, { sessions: LAST + 1 }));

      assert.deepEqual([later.inserted, later.updated, later.skipped], [1, 1, 0]);
      assert.deepEqual(await settled(), { confirmed: 0, corrected: 1, withdrawn: 0 });
      assert.equal(
        Number((await storedBar(LAST - 1))?.['volume']),
        cleanSample().columns.volume[LAST - 1],
      );
    });

    it('are withdrawn where the next session shows that they were wrong', async () => {
      // All prices of the last day are off: alone they look sound, but the next previous close gives them away.
      function spike({ open, high, low, close, amount }: BarColumns): void {
        for (const values of [open, high, low, close]) {
          values[LAST - 1] = Math.round(((values[LAST - 1] ?? 0) * 1.06) / 100) * 100;
        }
        amount[LAST - 1] = Math.round((amount[LAST - 1] ?? 0) * 1.06);
      }
      await load(judged(spike, { sessions: LAST }));
      assert.notEqual(await storedBar(LAST - 1), undefined);

      await load(judged(spike, { sessions: LAST + 1 }));

      assert.equal(await storedBar(LAST - 1), undefined);
      assert.deepEqual(await settled(), { confirmed: 0, corrected: 0, withdrawn: 1 });
      assert.equal(await count('select count(*) from daily_bars_history'), 1);
      assert.equal(
        await count(`select count(*) from quarantine where trade_date = '${dayAt(LAST - 1)}'`),
        1,
      );
    });
  });
});
