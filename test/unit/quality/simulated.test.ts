import assert from 'node:assert/strict';

import { sessionsOf } from '../../../src/calendar/trading-calendar.ts';
import { toDayNumber } from '../../../src/domain/trading-day.ts';
import { judgeBars } from '../../../src/quality/judge.ts';
import { FATE } from '../../../src/quality/verdict.ts';
import { createMarket } from '../../../src/sources/simulated/market.ts';

describe('quality of the simulated market', () => {
  for (const [from, to] of [
    ['2020-01-02', '2021-12-31'],
    ['2024-01-08', '2024-01-12'],
  ] as const) {
    it(`publishes every bar of ${from} to ${to}, suspensions and ex-right days included`, () => {
      const market = createMarket({ seed: 3, symbols: 120 });
      const symbols = market.instruments.map(({ symbol }) => symbol).toSorted();
      const columns = market.bars(symbols, toDayNumber(from), toDayNumber(to));

      const { fate, score, findings } = judgeBars(columns, {
        sessions: sessionsOf('SSE'),
        startDay: toDayNumber(from),
        endDay: toDayNumber(to),
        instruments: new Map(market.instruments.map((one) => [one.symbol, one])),
        lastClose: new Map(),
        suspensions: new Map(),
        symbols,
        qualityThreshold: 0.7,
        cleanData: true,
      });

      assert.equal(score, 1);
      assert.deepEqual(
        findings.filter(({ severity }) => severity !== 'info'),
        [],
      );
      assert.ok(fate.every((one) => one !== FATE.quarantine));
    });
  }
});
