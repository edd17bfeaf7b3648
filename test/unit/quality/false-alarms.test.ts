import assert from 'node:assert/strict';

import { takeRows, type BarColumns } from '../../../src/domain/bar.ts';
import { judgeBars } from '../../../src/quality/judge.ts';
import { cleanSample, rowOf } from '../../../src/quality/mutants/sample.ts';
import { FATE } from '../../../src/quality/verdict.ts';

const TICK = 100;

/** A bar of one price, its last, as where a share is locked at its limit. */
function lock({ open, high, low, close, volume, amount }: BarColumns, row: number): void {
  const price = close[row] ?? 0;
  open[row] = price;
  high[row] = price;
  low[row] = price;
  volume[row] = Math.round((volume[row] ?? 0) / 20);
  amount[row] = (volume[row] ?? 0) * price;
}

/** Found on real bars of 2006 to 2013, with faults injected, by symbols that no rule was made on. */
describe('what looks like a fault and is none', () => {
  it('two small errors apart, of rows whose mean price is low in its range: no adjusted run', () => {
    const { columns, context } = cleanSample();
    const [start, end] = [rowOf(60), rowOf(80)];
    for (let row = start; row < end; row += 1) {
      const [low = 0, high = 0] = [columns.low[row], columns.high[row]];
      columns.amount[row] = Math.round((columns.volume[row] ?? 0) * (low + (high - low) / 10));
    }
    columns.preClose[start] = (columns.preClose[start] ?? 0) + 3 * TICK;
    columns.preClose[end] = (columns.preClose[end] ?? 0) - 2 * TICK;

    const { hits, fate } = judgeBars(columns, context);

    assert.equal(hits['A11_foreign_or_adjusted_run'] ?? 0, 0);
    assert.ok(fate.subarray(start + 1, end - 1).every((one) => one === FATE.publish));
  });

  it('the one session between two locked ones in which a share is traded', () => {
    const { columns, context } = cleanSample();
    const row = rowOf(60);
    columns.volume[row] = 10 * (columns.volume[row] ?? 0);
    columns.amount[row] = 10 * (columns.amount[row] ?? 0);
    const spike = judgeBars(columns, context);
    lock(columns, row - 1);
    lock(columns, row + 1);

    const relief = judgeBars(columns, context);

    assert.equal(spike.hits['S01_volume_level'], 1);
    assert.equal(relief.hits['S01_volume_level'] ?? 0, 0);
  });

  it('the right days between a run of days that are one early and a suspension', () => {
    const { columns, context } = cleanSample();
    const symbol = columns.symbols[0] ?? '';
    // Sessions 60 and 75 are Mondays; 76 to 78 are Tuesday to Thursday; on Friday the share is suspended.
    const friday = columns.tradingDay[rowOf(79)] ?? 0;
    for (let row = rowOf(60); row <= rowOf(75); row += 1) {
      columns.tradingDay[row] = (columns.tradingDay[row] ?? 0) - 1;
    }
    const rows = Uint32Array.from({ length: columns.length }, (_, row) => row).filter(
      (row) => row !== rowOf(79),
    );
    columns.preClose[rowOf(80)] = columns.close[rowOf(78)] ?? 0;
    const suspensions = new Map([...context.suspensions, [symbol, Int32Array.of(friday)]]);

    const { hits, columns: judged } = judgeBars(takeRows(columns, rows), {
      ...context,
      suspensions,
    });

    assert.deepEqual(hits, { T03_date_shift: 16 });
    assert.deepEqual(
      [...judged.tradingDay.subarray(rowOf(60), rowOf(79))],
      [...context.sessions.subarray(60, 79)],
    );
  });
});
