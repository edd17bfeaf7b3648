import assert from 'node:assert/strict';

import { startEmulators, type Emulators } from '../../../src/emulators/start.ts';
import { toDayNumber } from '../../../src/domain/trading-day.ts';
import { candlewick } from '../cli/candlewick.ts';
import { openQualityStand, tradingSymbols, trueBars, type QualityStand } from './quality-stand.ts';

const MARKET = { seed: 7, symbols: 20, wholeLots: true };
const FIRST = '2024-03-04';
const LAST = '2024-03-12';
const DISPUTED = '2024-03-07';
const TICK = 100;
const SIZE = 5;

interface SampleRow {
  readonly symbols: number;
  readonly compared: number;
  readonly bars: number;
  readonly sources: string[];
  readonly abstained: string | null;
}

interface DifferenceRow {
  readonly symbol: string;
  readonly day: string;
  readonly field: string;
  readonly rule: string;
  readonly value: string;
  readonly other_value: string;
}

/** Real servers; tushare serves, and sina, asked for a sample, tells another close of every symbol on one day. */
describe('a daily run', () => {
  const symbols = tradingSymbols(12, FIRST, LAST);
  const emulators: Emulators[] = [];
  let stand: QualityStand;

  before(async () => {
    const restatements = symbols.map((symbol) => ({
      symbol,
      day: toDayNumber(DISPUTED),
      from: 0,
      close: (trueBars([symbol], DISPUTED, DISPUTED).close[0] ?? 0) + TICK,
    }));
    const right = await startEmulators({ market: MARKET });
    emulators.push(right);
    const wrong = await startEmulators({ market: { ...MARKET, restatements } });
    emulators.push(wrong);
    stand = await openQualityStand(
      {
        ...right.env,
        ETL_SINA_URL: wrong.url('sina'),
        ETL_SOURCES: 'tushare,sina',
        ETL_SAMPLE_SYMBOLS: String(SIZE),
        ETL_QUOTA: 'tushare=100000/minute,sina=100000/minute',
      },
      'standard',
    );
  });

  after(async () => {
    await stand?.close();
    await Promise.all(emulators.map((one) => one.close()));
  });

  async function daily(): Promise<string> {
    const { jobId } = await stand.client.startDaily({
      symbols: [...symbols],
      start_date: FIRST,
      end_date: LAST,
    });
    const metrics = await stand.client.result(jobId);
    assert.equal(metrics.status, 'success', metrics.errorMessages.join('; '));
    return metrics.runId;
  }

  it('compares a few symbols with another source, and keeps both values of what differs', async () => {
    const runId = await daily();

    const [sample] = await stand.query<SampleRow>(
      'select symbols, compared, bars, sources, abstained from source_samples where run_id = $1',
      [runId],
    );
    const differences = await stand.query<DifferenceRow>(
      `select symbol, trade_date::text as day, field, rule, value::text, other_value::text
         from source_differences where run_id = $1 order by symbol, field`,
      [runId],
    );
    const closes = differences.filter(({ field }) => field === 'close');
    const stored = await stand.query<{ close: string }>(
      'select close::text from daily_bars where symbol = $1 and trade_date = $2',
      [closes[0]?.symbol, DISPUTED],
    );
    const told = await stand.query<{ code: string }>(
      `select code from notices where code = 'ETL-QUA-030'`,
    );

    assert.equal(sample?.abstained, null);
    assert.deepEqual([sample?.symbols, sample?.compared, sample?.sources], [SIZE, SIZE, ['sina']]);
    assert.ok((sample?.bars ?? 0) >= SIZE * 5, `${sample?.bars} bars`);
    assert.equal(closes.length, SIZE);
    assert.ok(
      differences.every(({ day, rule }) => day === DISPUTED && rule === 'X01_cross_source'),
    );
    assert.equal((Number(closes[0]?.other_value) - Number(closes[0]?.value)).toFixed(2), '0.01');
    assert.equal(Number(stored[0]?.close), Number(closes[0]?.value));
    assert.equal(told.length, 1);
  });

  it('draws the same symbols for the same day, and says why it compares nothing', async () => {
    const [before] = await stand.query<{ drawn: string[] }>(
      'select array_agg(distinct symbol order by symbol) as drawn from source_differences',
    );
    emulators[1]?.faults('sina').set({ kind: 'http456' });

    const runId = await daily();

    const [sample] = await stand.query<SampleRow>(
      'select symbols, compared, bars, sources, abstained from source_samples where run_id = $1',
      [runId],
    );
    const listed = await candlewick(['quality', 'differences', '--json'], stand.env);
    const rows = JSON.parse(listed.stdout) as { symbol: string; other_source: string }[];

    assert.equal(sample?.compared, 0);
    assert.match(sample?.abstained ?? '', /5 symbols were not compared: .*sina/);
    assert.deepEqual([...new Set(rows.map(({ symbol }) => symbol))].toSorted(), before?.drawn);
  });
});
