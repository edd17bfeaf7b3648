import assert from 'node:assert/strict';

import { sessionsBetween } from '../../../src/calendar/trading-calendar.ts';
import type { BarColumns } from '../../../src/domain/bar.ts';
import { fromDayNumber, toDayNumber } from '../../../src/domain/trading-day.ts';
import { judgeBars } from '../../../src/quality/judge.ts';
import type { JudgeContext } from '../../../src/quality/verdict.ts';
import { createMarket } from '../../../src/sources/simulated/market.ts';

const FROM = toDayNumber('2019-01-02');
const TO = toDayNumber('2026-10-30');
const market = createMarket({ seed: 11, symbols: 100 });
const symbols = market.instruments.map(({ symbol }) => symbol).toSorted();

/** Everything that can be known, so that no rule abstains for want of it. */
function contextFor(): JudgeContext {
  return {
    sessions: sessionsBetween('SSE', fromDayNumber(FROM), fromDayNumber(TO)),
    startDay: FROM,
    endDay: TO,
    instruments: new Map(market.instruments.map((instrument) => [instrument.symbol, instrument])),
    lastClose: new Map(),
    suspensions: new Map(
      symbols.map((symbol) => [symbol, Int32Array.from(market.suspendedDays(symbol, FROM, TO))]),
    ),
    exRights: new Map(symbols.map((symbol) => [symbol, market.adjustmentFactors(symbol)])),
    suspensionsComplete: true,
    symbols,
    qualityThreshold: 0.7,
    cleanData: false,
  };
}

function freshBars(): BarColumns {
  return market.bars(symbols, FROM, TO);
}

describe('simulated market under validation', () => {
  it('gives no rule a reason to fire', () => {
    const verdict = judgeBars(freshBars(), contextFor());

    assert.deepEqual(verdict.hits, {});
    assert.equal(verdict.score, 1);
    assert.ok(verdict.columns.length > 100_000);
  });

  it('is seen at fault once a single close is wrong by a cent', () => {
    const bars = freshBars();
    const row = Math.floor(bars.length / 2);
    const isAtHigh = bars.close[row] === bars.high[row];
    bars.close[row] = (bars.close[row] ?? 0) + (isAtHigh ? -100 : 100);

    const verdict = judgeBars(bars, contextFor());

    assert.ok(Object.keys(verdict.hits).length > 0);
    assert.ok(verdict.score < 1);
  });
});
