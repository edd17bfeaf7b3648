import assert from 'node:assert/strict';

import { fromDayNumber, toDayNumber } from '../../../src/domain/trading-day.ts';
import { readNumber } from '../../../src/quality/intake/cells.ts';
import { readDay } from '../../../src/quality/intake/days.ts';
import { misplacedDays } from '../../../src/quality/intake/positions.ts';
import { readSymbol } from '../../../src/quality/intake/symbols.ts';

describe('reading numbers', () => {
  const numbers: readonly (readonly [text: string, value: number, note: string])[] = [
    ['12.34', 12.34, 'plain'],
    ['-1e3', -1_000, 'plain'],
    ['.5', 0.5, 'plain'],
    ['1,234,567.89', 1_234_567.89, 'normalised'],
    ['12.345678万', 123_456.78, 'normalised'],
    ['1.5亿', 150_000_000, 'normalised'],
    ['500股', 500, 'normalised'],
    ['12手', 1_200, 'normalised'],
    ['¥9.99', 9.99, 'normalised'],
    ['', Number.NaN, 'empty'],
    ['NaN', Number.NaN, 'empty'],
    ['--', Number.NaN, 'unparseable'],
    ['inf', Number.NaN, 'unparseable'],
    ['#VALUE!', Number.NaN, 'unparseable'],
    ['1.2.3', Number.NaN, 'unparseable'],
  ];
  for (const [text, value, note] of numbers) {
    it(`takes '${text}' for ${value} (${note})`, () => {
      assert.deepEqual(readNumber(text), { value, note });
    });
  }
});

describe('reading days', () => {
  const days: readonly (readonly [text: string, day: string | undefined])[] = [
    ['2024-02-29', '2024-02-29'],
    ['20240229', '2024-02-29'],
    ['2024/2/9', '2024-02-09'],
    ['2024年2月9日', '2024-02-09'],
    ['2024-02-28T16:00:00Z', '2024-02-29'],
    ['2024-02-29T00:00:00+08:00', '2024-02-29'],
    ['2024-02-29 15:00:00', '2024-02-29'],
    ['1709136000000', '2024-02-29'],
    ['2023-02-29', undefined],
    ['2024-13-01', undefined],
    ['', undefined],
    ['soon', undefined],
  ];
  for (const [text, day] of days) {
    it(`takes '${text}' for ${day ?? 'no day'}`, () => {
      const read = readDay(text).day;

      assert.equal(read === undefined ? undefined : fromDayNumber(read), day);
    });
  }
});

describe('reading symbols', () => {
  const known = new Set(['000001.SZ', '600000.SH', '920002.BJ']);
  for (const text of ['000001', '000001.SH', '1.SZ', 'sz000001', '000001.XX', 'sz.000001']) {
    it(`knows '${text}' for 000001.SZ`, () => {
      assert.deepEqual(readSymbol(text, known), { symbol: '000001.SZ', isNormalised: true });
    });
  }

  it('guesses no symbol that is not known', () => {
    assert.equal(readSymbol('000002', known).symbol, undefined);
    assert.equal(readSymbol('Ping An', known).symbol, undefined);
  });

  it('leaves a symbol in order alone', () => {
    assert.deepEqual(readSymbol('920002.BJ', known), { symbol: '920002.BJ', isNormalised: false });
  });
});

describe('days out of place', () => {
  const week = ['2024-01-08', '2024-01-09', '2024-01-10', '2024-01-11', '2024-01-12'];
  const sessions = Int32Array.from(week, toDayNumber);

  function repaired(
    days: readonly (string | undefined)[],
    suspended: readonly string[] = [],
  ): (readonly [number, string | undefined])[] {
    const found = misplacedDays({
      days: days.map((day) => (day === undefined ? undefined : toDayNumber(day))),
      sessions,
      suspended: new Set(suspended.map(toDayNumber)),
      endDay: toDayNumber('2024-01-12'),
    });
    return [...found].map(
      ([at, day]) => [at, day === undefined ? undefined : fromDayNumber(day)] as const,
    );
  }

  it('are told by the one session open between their neighbours', () => {
    assert.deepEqual(repaired([week[0], undefined, week[2]]), [[1, week[1]]]);
    assert.deepEqual(repaired([week[0], '2044-01-09', week[2]]), [[1, week[1]]]);
  });

  it('stay unknown where more than one session is open, or none', () => {
    assert.deepEqual(repaired([week[0], undefined, week[3]]), [[1, undefined]]);
    assert.deepEqual(repaired([week[0], undefined, week[1]]), [[1, undefined]]);
  });

  it('cannot be sessions without trade', () => {
    assert.deepEqual(repaired([week[0], undefined, week[3]], [week[1] ?? '']), [[1, week[2]]]);
  });

  it('are none where the rows are in order', () => {
    assert.deepEqual(repaired(week), []);
  });
});
