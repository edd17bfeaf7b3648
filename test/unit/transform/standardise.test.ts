import assert from 'node:assert/strict';

import fc from 'fast-check';

import { MARK, type BarColumns } from '../../../src/domain/bar.ts';
import { fromDayNumber, toDayNumber } from '../../../src/domain/trading-day.ts';
import { standardiseBars, type BatchScope } from '../../../src/transform/standardise.ts';
import { barColumns, type TestBar } from '../../support/bar-columns.ts';

const EARLY = '2024-02-01T00:00:00.000Z';
const LATE = '2024-02-02T00:00:00.000Z';
const scope: BatchScope = {
  symbols: ['000001.SZ', '600000.SH'],
  startDay: toDayNumber('2024-01-01'),
  endDay: toDayNumber('2024-01-31'),
};

function keysOf({ symbols, symbolId, tradingDay, length }: BarColumns): string[] {
  return Array.from(
    { length },
    (_, row) => `${symbols[symbolId[row] ?? 0]} ${fromDayNumber(tradingDay[row] ?? 0)}`,
  );
}

function closesOf({ close }: BarColumns): number[] {
  return Array.from(close, (units) => units / 10_000);
}

describe('standardising a batch', () => {
  it('sorts by symbol and day, whatever the order of rows and answers', () => {
    const first = barColumns([{ day: '2024-01-05' }, { day: '2024-01-03' }]);
    const second = barColumns([{ symbol: '000001.SZ', day: '2024-01-04' }]);

    const { columns } = standardiseBars(
      [
        { columns: first, answer: 0, fetchedAt: EARLY },
        { columns: second, answer: 1, fetchedAt: EARLY },
      ],
      scope,
    );

    assert.deepEqual(keysOf(columns), [
      '000001.SZ 2024-01-04',
      '600000.SH 2024-01-03',
      '600000.SH 2024-01-05',
    ]);
    assert.deepEqual([...columns.answer], [1, 0, 0]);
    assert.deepEqual([...columns.sourceRow], [0, 1, 0]);
  });

  it('leaves out rows of other symbols and days, and counts them', () => {
    const columns = barColumns([
      { day: '2024-01-03' },
      { day: '2023-12-29' },
      { day: '2024-02-01' },
      { symbol: '300750.SZ' },
    ]);

    const standard = standardiseBars([{ columns, answer: 0, fetchedAt: EARLY }], scope);

    assert.deepEqual(keysOf(standard.columns), ['600000.SH 2024-01-03']);
    assert.equal(standard.outOfScope, 3);
    assert.equal(standard.extracted, 1);
  });

  it('keeps one of identical rows', () => {
    const columns = barColumns([{ close: 10 }, { close: 10 }, { close: 10 }]);

    const standard = standardiseBars([{ columns, answer: 0, fetchedAt: EARLY }], scope);

    assert.equal(standard.columns.length, 1);
    assert.deepEqual(standard.duplicates, { identical: 2, restated: 0, conflicting: 0 });
    assert.equal(standard.columns.marks[0], 0);
  });

  it('believes the later of two answers', () => {
    const parts = [
      { columns: barColumns([{ close: 10.4 }]), answer: 0, fetchedAt: LATE },
      { columns: barColumns([{ close: 10.1 }]), answer: 1, fetchedAt: EARLY },
    ];

    const standard = standardiseBars(parts, scope);

    assert.deepEqual(closesOf(standard.columns), [10.4]);
    assert.deepEqual(standard.duplicates, { identical: 0, restated: 1, conflicting: 0 });
    assert.equal(standard.columns.marks[0], 0);
  });

  it('marks the kept row where one answer contradicts itself, also past an equal repetition', () => {
    const columns = barColumns([{ close: 10.1 }, { close: 10.4 }, { close: 10.4 }]);

    const standard = standardiseBars([{ columns, answer: 0, fetchedAt: EARLY }], scope);

    assert.deepEqual(closesOf(standard.columns), [10.4]);
    assert.deepEqual(standard.duplicates, { identical: 1, restated: 0, conflicting: 1 });
    assert.equal(standard.columns.marks[0], MARK.conflict);
  });

  it('does not hold a contradiction of an older answer against a newer one', () => {
    const parts = [
      { columns: barColumns([{ close: 10.1 }, { close: 10.3 }]), answer: 0, fetchedAt: EARLY },
      { columns: barColumns([{ close: 10.2 }]), answer: 1, fetchedAt: LATE },
    ];

    const standard = standardiseBars(parts, scope);

    assert.deepEqual(closesOf(standard.columns), [10.2]);
    assert.equal(standard.columns.marks[0], 0);
  });

  it('takes a suspended row as evidence of a suspension, not as a bar', () => {
    const columns = barColumns([
      { day: '2024-01-03', marks: MARK.suspended, volume: 0 },
      { day: '2024-01-04' },
    ]);

    const standard = standardiseBars([{ columns, answer: 5, fetchedAt: EARLY }], scope);

    assert.deepEqual(keysOf(standard.columns), ['600000.SH 2024-01-04']);
    assert.deepEqual(standard.suspended, [
      { symbol: '600000.SH', day: toDayNumber('2024-01-03'), answer: 5 },
    ]);
  });

  it('counts rows without a single price as unreadable', () => {
    const columns = barColumns([
      { open: null, high: null, low: null, close: null },
      { open: null, day: '2024-01-03' },
    ]);

    const standard = standardiseBars([{ columns, answer: 0, fetchedAt: EARLY }], scope);

    assert.equal(standard.unreadable, 1);
    assert.equal(standard.columns.length, 1);
  });

  const anyBar: fc.Arbitrary<TestBar> = fc.record({
    symbol: fc.constantFrom('000001.SZ', '600000.SH', '300750.SZ'),
    day: fc.integer({ min: 19_720, max: 19_760 }).map(fromDayNumber),
    close: fc.constantFrom(10, 10.1, null),
    open: fc.constantFrom(10, null),
    high: fc.constant(null),
    low: fc.constant(null),
    marks: fc.constantFrom(0, 0, 0, MARK.suspended),
  });
  const anyParts = fc
    .array(
      fc.tuple(fc.array(anyBar, { minLength: 1, maxLength: 60 }), fc.constantFrom(EARLY, LATE)),
      {
        maxLength: 4,
      },
    )
    .map((answers) =>
      answers.map(([bars, fetchedAt], answer) => ({
        columns: barColumns(bars),
        answer,
        fetchedAt,
      })),
    );

  it('loses no row: every one is kept, a duplicate, suspended, unreadable or out of scope', () => {
    fc.assert(
      fc.property(anyParts, (parts) => {
        const total = parts.reduce((sum, { columns }) => sum + columns.length, 0);
        const { columns, duplicates, suspended, unreadable, extracted, outOfScope } =
          standardiseBars(parts, scope);
        const { identical, restated, conflicting } = duplicates;

        assert.equal(extracted + outOfScope, total);
        assert.equal(
          columns.length + identical + restated + conflicting + suspended.length + unreadable,
          extracted,
        );
      }),
    );
  });

  it('gives distinct keys in ascending order', () => {
    fc.assert(
      fc.property(anyParts, (parts) => {
        const keys = keysOf(standardiseBars(parts, scope).columns);

        assert.deepEqual(keys, [...new Set(keys)].toSorted());
      }),
    );
  });

  it('does not depend on the order in which answers are given', () => {
    fc.assert(
      fc.property(anyParts, (parts) => {
        assert.deepEqual(
          standardiseBars(parts.toReversed(), scope).columns,
          standardiseBars(parts, scope).columns,
        );
      }),
    );
  });

  it('changes nothing when done again', () => {
    fc.assert(
      fc.property(anyParts, (parts) => {
        const once = standardiseBars(parts, scope).columns;
        const [answer = 0] = once.answer;
        const isOneAnswer = once.answer.every((other) => other === answer);
        fc.pre(isOneAnswer);

        const twice = standardiseBars([{ columns: once, answer, fetchedAt: EARLY }], scope);

        assert.deepEqual(twice.columns, once);
      }),
    );
  });
});
