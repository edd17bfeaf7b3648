import assert from 'node:assert/strict';

import { toDayNumber } from '../../../src/domain/trading-day.ts';
import { createMarket } from '../../../src/sources/simulated/market.ts';
import { publicationOf } from '../../../src/sources/simulated/revisions.ts';

const SYMBOL = '600000.SH';
const OTHER = '000001.SZ';
const [FROM, DAY, TO] = ['2024-03-04', '2024-03-06', '2024-03-08'].map(toDayNumber);
const base = { seed: 5, symbols: 20 };

function daysAsOf(
  market: ReturnType<typeof createMarket>,
  symbol: string,
  asOf?: number,
): number[] {
  return [...market.bars([symbol], FROM ?? 0, TO ?? 0, asOf).tradingDay];
}

describe('simulated market at an instant', () => {
  const day = DAY ?? 0;

  it('publishes a day at 16:00 in Shanghai', () => {
    const market = createMarket(base);

    assert.equal(publicationOf(day), Date.parse('2024-03-06T16:00:00+08:00'));
    assert.equal(daysAsOf(market, SYMBOL, publicationOf(day) - 1).at(-1), day - 1);
    assert.equal(daysAsOf(market, SYMBOL, publicationOf(day)).at(-1), day);
    assert.equal(daysAsOf(market, SYMBOL).length, 5);
  });

  it('holds back what is published late, of one symbol or of all', () => {
    const publishedAt = publicationOf(day + 1);
    const ofOne = createMarket({
      ...base,
      latePublications: [{ symbol: SYMBOL, day, publishedAt }],
    });
    const ofAll = createMarket({ ...base, latePublications: [{ day, publishedAt }] });
    const before = publishedAt - 1;

    assert.equal(daysAsOf(ofOne, SYMBOL, before).includes(day), false);
    assert.equal(daysAsOf(ofOne, OTHER, before).includes(day), true);
    assert.equal(daysAsOf(ofAll, OTHER, before).includes(day), false);
    assert.deepEqual(
      daysAsOf(ofAll, OTHER, publishedAt),
      daysAsOf(createMarket(base), OTHER, publishedAt),
    );
  });

  it('restates one bar from an instant on, and nothing else', () => {
    const from = publicationOf(day + 1) - 1;
    const plain = createMarket(base).bars([SYMBOL, OTHER], FROM ?? 0, TO ?? 0);
    const row = plain.tradingDay.indexOf(day);
    const close = (plain.close[row] ?? 0) + 100;
    const market = createMarket({
      ...base,
      restatements: [{ symbol: SYMBOL, day, from, volume: 123_400, close }],
    });

    const before = market.bars([SYMBOL, OTHER], FROM ?? 0, day, from - 1);
    const after = market.bars([SYMBOL, OTHER], FROM ?? 0, TO ?? 0);

    assert.equal(before.close[row], plain.close[row]);
    assert.equal(before.volume[row], plain.volume[row]);
    assert.equal(after.close[row], close);
    assert.equal(after.volume[row], 123_400);
    const average = (after.amount[row] ?? 0) / 123_400;
    assert.ok(average >= (after.low[row] ?? 0) && average <= (after.high[row] ?? 0));
    assert.ok((after.high[row] ?? 0) >= close);
    for (let other = 0; other < plain.length; other += 1) {
      if (other !== row) {
        assert.equal(after.close[other], plain.close[other]);
        assert.equal(after.volume[other], plain.volume[other]);
      }
    }
  });

  it('lets the later of two restatements stand', () => {
    const restatements = [
      { symbol: SYMBOL, day, from: 2000, volume: 200 },
      { symbol: SYMBOL, day, from: 1000, volume: 100 },
    ];
    const bars = createMarket({ ...base, restatements }).bars([SYMBOL], day, day);

    assert.equal(bars.volume[0], 200);
  });
});
