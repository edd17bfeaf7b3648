import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

import fc from 'fast-check';

import {
  CALENDAR_HORIZON,
  isSession,
  nextSession,
  previousSession,
  sessionAtOrBefore,
  sessionsBetween,
  sessionsOf,
  weekdayOf,
} from '../../../src/calendar/trading-calendar.ts';
import { ConfigurationError } from '../../../src/domain/errors.ts';
import { fromDayNumber, toDayNumber } from '../../../src/domain/trading-day.ts';
import { describeWithSharedData, sharedData } from '../../support/shared-data.ts';

function days(numbers: Int32Array): string[] {
  return Array.from(numbers, fromDayNumber);
}

const anyDay = fc.integer({
  min: CALENDAR_HORIZON.firstDay,
  max: CALENDAR_HORIZON.lastDay - 10,
});

describe('trading calendar', () => {
  it('knows the Spring Festival of 2020, which was extended by decree', () => {
    assert.deepEqual(days(sessionsBetween('SSE', '2020-01-22', '2020-02-04')), [
      '2020-01-22',
      '2020-01-23',
      '2020-02-03',
      '2020-02-04',
    ]);
  });

  it('knows that the Friday before the Spring Festival of 2024 was closed', () => {
    assert.equal(isSession('SSE', toDayNumber('2024-02-08')), true);
    assert.equal(isSession('SSE', toDayNumber('2024-02-09')), false);
    assert.equal(nextSession('SSE', toDayNumber('2024-02-08')), toDayNumber('2024-02-19'));
  });

  it('has no session on a weekend, nor on a working Saturday', () => {
    assert.ok(sessionsOf('SSE').every((day) => weekdayOf(day) % 6 !== 0));
    assert.equal(isSession('SSE', toDayNumber('2024-02-04')), false);
  });

  it('begins when the exchange opened', () => {
    assert.equal(fromDayNumber(sessionsOf('SSE')[0] ?? 0), '1990-12-19');
    assert.equal(fromDayNumber(sessionsOf('SZSE')[0] ?? 0), '1991-07-03');
    assert.equal(fromDayNumber(sessionsOf('BSE')[0] ?? 0), '2021-11-15');
    assert.equal(previousSession('BSE', toDayNumber('2021-11-15')), undefined);
  });

  it('calls the time beyond its horizon unknown, not closed', () => {
    const beyond = CALENDAR_HORIZON.lastDay + 1;
    for (const ask of [
      () => isSession('SSE', beyond),
      () => isSession('SSE', CALENDAR_HORIZON.firstDay - 1),
      () => sessionsBetween('SSE', '2026-12-01', '2027-01-04'),
      () => nextSession('SSE', CALENDAR_HORIZON.lastDay),
      () => sessionAtOrBefore('SSE', beyond),
    ]) {
      assert.throws(
        ask,
        (error) =>
          error instanceof ConfigurationError &&
          /calendar unknown for 20|calendar unknown for 19/.test(error.message),
      );
    }
  });

  it('finds neighbours that are sessions with none between', () => {
    fc.assert(
      fc.property(anyDay, (day) => {
        const next = nextSession('SSE', day);
        assert.ok(next > day && isSession('SSE', next));
        for (let between = day + 1; between < next; between += 1) {
          assert.equal(isSession('SSE', between), false);
        }
        assert.equal(previousSession('SSE', next), sessionAtOrBefore('SSE', day));
      }),
    );
  });
});

describeWithSharedData('trading calendar against the recorded one', () => {
  it('agrees on every day from 1990-12-19 to 2026-12-31', () => {
    const file = sharedData('calendar', 'trade_cal_sse_19901219_20261231.csv.gz');
    const [, ...lines] = gunzipSync(readFileSync(file)).toString().trim().split('\n');
    let compared = 0;

    for (const line of lines) {
      const [, date = '', isOpen] = line.split(',');
      const day = `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6, 8)}`;
      assert.equal(isSession('SSE', toDayNumber(day)), isOpen === '1', day);
      compared += 1;
    }

    assert.equal(compared, 13_162);
  });
});
