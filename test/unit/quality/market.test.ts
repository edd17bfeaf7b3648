import assert from 'node:assert/strict';

import { boardOf } from '../../../src/domain/stock-symbol.ts';
import { toDayNumber } from '../../../src/domain/trading-day.ts';
import { limitPrices } from '../../../src/quality/invariants.ts';
import { limitPercent, tickOf, unlimitedSessions } from '../../../src/quality/market.ts';

interface Vector {
  readonly preClose: number;
  readonly symbol: string;
  readonly isSt: boolean;
  readonly day: string;
  readonly up: number;
  readonly down: number;
}

/** Limit prices as the exchanges' rules give them (SOURCES.md §15.1). */
const VECTORS: readonly Vector[] = [
  { preClose: 10.05, symbol: '600000.SH', isSt: false, day: '2024-01-03', up: 11.06, down: 9.05 },
  { preClose: 3.33, symbol: '600000.SH', isSt: true, day: '2026-07-03', up: 3.5, down: 3.16 },
  { preClose: 3.33, symbol: '600000.SH', isSt: true, day: '2026-07-06', up: 3.66, down: 3 },
  { preClose: 10, symbol: '300001.SZ', isSt: false, day: '2020-08-21', up: 11, down: 9 },
  { preClose: 10, symbol: '300001.SZ', isSt: false, day: '2020-08-24', up: 12, down: 8 },
  { preClose: 5.55, symbol: '300001.SZ', isSt: true, day: '2020-08-21', up: 5.83, down: 5.27 },
  { preClose: 5.55, symbol: '300001.SZ', isSt: true, day: '2020-08-24', up: 6.66, down: 4.44 },
  { preClose: 77.06, symbol: '688001.SH', isSt: false, day: '2024-01-03', up: 92.47, down: 61.65 },
  { preClose: 12.35, symbol: '430047.BJ', isSt: false, day: '2024-01-03', up: 16.06, down: 8.65 },
  { preClose: 0.04, symbol: '000001.SZ', isSt: false, day: '2022-01-04', up: 0.05, down: 0.03 },
  { preClose: 2.05, symbol: '600000.SH', isSt: false, day: '2024-01-03', up: 2.26, down: 1.85 },
];

describe('price limits', () => {
  for (const { preClose, symbol, isSt, day, up, down } of VECTORS) {
    it(`of ${symbol}${isSt ? ' (ST)' : ''} after ${preClose} on ${day} are ${up} and ${down}`, () => {
      const percent = limitPercent(boardOf(symbol), toDayNumber(day), isSt) ?? Number.NaN;

      const limits = limitPrices(Math.round(preClose * 10_000), percent, tickOf(symbol));

      assert.deepEqual(limits, { up: Math.round(up * 10_000), down: Math.round(down * 10_000) });
    });
  }

  it('are the wider ones where ST is not known', () => {
    assert.equal(limitPercent('main', toDayNumber('2020-01-02'), undefined), 10);
  });

  it('are not known before 1996-12-16, nor for funds', () => {
    assert.equal(limitPercent('main', toDayNumber('1996-12-13'), false), undefined);
    assert.equal(limitPercent('fund', toDayNumber('2020-01-02'), false), undefined);
  });

  it('do not hold for the first five sessions of a registered issue', () => {
    assert.equal(unlimitedSessions('star', toDayNumber('2019-07-22')), 5);
    assert.equal(unlimitedSessions('main', toDayNumber('2023-04-09')), 1);
    assert.equal(unlimitedSessions('main', toDayNumber('2023-04-10')), 5);
    assert.equal(unlimitedSessions('chinext', toDayNumber('2020-08-23')), 1);
    assert.equal(unlimitedSessions('bse', toDayNumber('2022-01-04')), 1);
  });
});
