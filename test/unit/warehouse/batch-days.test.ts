import assert from 'node:assert/strict';

import { fromDayNumber, toDayNumber } from '../../../src/domain/trading-day.ts';
import { countDays } from '../../../src/warehouse/batch-days.ts';
import { barColumns } from '../../support/bar-columns.ts';

function counted(
  bars: readonly (readonly [symbol: string, day: string])[],
  suspended: readonly (readonly [symbol: string, day: string])[],
): readonly string[] {
  const columns = barColumns(bars.map(([symbol, day]) => ({ symbol, day })));
  const suspensions = suspended.map(([symbol, day]) => ({
    symbol,
    day: toDayNumber(day),
    answer: 0,
  }));
  return countDays({ columns, suspensions }).map(
    ({ symbol, days, first, last }) =>
      `${symbol} ${days} ${fromDayNumber(first)} ${fromDayNumber(last)}`,
  );
}

describe('the days that a batch brings', () => {
  it('are those with a bar or a suspension, of each symbol', () => {
    const bars = [
      ['000001.SZ', '2024-01-03'],
      ['000001.SZ', '2024-01-04'],
      ['600000.SH', '2024-01-02'],
    ] as const;
    const suspended = [
      ['000001.SZ', '2024-01-02'],
      ['600519.SH', '2024-01-03'],
      ['600519.SH', '2024-01-02'],
    ] as const;

    assert.deepEqual(counted(bars, suspended), [
      '000001.SZ 3 2024-01-02 2024-01-04',
      '600000.SH 1 2024-01-02 2024-01-02',
      '600519.SH 2 2024-01-02 2024-01-03',
    ]);
  });

  it('count once where a source sends both, or says the suspension twice', () => {
    const bars = [['000001.SZ', '2024-01-03']] as const;
    const suspended = [
      ['000001.SZ', '2024-01-03'],
      ['000001.SZ', '2024-01-05'],
      ['000001.SZ', '2024-01-05'],
    ] as const;

    assert.deepEqual(counted(bars, suspended), ['000001.SZ 2 2024-01-03 2024-01-05']);
  });

  it('are none of an empty batch', () => {
    assert.deepEqual(counted([], []), []);
  });
});
