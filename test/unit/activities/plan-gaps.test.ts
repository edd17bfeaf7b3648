import assert from 'node:assert/strict';

import { planGaps, type MissingRange } from '../../../src/activities/plan-gaps.ts';

const sizing = { batchSize: 100, batchRows: 250_000, firstBatch: 0 };

function missing(
  symbol: string,
  firstDay: string,
  lastDay: string,
  sessions: number,
): MissingRange {
  return { symbol, firstDay, lastDay, sessions };
}

describe('the plan of gaps', () => {
  it('asks for exactly the days that are missing, once for all symbols that miss them', () => {
    const batches = planGaps(
      [
        missing('600000.SH', '2024-03-04', '2024-03-08', 5),
        missing('000001.SZ', '2024-03-04', '2024-03-08', 5),
        missing('000001.SZ', '2024-05-06', '2024-05-06', 1),
      ],
      { ...sizing, cut: 'days' },
    );

    assert.deepEqual(batches, [
      {
        batchNo: 0,
        symbols: ['000001.SZ', '600000.SH'],
        startDate: '2024-03-04',
        endDate: '2024-03-08',
      },
      { batchNo: 1, symbols: ['000001.SZ'], startDate: '2024-05-06', endDate: '2024-05-06' },
    ]);
  });

  it('cuts years of history at the end of each year, and lets symbols of the same months share batches', () => {
    const batches = planGaps(
      [
        missing('600000.SH', '2022-11-14', '2024-01-31', 296),
        missing('600001.SH', '2022-11-21', '2024-01-31', 291),
      ],
      { ...sizing, cut: 'years' },
    );

    assert.deepEqual(
      batches.map(({ startDate, endDate, symbols }) => [startDate, endDate, symbols.length]),
      [
        ['2022-11-01', '2022-12-31', 2],
        ['2023-01-01', '2023-12-31', 2],
        ['2024-01-01', '2024-01-31', 2],
      ],
    );
  });

  it('keeps to the batch size and to the rows a batch may have', () => {
    const gaps = Array.from({ length: 10 }, (_, index) =>
      missing(`${600_000 + index}.SH`, '2023-01-01', '2023-12-31', 242),
    );

    assert.equal(planGaps(gaps, { ...sizing, batchSize: 4, cut: 'years' }).length, 3);
    assert.equal(planGaps(gaps, { ...sizing, batchRows: 500, cut: 'years' }).length, 5);
  });

  it('widens no range beyond the last day that anybody misses: today has no whole bar', () => {
    const batches = planGaps(
      [
        missing('600000.SH', '2026-09-14', '2026-11-24', 45),
        missing('600001.SH', '2026-09-15', '2026-11-25', 45),
      ],
      { ...sizing, cut: 'years' },
    );

    assert.deepEqual(
      batches.map(({ startDate, endDate, symbols }) => [startDate, endDate, symbols.length]),
      [['2026-09-01', '2026-11-25', 2]],
    );
  });

  it('widens holes strewn over the market to whole months rather than plan thousands of batches', () => {
    const gaps = Array.from({ length: 3000 }, (_, index) => {
      const day = `2023-${String(1 + (index % 12)).padStart(2, '0')}-${String(1 + (index % 28)).padStart(2, '0')}`;
      const last = `2023-${String(1 + (index % 12)).padStart(2, '0')}-${String(1 + ((index + Math.floor(index / 28)) % 28)).padStart(2, '0')}`;
      const [from, to] = day < last ? [day, last] : [last, day];
      return missing(`${600_000 + index}.SH`, from, to, 1);
    });

    const batches = planGaps(gaps, { ...sizing, batchSize: 1, cut: 'days' });

    assert.ok(batches.every(({ startDate }) => startDate.endsWith('-01')));
    assert.ok(planGaps(gaps, { ...sizing, cut: 'days' }).length <= 2000);
  });
});
