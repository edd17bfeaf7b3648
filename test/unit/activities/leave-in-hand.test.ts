import assert from 'node:assert/strict';

import { leaveInHand } from '../../../src/activities/leave-in-hand.ts';

const MISSING = {
  symbol: '600000.SH',
  firstDay: '2023-12-04',
  lastDay: '2024-01-31',
  sessions: 42,
};

describe('what is missing and in nobody’s hand', () => {
  it('is what lies before and after the years that a backfill is about to bring', () => {
    const inHand = [
      { symbol: '600000.SH', startDate: '2024-01-01', endDate: '2024-01-26' },
      { symbol: '600000.SH', startDate: '2023-12-11', endDate: '2023-12-31' },
      { symbol: '600001.SH', startDate: '2023-01-01', endDate: '2024-12-31' },
    ];

    assert.deepEqual(leaveInHand([MISSING], inHand), [
      { symbol: '600000.SH', firstDay: '2023-12-04', lastDay: '2023-12-10', sessions: 5 },
      { symbol: '600000.SH', firstDay: '2024-01-27', lastDay: '2024-01-31', sessions: 3 },
    ]);
  });

  it('is all of it where nobody is about to bring any, and nothing where it is all in hand', () => {
    const whole = { symbol: '600000.SH', startDate: '2023-12-01', endDate: '2024-01-31' };

    assert.deepEqual(leaveInHand([MISSING], []), [MISSING]);
    assert.deepEqual(leaveInHand([MISSING], [whole]), []);
  });

  it('is never a part without a session', () => {
    // The rest would be the weekend of 2024-01-27 and 28 alone.
    const range = { ...MISSING, lastDay: '2024-01-28' };
    const taken = { symbol: '600000.SH', startDate: '2023-12-01', endDate: '2024-01-26' };

    assert.deepEqual(leaveInHand([range], [taken]), []);
  });
});
