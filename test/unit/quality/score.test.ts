import assert from 'node:assert/strict';

import fc from 'fast-check';

import { RULES } from '../../../src/quality/catalogue.ts';
import { HIT, HitList, type HitSpec } from '../../../src/quality/hit-list.ts';
import { openRulebook } from '../../../src/quality/rulebook.ts';
import { TOLERANCE, scoreBatch, type Scores } from '../../../src/quality/score.ts';

const SYMBOLS = 2;

function scoresOf(rows: number, specs: readonly HitSpec[], holes: readonly number[] = []): Scores {
  const hits = new HitList(openRulebook());
  for (const spec of specs) {
    hits.add(spec);
  }
  const leavesHole = new Uint8Array(rows);
  for (const row of holes) {
    leavesHole[row] = 1;
  }
  return scoreBatch({
    symbolId: Uint32Array.from({ length: rows }, (_, row) => (row * SYMBOLS < rows ? 0 : 1)),
    tradingDay: new Int32Array(rows),
    symbols: SYMBOLS,
    hits,
    leavesHole,
    isCounted: () => true,
  });
}

function hitAt(row: number, rule = 'A02_decimal_row'): HitSpec {
  return { rule, row, symbolId: 0, day: 0 };
}

const anyHit = fc.record({
  rule: fc.constantFrom(...RULES.map(({ id }) => id)),
  row: fc.nat(99),
  symbolId: fc.nat(SYMBOLS - 1),
  day: fc.constant(0),
  confidence: fc.double({ min: 0, max: 1, noNaN: true }),
});

describe('the score of a batch', () => {
  it('is 1 with no hit, also with no rows', () => {
    assert.equal(scoresOf(100, []).raw, 1);
    assert.equal(scoresOf(0, []).load, 1);
  });

  it('is exactly 0.7 when the tolerated share of one dimension is used up', () => {
    const specs = Array.from({ length: 1_000 * TOLERANCE }, (_, row) => hitAt(row));

    assert.equal(scoresOf(1_000, specs).raw.toFixed(12), '0.700000000000');
  });

  it('multiplies over dimensions', () => {
    const accuracy = Array.from({ length: 50 }, (_, row) => hitAt(row));
    const validity = Array.from({ length: 50 }, (_, row) => hitAt(row, 'V07_negative'));

    const { raw } = scoresOf(1_000, [...accuracy, ...validity]);

    assert.equal(raw.toFixed(12), (0.49).toFixed(12));
  });

  it('never rises with a further hit, and stays between 0 and 1', () => {
    fc.assert(
      fc.property(fc.array(anyHit, { maxLength: 60 }), anyHit, (hits, further) => {
        const before = scoresOf(100, hits);
        const after = scoresOf(100, [...hits, further]);

        assert.ok(after.raw <= before.raw + 1e-12);
        assert.ok(after.load <= before.load + 1e-12);
        assert.ok(after.raw >= 0 && before.raw <= 1);
        for (const [symbol, score] of after.bySymbol.entries()) {
          assert.ok(score <= (before.bySymbol[symbol] ?? 0) + 1e-12);
        }
      }),
    );
  });

  it('counts what falls on one key in one dimension once at most', () => {
    const once = scoresOf(100, [hitAt(3)]).raw;

    assert.equal(scoresOf(100, [hitAt(3), hitAt(3), hitAt(3)]).raw, once);
  });

  it('is explained by the costs of its rules', () => {
    fc.assert(
      fc.property(fc.array(anyHit, { minLength: 1, maxLength: 60 }), (hits) => {
        const { raw, costs } = scoresOf(100, hits);
        const spent = Object.values(costs).reduce((sum, cost) => sum + cost, 0);

        assert.ok(Math.abs(0.7 ** spent - raw) < 1e-9);
      }),
    );
  });

  it('takes what was repaired for whole after repair, not as sent', () => {
    const { raw, load } = scoresOf(100, [{ ...hitAt(1), state: HIT.repaired }]);

    assert.ok(raw < 1);
    assert.equal(load, 1);
  });

  it('counts a row that is held back as absent', () => {
    const { load, dimensions } = scoresOf(100, [hitAt(1), hitAt(2)], [1, 2]);

    assert.equal(load.toFixed(12), (0.7 ** (0.02 / TOLERANCE)).toFixed(12));
    assert.equal(dimensions.completeness, load);
  });

  it('lets one bad row of five leave its symbol at the tolerance, and two below', () => {
    assert.equal(scoresOf(10, [hitAt(0)], [0]).bySymbol[0]?.toFixed(12), '0.700000000000');
    assert.ok((scoresOf(10, [hitAt(0), hitAt(1)], [0, 1]).bySymbol[0] ?? 1) < 0.7);
  });
});
