import { strict as assert } from 'node:assert';

import { lookBackStart } from '../../../src/calendar/look-back.ts';
import { sessionsBetween } from '../../../src/calendar/trading-calendar.ts';
import { addDays } from '../../../src/domain/trading-day.ts';

describe('where a look-back begins', () => {
  it('stays a week where the week has five sessions', () => {
    assert.equal(lookBackStart('2024-03-07', '2024-03-13'), '2024-03-07');
    assert.equal(lookBackStart('2024-03-08', '2024-03-14'), '2024-03-08');
  });

  it('reaches over Labour Day to the sessions before it', () => {
    // 2024-05-01 to 05-05 were closed; 04-28 was a Sunday on which people worked and exchanges did not.
    assert.equal(lookBackStart('2024-04-30', '2024-05-06'), '2024-04-25');
  });

  it('holds five sessions a week at every day of ten years', () => {
    for (let day = '2015-02-01'; day <= '2024-12-31'; day = addDays(day, 1)) {
      const start = lookBackStart(addDays(day, -6), day);
      assert.ok(sessionsBetween('SSE', start, day).length >= 5, `${start} to ${day}`);
      assert.ok(start <= addDays(day, -6));
    }
  });

  it('leaves a range of less than a week as it is', () => {
    assert.equal(lookBackStart('2024-02-14', '2024-02-16'), '2024-02-14');
  });
});
