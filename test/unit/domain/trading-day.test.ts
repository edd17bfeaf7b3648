import assert from 'node:assert/strict';

import fc from 'fast-check';

import {
  addDays,
  fromDayNumber,
  parseDay,
  shanghaiDayAt,
  toDayNumber,
} from '../../../src/domain/trading-day.ts';

describe('trading days', () => {
  it('refuse days that do not exist and forms that are not ISO dates', () => {
    for (const bad of [
      '2024-02-30',
      '2023-02-29',
      '2024-2-3',
      '20240203',
      '02/03/2024',
      '0000-00-00',
      '2024-01-01T00:00:00Z',
      '',
    ]) {
      assert.equal(parseDay(bad), undefined, bad);
    }
    assert.throws(() => toDayNumber('2024-02-30'), RangeError);
  });

  it('survive the way to a number and back', () => {
    fc.assert(
      fc.property(fc.integer({ min: -10_000, max: 60_000 }), (day) => {
        assert.equal(toDayNumber(fromDayNumber(day)), day);
      }),
    );
  });

  it('step over month ends and leap days', () => {
    assert.equal(addDays('2024-02-28', 1), '2024-02-29');
    assert.equal(addDays('2024-03-01', -1), '2024-02-29');
    assert.equal(addDays('2023-12-31', 1), '2024-01-01');
  });

  it('begin at midnight in Shanghai, whatever the zone of the machine', () => {
    assert.equal(shanghaiDayAt(Date.parse('2026-11-22T15:59:59Z')), '2026-11-22');
    assert.equal(shanghaiDayAt(Date.parse('2026-11-22T16:00:00Z')), '2026-11-23');
  });
});
