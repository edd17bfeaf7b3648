import assert from 'node:assert/strict';

import { describeNothingExpected } from '../../../src/activities/nothing-expected.ts';
import { sessionsBetween } from '../../../src/calendar/trading-calendar.ts';
import type { Instrument } from '../../../src/domain/instrument.ts';

const JANUARY = { startDate: '2024-01-02', endDate: '2024-01-31' };
const NONE = new Map<string, Int32Array>();

function instrument(symbol: string, life: Partial<Instrument> = {}): Instrument {
  return { symbol, name: undefined, listDate: '2000-01-04', delistDate: undefined, ...life };
}

describe('symbols of which no session is expected', () => {
  it('are none where all are listed, or nothing is known of them', () => {
    const unknown = instrument('600001.SH', { listDate: undefined });
    const instruments = [instrument('600000.SH'), unknown];

    assert.equal(describeNothingExpected({ instruments, suspensions: NONE }, JANUARY), undefined);
  });

  it('are those that were listed later', () => {
    const instruments = [
      instrument('600000.SH', { listDate: '2024-03-05' }),
      instrument('600001.SH', { listDate: '2024-01-31' }),
    ];

    assert.equal(
      describeNothingExpected({ instruments, suspensions: NONE }, JANUARY),
      'no session is expected of 1 symbol in this range: 600000.SH (listed 2024-03-05)',
    );
  });

  it('are those that were delisted before, or suspended on each session', () => {
    const sessions = sessionsBetween('SSE', JANUARY.startDate, JANUARY.endDate);
    const suspensions = new Map([
      ['600001.SH', sessions],
      ['600002.SH', sessions.subarray(1)],
    ]);
    const instruments = [
      instrument('600000.SH', { delistDate: '2024-01-02' }),
      instrument('600001.SH'),
      instrument('600002.SH'),
    ];

    assert.equal(
      describeNothingExpected({ instruments, suspensions }, JANUARY),
      'no session is expected of 2 symbols in this range: 600000.SH (delisted 2024-01-02), 600001.SH (suspended throughout)',
    );
  });

  it('are named up to three', () => {
    const instruments = [0, 1, 2, 3, 4].map((digit) =>
      instrument(`60000${digit}.SH`, { listDate: '2024-03-05' }),
    );

    const text = describeNothingExpected({ instruments, suspensions: NONE }, JANUARY);

    assert.match(
      text ?? '',
      /^no session is expected of 5 symbols .* 600002\.SH \(.*\) and 2 more$/,
    );
  });

  it('are not told where the exchange had no session at all', () => {
    const instruments = [instrument('600000.SH', { listDate: '2024-03-05' })];
    const weekend = { startDate: '2024-01-06', endDate: '2024-01-07' };

    assert.equal(describeNothingExpected({ instruments, suspensions: NONE }, weekend), undefined);
  });
});
