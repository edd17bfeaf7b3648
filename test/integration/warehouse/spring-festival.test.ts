import assert from 'node:assert/strict';

import { SPRING_FESTIVAL_YEARS } from '../../../src/calendar/spring-festival.ts';
import { createScratchDatabase, type ScratchDatabase } from './scratch-database.ts';

/** Last session before and first after, from the exchanges' own notices. */
const PUBLISHED: readonly (readonly [year: number, before: string, after: string])[] = [
  [2008, '2008-02-05', '2008-02-13'],
  [2013, '2013-02-08', '2013-02-18'],
  [2018, '2018-02-14', '2018-02-22'],
  [2020, '2020-01-23', '2020-02-03'],
  [2021, '2021-02-10', '2021-02-18'],
  [2022, '2022-01-28', '2022-02-07'],
  [2023, '2023-01-20', '2023-01-30'],
  [2024, '2024-02-08', '2024-02-19'],
  [2025, '2025-01-27', '2025-02-05'],
  [2026, '2026-02-13', '2026-02-24'],
];

describe('spring_festival_sessions', () => {
  const state: { database?: ScratchDatabase } = {};

  before(async () => {
    state.database = await createScratchDatabase();
    await state.database.warehouse.pool.query(`
      insert into daily_bars
      select '600000.SH', trading_day, 1, 1, 1, 1, 1, 100, 100, 'test', 1, 0, now(), now()
        from exchange_sessions where exchange = 'SSE'`);
  });
  after(() => state.database?.drop());

  async function rowsOf(sql: string): Promise<readonly Record<string, unknown>[]> {
    assert.ok(state.database);
    return (await state.database.warehouse.pool.query<Record<string, unknown>>(sql)).rows;
  }

  it('counts from the closures that the exchanges have published', async () => {
    const rows = await rowsOf(`
      select year, max(trade_date) filter (where "offset" = -1)::text as before,
             min(trade_date) filter (where "offset" = 1)::text as after
        from spring_festival_sessions group by year order by year`);

    const byYear = new Map(rows.map(({ year, before, after }) => [year, [before, after]]));
    for (const [year, before, after] of PUBLISHED) {
      assert.deepEqual(byYear.get(year), [before, after], String(year));
    }
  });

  it('has each offset once a year, without 0, and a closure in every year', async () => {
    const rows = await rowsOf(`
      select f.year, count(s."offset")::int as sessions, count(distinct s."offset")::int as offsets,
             count(*) filter (where s."offset" = 0)::int as zeros,
             (f.first_session_after - f.last_session_before - 1)::int as closed
        from spring_festivals f join spring_festival_sessions s using (year) group by f.year order by f.year`);

    assert.deepEqual(
      rows.map(({ year }) => year),
      SPRING_FESTIVAL_YEARS,
    );
    for (const { year, sessions, offsets, zeros, closed } of rows) {
      assert.equal(sessions, offsets, String(year));
      assert.equal(zeros, 0);
      assert.ok(Number(closed) >= 3 && Number(closed) <= 19, `${String(year)}: ${String(closed)}`);
      // The calendar begins in December 1990.
      assert.ok(Number(sessions) === 120 || year === 1991, `${String(year)}: ${String(sessions)}`);
    }
  });
});
