import assert from 'node:assert/strict';

import { differencesBetween } from '../../../src/quality/source-differences.ts';
import { barColumns } from '../../support/bar-columns.ts';

function fieldsOf(stored: object, other: object): readonly string[] {
  return differencesBetween(barColumns([stored]), barColumns([other])).differences.map(
    ({ field }) => field,
  );
}

describe('two sources', () => {
  it('agree within a rounded lot, half a percent of volume, and a thousand yuan', () => {
    assert.deepEqual(fieldsOf({ volume: 10_000 }, { volume: 10_100 }), []);
    assert.deepEqual(fieldsOf({ volume: 1_000_000 }, { volume: 1_005_000 }), []);
    assert.deepEqual(fieldsOf({ amount: 101_000 }, { amount: 102_000 }), []);
  });

  it('disagree by a tick of a price, a lot and more, or another unit', () => {
    assert.deepEqual(fieldsOf({ close: 10.2 }, { close: 10.21 }), ['close']);
    assert.deepEqual(fieldsOf({ volume: 10_000 }, { volume: 10_101 }), ['volume']);
    assert.deepEqual(fieldsOf({ volume: 10_000 }, { volume: 100 }), ['volume']);
  });

  it('may count trades after the close or not, since there are any', () => {
    const [before, since] = ['2026-07-03', '2026-07-06'];
    const [less, more] = [{ volume: 1_000_000 }, { volume: 1_040_000 }];

    assert.deepEqual(fieldsOf({ ...less, day: before }, { ...more, day: before }), ['volume']);
    assert.deepEqual(fieldsOf({ ...less, day: since }, { ...more, day: since }), []);
  });

  it('do not disagree about what one of them does not have', () => {
    const stored = barColumns([{ day: '2024-01-02' }, { day: '2024-01-03' }]);
    const other = barColumns([{ day: '2024-01-03', amount: null }]);

    assert.deepEqual(differencesBetween(stored, other), { bars: 1, differences: [] });
  });
});
