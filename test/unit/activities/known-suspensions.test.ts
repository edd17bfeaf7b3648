import assert from 'node:assert/strict';

import { withSuspensions } from '../../../src/activities/known-suspensions.ts';

describe('suspensions that judging knows', () => {
  const known = new Map([
    ['000001.SZ', Int32Array.of(10, 12)],
    ['600000.SH', Int32Array.of(7)],
  ]);

  it('are those of the warehouse and those that the batch brings, ascending, each once', () => {
    const all = withSuspensions(known, [
      { symbol: '000001.SZ', day: 11 },
      { symbol: '000001.SZ', day: 10 },
      { symbol: '430047.BJ', day: 3 },
      { symbol: '000001.SZ', day: 2 },
    ]);

    assert.deepEqual(all.get('000001.SZ'), Int32Array.of(2, 10, 11, 12));
    assert.deepEqual(all.get('430047.BJ'), Int32Array.of(3));
    assert.deepEqual(all.get('600000.SH'), Int32Array.of(7));
  });

  it('leave those of the warehouse as they are', () => {
    withSuspensions(known, [{ symbol: '600000.SH', day: 1 }]);

    assert.deepEqual(known.get('600000.SH'), Int32Array.of(7));
  });
});
