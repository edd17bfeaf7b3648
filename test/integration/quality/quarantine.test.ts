import assert from 'node:assert/strict';

import { fromDayNumber } from '../../../src/domain/trading-day.ts';
import { candlewick, lastJson } from '../cli/candlewick.ts';
import {
  barsCsv,
  openQualityStand,
  tradingSymbols,
  trueBars,
  type QualityStand,
} from './quality-stand.ts';

const FROM = '2024-01-02';
const TO = '2024-02-08';
const WHO = { by: 'Ann', why: 'checked with the exchange' } as const;

/** Every third bar of a symbol lacks its opening price: nothing can repair that. */
function spoilOpen(bad: string) {
  return (cells: string[], symbol: string, row: number): string[] =>
    symbol === bad && row % 3 === 0 ? cells.map((cell, index) => (index === 2 ? '' : cell)) : cells;
}

describe('quarantine by hand, on real servers', () => {
  const [bad = '', good = '', other = ''] = tradingSymbols(3, FROM, TO);
  const truth = trueBars([bad, good].toSorted(), FROM, TO);
  let stand: QualityStand;
  let held = 0;
  let spoiled = 0;

  before(async function prepare() {
    this.timeout(120_000);
    stand = await openQualityStand();
    stand.writeFile('bars.csv', barsCsv(truth, spoilOpen(bad)));
    const metrics = await stand.client.runJob({ jobName: 'first', path: 'bars.csv' });
    held = metrics.recordsQuarantined;
    assert.equal(metrics.status, 'partial_success');
  });
  after(() => stand.close());

  async function storedBars(symbol: string): Promise<readonly string[]> {
    const rows = await stand.query<{ row: string }>(
      `select concat_ws(' ', trade_date, open * 10000, high * 10000, low * 10000, close * 10000, volume) as row
         from daily_bars where symbol = $1 order by trade_date`,
      [symbol],
    );
    return rows.map(({ row }) => row.replaceAll('.0000', ''));
  }

  function trueRows(symbol: string): readonly string[] {
    const bars = trueBars([symbol], FROM, TO);
    return Array.from(bars.tradingDay, (day, row) =>
      [
        fromDayNumber(day),
        bars.open[row],
        bars.high[row],
        bars.low[row],
        bars.close[row],
        bars.volume[row],
      ].join(' '),
    );
  }

  it('holds the symbol below the threshold, with reasons and payload, and loads the healthy one', async () => {
    const listed = await candlewick(['quarantine', 'list', '-o', 'json'], stand.env);

    const rows = JSON.parse(listed.stdout) as Record<string, unknown>[];
    assert.equal(rows.length, held);
    assert.equal(held, trueRows(bad).length);
    assert.ok(rows.every((row) => row['symbol'] === bad && row['state'] === 'held'));
    assert.ok(rows.every((row) => /^[0-9a-f]{64}$/.test(String(row['payload_sha256']))));
    assert.ok(rows.every((row) => (row['reasons'] as unknown[]).length > 0));
    assert.deepEqual(await storedBars(good), trueRows(good));
    assert.deepEqual(await storedBars(bad), []);
  });

  it('replays from the landed payload: the same rules hold the same rows, once', async () => {
    const result = await stand.client.quality.replayQuarantine({ symbols: [bad], ...WHO });

    assert.equal(result.selected, held);
    assert.equal(result.stillHeld, held, JSON.stringify(result));
    const [count] = await stand.query<{ rows: string }>('select count(*) as rows from quarantine');
    assert.equal(Number(count?.rows), held);
  });

  it('publishes by a replay what passes another threshold, and keeps what no table could hold', async () => {
    const [first] = await stand.query<{ trade_date: string }>(
      `select trade_date::text from quarantine where symbol = $1 and open is null order by trade_date limit 1`,
      [bad],
    );
    const refused = await stand.client.quality.releaseQuarantine({
      symbols: [bad],
      startDate: first?.trade_date,
      endDate: first?.trade_date,
      ...WHO,
    });
    assert.equal(refused.refused, 1, JSON.stringify(refused));
    assert.match(refused.notes[0] ?? '', /open none, high \d/);

    const result = await stand.client.quality.replayQuarantine({
      symbols: [bad],
      qualityThreshold: 0,
      ...WHO,
    });

    spoiled = held - result.released;
    assert.ok(result.released > 0 && spoiled > 0, JSON.stringify(result));
    assert.equal((await storedBars(bad)).length, result.released);
    const stored = new Set(await storedBars(bad));
    assert.ok(trueRows(bad).filter((row) => stored.has(row)).length === result.released);
  });

  it('gives nothing up where those that it shall ask instead cannot be asked', async () => {
    for (const [source, why] of [
      ['nosuch', /got "nosuch"/],
      ['tushare', /TUSHARE_TOKEN/],
    ] as const) {
      const ended = await candlewick(
        ['quarantine', 'reject', '--symbols', bad, '--why', 'x', '--sources', source],
        stand.env,
      );

      assert.equal(ended.code, 3, ended.stderr);
      assert.match(ended.stderr, why);
    }
    const [left] = await stand.query<{ held: string }>(
      `select count(*) as held from quarantine where symbol = $1 and state = 'held'`,
      [bad],
    );
    assert.equal(Number(left?.held), spoiled);
  });

  it('rejects the rest, asks another source for it, and ends with the true bars', async () => {
    const ended = await candlewick(
      ['quarantine', 'reject', '--symbols', bad, '--sources', 'simulated'].concat([
        '--why',
        'no opening price',
        '--by',
        'Ben',
        '--json',
      ]),
      stand.env,
    );

    assert.equal(ended.code, 0, ended.stderr);
    const result = lastJson(ended);
    assert.equal(result['rejected'], spoiled, ended.stdout);
    const [refetch] = result['refetches'] as Record<string, unknown>[];
    assert.equal(refetch?.['status'], 'success', ended.stdout);
    assert.deepEqual(await storedBars(bad), trueRows(bad));
    const sources = await stand.query<{ source: string; rows: string }>(
      'select source, count(*) as rows from daily_bars where symbol = $1 group by 1 order by 1',
      [bad],
    );
    assert.deepEqual(
      sources.map(({ source }) => source),
      ['files', 'simulated'],
    );
  });

  it('keeps who, when and why of every decision, and lets nobody change it', async () => {
    const rows = await stand.query<Record<string, string>>(
      `select decision, outcome, decided_by, why, count(*) as rows from quarantine_decisions
        group by 1, 2, 3, 4 order by min(decision_id)`,
    );

    assert.deepEqual(
      rows.map((row) => [row['decision'], row['outcome'], row['decided_by']].join(' ')),
      [
        'replay still_held Ann',
        'release refused Ann',
        'replay released Ann',
        'reject rejected Ben',
      ],
    );
    await assert.rejects(
      stand.query("update quarantine_decisions set why = 'another'"),
      /only added/,
    );
  });

  it('releases held bars as they are, through the loader, once', async () => {
    const bars = trueBars([other], FROM, TO);
    stand.writeFile('held.csv', barsCsv(bars, spoilOpen(other)));
    await stand.client.runJob({ jobName: 'second', path: 'held.csv' });
    const count = `select count(*) as rows from quarantine where symbol = $1 and state = 'held'`;
    const [before] = await stand.query<{ rows: string }>(count, [other]);
    assert.ok(Number(before?.rows) > 5);

    const first = await stand.client.quality.releaseQuarantine({ symbols: [other], ...WHO });
    const again = await stand.client.quality.releaseQuarantine({ symbols: [other], ...WHO });

    assert.equal(first.selected, Number(before?.rows));
    assert.equal(first.released + first.refused, first.selected, JSON.stringify(first));
    assert.ok(first.released > 0 && first.refused > 0);
    assert.equal(first.inserted, first.released);
    assert.equal(again.released, 0);
    assert.equal((await storedBars(other)).length, first.released);
    const lineage = await stand.query<{ format: string; payload: string; key: string }>(
      `select distinct format, payload_sha256 as payload, batch_key as key
         from daily_bars_lineage where symbol = $1`,
      [other],
    );
    assert.equal(lineage.length, 1);
    assert.match(lineage[0]?.key ?? '', /\/release\/0\/0$/);
  });

  it('says of each id that it could not act on why not', async () => {
    const [row] = await stand.query<{ id: string }>(
      `select min(quarantine_id) as id from quarantine where symbol = $1 and state = 'released'`,
      [other],
    );
    const id = Number(row?.id);

    const ended = await candlewick(
      ['quarantine', 'reject', String(id), '999999', '--why', 'mistaken', '--json'],
      stand.env,
    );

    assert.equal(ended.code, 5, ended.stderr);
    assert.deepEqual(lastJson(ended)['notes'], [
      `row ${id} is released already, by Ann`,
      'there is no row 999999 in the quarantine',
    ]);
  });

  it('takes decisions as updates from whoever sits before the Temporal UI', async () => {
    const handle = await stand.client.temporal.workflow.start('resolveQuarantine', {
      workflowId: `resolve-by-hand-${process.pid}`,
      taskQueue: `${stand.env['CANDLEWICK_QUEUE_PREFIX']}data_quality`,
      args: [],
    });
    const refused = handle.executeUpdate('decide', { args: [{ decision: 'release' }] });
    await assert.rejects(refused, (error: Error) => /why/.test(String(error.cause)));

    const answer = await handle.executeUpdate<string, [unknown]>('decide', {
      args: [{ decision: 'reject', symbols: [other], refetch: false, ...WHO }],
    });
    await handle.executeUpdate('close', { args: [] });
    const end = (await handle.result()) as { heldLeft: number };

    assert.match(answer, /^reject by Ann: \d+ rows chosen, \d+ rejected/);
    assert.equal(end.heldLeft, 0);
  });

  it('names every field that is wrong before anything is done', async () => {
    const shown = await candlewick(['quarantine', 'show', 'abc'], stand.env);
    assert.equal(shown.code, 2);
    assert.match(shown.stderr, /id: got "abc"/);

    const ended = await candlewick(['quarantine', 'release', '--why', 'x'], stand.env);

    assert.equal(ended.code, 3);
    assert.match(ended.stderr, /ETL-QUA-101 ids: got no choice of rows/);
  });
});
