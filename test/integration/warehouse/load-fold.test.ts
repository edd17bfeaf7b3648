import assert from 'node:assert/strict';

import fc from 'fast-check';

import { loadBatch, type LoadRequest } from '../../../src/warehouse/load-batch.ts';
import { loadRequest, type TestBar } from './load-requests.ts';
import { createScratchDatabase, type ScratchDatabase } from './scratch-database.ts';

const SYMBOLS = ['000001.SZ', '430047.BJ', '600000.SH'];
const DAYS = ['2023-12-29', '2024-01-02', '2024-01-03'];

/** A bar's key and what may vary in it; few enough that batches often meet. */
interface Cell {
  readonly key: number;
  readonly close: number;
  readonly amount: number | null;
  readonly answer: number;
}
const CELL: fc.Arbitrary<Cell> = fc.record({
  key: fc.nat({ max: SYMBOLS.length * DAYS.length - 1 }),
  close: fc.constantFrom(10, 10.1, 10.2),
  amount: fc.constantFrom(100, 200, null),
  answer: fc.constantFrom(0, 1),
});
interface Batch {
  readonly cells: readonly Cell[];
  readonly mode: 'skip' | 'update';
}
const BATCH: fc.Arbitrary<Batch> = fc.record({
  cells: fc.uniqueArray(CELL, { selector: ({ key }) => key, maxLength: 6 }),
  mode: fc.constantFrom('skip' as const, 'update' as const),
});

interface Stored {
  readonly close: number;
  readonly amount: number | null;
  readonly answer: number;
}

/** The table as it should be: the whole rule of the loader in a few lines. */
function fold(table: Map<number, Stored>, { cells, mode }: Batch): number[] {
  const counts = [0, 0, 0, 0];
  for (const { key, ...cell } of cells) {
    const stored = table.get(key);
    const isKept = stored !== undefined && cell.amount === null && stored.answer !== cell.answer;
    const wanted = isKept ? { ...cell, amount: stored.amount } : cell;
    const isEqual = stored?.close === wanted.close && stored.amount === wanted.amount;
    const fate = fateOf(stored === undefined, isEqual, mode);
    counts[fate] = (counts[fate] ?? 0) + 1;
    if (fate < 2) {
      table.set(key, wanted);
    }
  }
  return counts;
}

/** Index in inserted, updated, unchanged, skipped. */
function fateOf(isNew: boolean, isEqual: boolean, mode: 'skip' | 'update'): number {
  if (isNew) {
    return 0;
  }
  if (isEqual) {
    return 2;
  }
  return mode === 'update' ? 1 : 3;
}

function barOf({ key, close, amount, answer }: Cell): TestBar {
  const symbol = SYMBOLS[key % SYMBOLS.length] ?? '';
  return { symbol, day: DAYS[Math.floor(key / SYMBOLS.length)] ?? '', close, amount, answer };
}

describe('loadBatch as a fold', () => {
  let database: ScratchDatabase;

  before(async () => {
    database = await createScratchDatabase();
  });

  after(async () => {
    await database.drop();
  });

  async function tableNow(): Promise<unknown> {
    const { rows } = await database.warehouse.pool.query(
      'select symbol, trade_date, close::float8, amount::float8, source from daily_bars order by symbol, trade_date',
    );
    return rows;
  }

  it('gives the table and the counts of a pure fold for any batches, whichever are sent again and when', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(BATCH, { maxLength: 6 }),
        fc.infiniteStream(fc.nat()),
        async (batches, choices) => {
          await database.empty();
          const table = new Map<number, Stored>();
          const sent: LoadRequest[] = [];
          let updates = 0;
          for (const batch of batches) {
            const expected = fold(table, batch);
            const request = loadRequest(batch.cells.map(barOf), { mode: batch.mode });
            sent.push(request);

            const counts = await loadBatch(database.warehouse, request);
            // An activity that was already done may run again at any later time.
            const again = sent[(choices.next().value ?? 0) % sent.length] ?? request;
            const repeated = await loadBatch(database.warehouse, { ...again, attempt: 2 });

            updates += counts.updated;
            const { inserted, updated, unchanged, skipped } = counts;
            assert.deepEqual([inserted, updated, unchanged, skipped], expected);
            assert.equal(repeated.alreadyLoaded, true);
          }
          const expectedRows = [...table]
            .map(([key, stored]) => ({
              ...barOf({ key, ...stored }),
              source: ['tushare', 'akshare'][stored.answer],
            }))
            .map(({ symbol, day, close, amount, source }) => ({
              symbol,
              trade_date: day,
              close,
              amount,
              source,
            }))
            .toSorted((a, b) =>
              `${a.symbol}${a.trade_date}` < `${b.symbol}${b.trade_date}` ? -1 : 1,
            );
          assert.deepEqual(await tableNow(), expectedRows);
          const { rows } = await database.warehouse.pool.query(
            'select count(*) from daily_bars_history',
          );
          assert.deepEqual(rows, [{ count: updates }]);
        },
      ),
      { numRuns: 40 },
    );
  });
});
