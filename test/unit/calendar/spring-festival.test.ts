import assert from 'node:assert/strict';

import { springFestival } from '../../../src/calendar/spring-festival.ts';
import { isSession } from '../../../src/calendar/trading-calendar.ts';
import { ConfigurationError } from '../../../src/domain/errors.ts';
import { fromDayNumber } from '../../../src/domain/trading-day.ts';

const YEARS = Array.from({ length: 36 }, (_, index) => 1991 + index);
const chineseCalendar = new Intl.DateTimeFormat('en-u-ca-chinese', {
  timeZone: 'UTC',
  month: 'numeric',
  day: 'numeric',
});

function datesOf(year: number): Record<string, string | number> {
  const { year: of, ...days } = springFestival(year);
  return {
    year: of,
    ...Object.fromEntries(Object.entries(days).map(([name, day]) => [name, fromDayNumber(day)])),
  };
}

describe('Spring Festival', () => {
  it('of 2020 was extended to 2 February', () => {
    assert.deepEqual(datesOf(2020), {
      year: 2020,
      newYearDay: '2020-01-25',
      firstClosedDay: '2020-01-24',
      lastClosedDay: '2020-02-02',
      lastSessionBefore: '2020-01-23',
      firstSessionAfter: '2020-02-03',
    });
  });

  it('of 2024 began on Friday the 9th, of 2026 lasts to the 23rd', () => {
    assert.equal(datesOf(2024)['firstClosedDay'], '2024-02-09');
    assert.equal(datesOf(2024)['firstSessionAfter'], '2024-02-19');
    assert.equal(datesOf(2026)['lastSessionBefore'], '2026-02-13');
    assert.equal(datesOf(2026)['firstSessionAfter'], '2026-02-24');
  });

  it('lies around the first day of the Chinese year, as ICU knows it', () => {
    for (const year of YEARS) {
      const date = new Date(springFestival(year).newYearDay * 86_400_000);
      assert.equal(chineseCalendar.format(date), '1/1', String(year));
    }
  });

  it('has sessions on either side and none within, in every year', () => {
    for (const year of YEARS) {
      const festival = springFestival(year);
      assert.ok(isSession('SSE', festival.lastSessionBefore));
      assert.ok(isSession('SSE', festival.firstSessionAfter));
      assert.ok(festival.firstClosedDay <= festival.newYearDay);
      assert.ok(festival.newYearDay <= festival.lastClosedDay);
      for (let day = festival.firstClosedDay; day <= festival.lastClosedDay; day += 1) {
        assert.equal(isSession('SSE', day), false, fromDayNumber(day));
      }
    }
  });

  it('is unknown before 1991 and beyond the horizon', () => {
    for (const year of [1990, 2027, Number.NaN]) {
      assert.throws(
        () => springFestival(year),
        (error) => error instanceof ConfigurationError && error.code === 'ETL-CAL-001',
      );
    }
  });
});
