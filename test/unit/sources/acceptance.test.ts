import assert from 'node:assert/strict';

import type { Judgement, StoredSessions, WantedSymbol } from '../../../src/domain/acceptance.ts';
import { toDayNumber } from '../../../src/domain/trading-day.ts';
import { judgeAnswers } from '../../../src/sources/acceptance.ts';
import { sortRowsOf } from '../../support/sorted-bars.ts';
import type { TestBar } from '../../support/bar-columns.ts';

const DAYS = ['2024-01-02', '2024-01-03', '2024-01-04', '2024-01-05', '2024-01-08'];

function barsOf(symbol: string, change: Partial<TestBar> = {}): TestBar[] {
  return DAYS.map((day) => ({ symbol, day, ...change }));
}

function wantedOf(symbol: string, stored?: StoredSessions): WantedSymbol {
  return { symbol, expected: Int32Array.from(DAYS, toDayNumber), stored };
}

function judge(bars: readonly TestBar[], wanted: readonly WantedSymbol[]): Judgement {
  const decoded = { columns: sortRowsOf(bars), suspended: [], drifted: new Map<string, never>() };
  return judgeAnswers(decoded, wanted, { wholeLots: false });
}

const A = '600000.SH';
const B = '000001.SZ';

describe('acceptance', () => {
  it('accepts what covers every expected session in the right units', () => {
    const { symbols, drift } = judge(barsOf(A), [wantedOf(A)]);

    assert.deepEqual(symbols, [{ symbol: A, outcome: 'accepted', rows: 5, missing: [] }]);
    assert.equal(drift, undefined);
  });

  it('calls an answer short by the days that it lacks, and empty where it has none at all', () => {
    const { symbols } = judge(barsOf(A).slice(1), [wantedOf(A), wantedOf(B)]);

    assert.deepEqual(symbols[0]?.outcome, 'short');
    assert.deepEqual(symbols[0]?.missing, [toDayNumber('2024-01-02')]);
    assert.equal(symbols[1]?.outcome, 'empty');
  });

  it('takes a day that the source reports as suspended for excused', () => {
    const columns = sortRowsOf(barsOf(A).slice(1));
    const suspended = [{ symbol: A, day: toDayNumber('2024-01-02') }];

    const { symbols } = judgeAnswers({ columns, suspended, drifted: new Map() }, [wantedOf(A)], {
      wholeLots: false,
    });

    assert.equal(symbols[0]?.outcome, 'accepted');
  });

  for (const [what, change, code] of [
    ['volume in lots', { volume: 100 }, 'ETL-SRC-251'],
    ['volume a hundredfold', { volume: 1_000_000 }, 'ETL-SRC-251'],
    ['amount in thousands', { amount: 101 }, 'ETL-SRC-251'],
    ['adjusted prices', { open: 17, high: 18, low: 16.5, close: 17.2 }, 'ETL-SRC-252'],
  ] as const) {
    it(`refuses ${what} by the average price of the day, as a drift of the source`, () => {
      const { symbols, drift } = judge(barsOf(A, change), [wantedOf(A)]);

      assert.deepEqual([symbols[0]?.outcome, symbols[0]?.code], ['refused', code]);
      assert.equal(drift?.code, code === 'ETL-SRC-252' ? undefined : code);
    });
  }

  it('does not take one odd day for another unit', () => {
    const bars = barsOf(A).map((bar, at) => (at === 2 ? { ...bar, volume: 100 } : bar));

    assert.equal(judge(bars, [wantedOf(A)]).symbols[0]?.outcome, 'accepted');
  });

  it('refuses what disagrees with most of the stored sessions, and forgives one restatement', () => {
    const days = DAYS.map(toDayNumber);
    const volumes = days.map(() => 10_000);
    const adjusted = days.map(() => 51_000);
    const restated = [99_000, ...days.slice(1).map(() => 102_000)];
    const bars = barsOf(A, { amount: null });

    const wrong = judge(bars, [wantedOf(A, { days, closes: adjusted, volumes })]);
    const right = judge(bars, [wantedOf(A, { days, closes: restated, volumes })]);

    assert.equal(wrong.symbols[0]?.code, 'ETL-SRC-253');
    assert.equal(right.symbols[0]?.outcome, 'accepted');
  });

  it('knows lots for shares by the stored volumes, where the source gives no amount', () => {
    const days = DAYS.map(toDayNumber);
    const stored = { days, closes: days.map(() => 102_000), volumes: days.map(() => 1_000_000) };

    const { symbols, drift } = judge(barsOf(A, { amount: null }), [wantedOf(A, stored)]);

    assert.equal(symbols[0]?.code, 'ETL-SRC-254');
    assert.equal(drift?.code, 'ETL-SRC-254');
  });

  it('blames the source for many symbols at fault, and a symbol alone for itself', () => {
    const symbols = Array.from({ length: 40 }, (_, at) => `${600_000 + at}.SH`);
    function judgeWith(faulty: number): Judgement {
      const bars = symbols.flatMap((symbol, at) =>
        barsOf(symbol, at < faulty ? { volume: 100 } : {}),
      );
      return judge(
        bars,
        symbols.map((symbol) => wantedOf(symbol)),
      );
    }

    assert.equal(judgeWith(1).drift, undefined);
    assert.match(judgeWith(5).drift?.reason ?? '', /5 of 40 symbols, first 600000\.SH/);
  });
});
