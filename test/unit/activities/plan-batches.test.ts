import assert from 'node:assert/strict';

import fc from 'fast-check';

import { planBatches, planSessionBatches } from '../../../src/activities/plan-batches.ts';

const range = { startDate: '2024-01-02', endDate: '2024-12-31' };

function symbols(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${600000 + index}.SH`);
}

describe('planning batches', () => {
  it('keeps to the batch size that was asked for', () => {
    const batches = planBatches(symbols(250), range, {
      batchSize: 100,
      batchRows: 250_000,
      rowsPerSymbol: 5,
    });

    assert.deepEqual(
      batches.map((batch) => batch.symbols.length),
      [100, 100, 50],
    );
    assert.deepEqual(
      batches.map((batch) => batch.batchNo),
      [0, 1, 2],
    );
  });

  it('takes the range of a job and nothing else of it', () => {
    const job = { ...range, symbols: [], batchSize: 7 };

    const [first] = planBatches(['600000.SH'], job, {
      batchSize: 1,
      batchRows: 10,
      rowsPerSymbol: 1,
    });

    assert.deepEqual(first, { batchNo: 0, symbols: ['600000.SH'], ...range });
  });

  it('makes smaller batches where a symbol has many rows', () => {
    const [first] = planBatches(symbols(250), range, {
      batchSize: 100,
      batchRows: 250_000,
      rowsPerSymbol: 5000,
    });

    assert.equal(first?.symbols.length, 50);
  });

  it('gives a symbol a batch even if it alone has too many rows', () => {
    const batches = planBatches(symbols(2), range, {
      batchSize: 100,
      batchRows: 10,
      rowsPerSymbol: 5000,
    });

    assert.equal(batches.length, 2);
  });

  it('places every symbol once, in order, whatever the sizes', () => {
    const sizes = fc.record({
      batchSize: fc.integer({ min: 1, max: 300 }),
      batchRows: fc.integer({ min: 1, max: 10_000 }),
      rowsPerSymbol: fc.integer({ min: 0, max: 9000 }),
    });
    fc.assert(
      fc.property(fc.shuffledSubarray(symbols(60)), sizes, (some, sizing) => {
        const placed = planBatches([...some, ...some], range, sizing).flatMap((b) => b.symbols);
        assert.deepEqual(placed, some.toSorted());
      }),
    );
  });
});

describe('planSessionBatches', () => {
  it('keeps the market together and cuts the days, so that no session is asked for twice', () => {
    const days = { startDate: '2024-01-02', endDate: '2024-01-10' };

    const batches = planSessionBatches(symbols(50), days, 150);

    assert.deepEqual(
      batches.map(({ startDate, endDate }) => [startDate, endDate]),
      [
        ['2024-01-02', '2024-01-04'],
        ['2024-01-05', '2024-01-09'],
        ['2024-01-10', '2024-01-10'],
      ],
    );
    assert.ok(batches.every((batch) => batch.symbols.length === 50));
  });
});
