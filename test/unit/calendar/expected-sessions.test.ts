import assert from 'node:assert/strict';

import fc from 'fast-check';

import { expectedSessions } from '../../../src/calendar/expected-sessions.ts';
import { isListed, listedSessions, type Listing } from '../../../src/calendar/listing-life.ts';
import { isSession } from '../../../src/calendar/trading-calendar.ts';
import { ConfigurationError } from '../../../src/domain/errors.ts';
import { exchangeOf } from '../../../src/domain/stock-symbol.ts';
import { fromDayNumber, toDayNumber } from '../../../src/domain/trading-day.ts';

const NEVER = new Int32Array(0);

function listing(dates: Partial<Listing> = {}): Listing {
  return { symbol: '600000.SH', listDate: undefined, delistDate: undefined, ...dates };
}

function days(numbers: Int32Array): string[] {
  return Array.from(numbers, fromDayNumber);
}

describe('listed sessions', () => {
  it('begin on the listing date and end before the delisting date', () => {
    const life = listing({ listDate: '2024-01-03', delistDate: '2024-01-08' });

    assert.deepEqual(days(listedSessions(life, '2024-01-01', '2024-01-31')), [
      '2024-01-03',
      '2024-01-04',
      '2024-01-05',
    ]);
  });

  it('are those of the exchange where the dates are unknown', () => {
    const life = listing({ symbol: '920001.BJ' });

    assert.deepEqual(days(listedSessions(life, '2021-11-10', '2021-11-16')), [
      '2021-11-15',
      '2021-11-16',
    ]);
  });

  it('are none outside of the life', () => {
    const life = listing({ listDate: '2024-03-01', delistDate: '2024-04-01' });

    assert.equal(listedSessions(life, '2024-01-01', '2024-01-31').length, 0);
    assert.equal(listedSessions(life, '2024-05-01', '2024-05-31').length, 0);
  });
});

describe('expected sessions', () => {
  it('leave out the suspended days', () => {
    const suspended = Int32Array.of(toDayNumber('2024-01-04'), toDayNumber('2024-01-06'));
    const range = { from: '2024-01-03', to: '2024-01-09' };

    assert.deepEqual(days(expectedSessions(listing(), range, suspended)), [
      '2024-01-03',
      '2024-01-05',
      '2024-01-08',
      '2024-01-09',
    ]);
  });

  it('are unknown beyond the horizon', () => {
    assert.throws(
      () => expectedSessions(listing(), { from: '2026-12-01', to: '2027-01-31' }, NEVER),
      ConfigurationError,
    );
  });

  it('are exactly the days that are a session, listed and not suspended', () => {
    const first = toDayNumber('2021-10-01');
    const offset = fc.integer({ min: 0, max: 300 });
    const optional = fc.option(offset, { nil: undefined });
    fc.assert(
      fc.property(
        fc.constantFrom('600000.SH', '000001.SZ', '920001.BJ'),
        fc.tuple(optional, optional),
        fc.tuple(offset, offset),
        fc.array(offset, { maxLength: 40 }),
        (symbol, [listed, delisted], [from, to], holes) => {
          const life: Listing = {
            symbol,
            listDate: listed === undefined ? undefined : fromDayNumber(first + listed),
            delistDate: delisted === undefined ? undefined : fromDayNumber(first + delisted),
          };
          const suspended = Int32Array.from(holes, (day) => first + day).toSorted();
          const range = { from: fromDayNumber(first + from), to: fromDayNumber(first + to) };
          const expected: number[] = [];
          for (let day = first + from; day <= first + to; day += 1) {
            if (
              isSession(exchangeOf(symbol), day) &&
              isListed(life, day) &&
              !suspended.includes(day)
            ) {
              expected.push(day);
            }
          }

          assert.deepEqual([...expectedSessions(life, range, suspended)], expected);
        },
      ),
      { numRuns: 300 },
    );
  });
});
