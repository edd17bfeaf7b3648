import assert from 'node:assert/strict';

import { valueFaultOf } from '../../../src/domain/value-fault.ts';
import { barColumns, type TestBar } from '../../support/bar-columns.ts';

describe('why the table could not hold a row', () => {
  it('is nothing for a whole bar, and for one without a previous close and an amount', () => {
    const columns = barColumns([{}, { preClose: null, amount: null }]);

    assert.deepEqual([valueFaultOf(columns, 0), valueFaultOf(columns, 1)], [undefined, undefined]);
  });

  const cases: readonly (readonly [TestBar, RegExp])[] = [
    [{ close: null }, /^open 10, high 10\.5, low 9\.8, close none; expected 0 < low/],
    [{ high: 9.9 }, /^open 10, high 9\.9, low 9\.8/],
    [{ low: 0 }, /low 0, close 10\.2; expected/],
    [{ preClose: 0 }, /^previous close 0; expected more than 0 CNY/],
    [{ volume: 0.5 }, /^volume 0\.5 \(shares\); expected a whole number/],
    [{ volume: null }, /^volume none/],
    [{ amount: -1 }, /^amount -1; expected 0 CNY or more/],
  ];
  for (const [bar, fault] of cases) {
    it(`names what is wrong with ${JSON.stringify(bar)}`, () => {
      assert.match(valueFaultOf(barColumns([bar]), 0) ?? 'nothing', fault);
    });
  }

  it('may be a fifth decimal', () => {
    const columns = barColumns([{}]);
    columns.open[0] = 100_000.5;

    assert.match(
      valueFaultOf(columns, 0) ?? 'nothing',
      /^open 10\.00005, .* four decimals at most$/,
    );
  });
});
