import assert from 'node:assert/strict';

import { MARK, type BarColumns } from '../../../src/domain/bar.ts';
import { judgeBars } from '../../../src/quality/judge.ts';
import { cleanSample, rowOf } from '../../../src/quality/mutants/sample.ts';
import {
  withSpecialTreatment,
  type SpecialTreatment,
} from '../../../src/quality/special-treatment.ts';
import { barColumns } from '../../support/bar-columns.ts';
import { toDayNumber } from '../../../src/domain/trading-day.ts';

const DAY = '2024-01-02';
const LISTED: SpecialTreatment = {
  knownDays: Int32Array.of(toDayNumber(DAY)),
  days: new Map([['600000.SH', Int32Array.of(toDayNumber(DAY))]]),
};

describe('lists of who is under special treatment', () => {
  it('say it of rows whose source does not, on days that are known', () => {
    const bars = barColumns([
      { day: DAY },
      { day: DAY, symbol: '600001.SH' },
      { day: DAY, marks: MARK.stKnown },
      { day: '2024-01-03' },
    ]);

    const { marks } = withSpecialTreatment(bars, LISTED);

    assert.deepEqual([...marks], [MARK.stKnown | MARK.st, MARK.stKnown, MARK.stKnown, 0]);
  });

  it('halve the price limit by which the rules judge', () => {
    const { columns, context } = cleanSample();
    const row = rowOf(60);
    columns.marks.fill(0);
    riseBy(columns, row, 1.08);
    const day = columns.tradingDay[row] ?? 0;
    const symbol = columns.symbols[columns.symbolId[row] ?? 0] ?? '';
    const specialTreatment = {
      knownDays: columns.tradingDay,
      days: new Map([[symbol, Int32Array.of(day)]]),
    };

    const unknown = judgeBars(columns, context);
    const known = judgeBars(columns, { ...context, specialTreatment });

    assert.equal(unknown.hits['A09_limit_breach'] ?? 0, 0);
    assert.ok(unknown.abstentions['A09_limit_breach']?.includes('st'));
    assert.ok((known.hits['A09_limit_breach'] ?? 0) > 0);
    assert.ok(known.abstentions['A09_limit_breach']?.includes('st') !== true);
  });
});

/** One session that closes so much higher than the one before, and is the new level from then on. */
function riseBy(columns: BarColumns, row: number, factor: number): void {
  const { preClose, high, close, low, open, volume, amount } = columns;
  const target = Math.round(((preClose[row] ?? 0) * factor) / 100) * 100;
  open[row] = preClose[row] ?? 0;
  low[row] = preClose[row] ?? 0;
  high[row] = target;
  close[row] = target;
  amount[row] = ((volume[row] ?? 0) * (target + (preClose[row] ?? 0))) / 2;
  preClose[row + 1] = target;
}
