import assert from 'node:assert/strict';

import fc from 'fast-check';

import { dayNumberOf, fromDayNumber, toDayNumber } from '../../../src/domain/trading-day.ts';
import { dayOfMidnight, parseDayCell } from '../../../src/sources/decode/day.ts';
import { parseSymbolCell, symbolKeyOf, symbolOfKey } from '../../../src/sources/decode/symbol.ts';

function dayOf(text: string): number {
  const bytes = Buffer.from(`"${text}"`);
  return parseDayCell(bytes, 1, bytes.length - 1);
}

function symbolOf(text: string): string | undefined {
  const bytes = Buffer.from(`"${text}"`);
  const key = parseSymbolCell(bytes, 1, bytes.length - 1);
  return key < 0 ? undefined : symbolOfKey(key);
}

describe('reading the day of a row', () => {
  const same = [
    '2024-01-02',
    '20240102',
    '2024/01/02',
    '2024/1/2',
    '2024-1-2',
    ' 2024-01-02 ',
    '2024-01-02 00:00:00',
    '2024-01-02T00:00:00.000',
    '2024-01-02T00:00:00.000Z',
    '2024-01-02T00:00:00+08:00',
    '2024/1/2 0:00',
  ];
  for (const text of same) {
    it(`reads "${text}"`, () => {
      assert.equal(fromDayNumber(dayOf(text)), '2024-01-02');
    });
  }

  const none = [
    '',
    '2024-02-30',
    '20230229',
    '2024-13-01',
    '2024-00-10',
    '02/03/2024',
    '2024-01-02 15:00:00',
    '2024-01/02',
    '1704067200',
    '２０２４-01-02',
    '2024-01-0',
    '20240102x',
    '数据来源: Wind',
  ];
  for (const text of none) {
    it(`takes "${text}" for no day`, () => {
      assert.ok(Number.isNaN(dayOf(text)));
    });
  }

  it('counts the days of every date as the domain does', () => {
    const anyPart = fc.tuple(
      fc.integer({ min: 0, max: 9999 }),
      fc.integer({ min: 0, max: 99 }),
      fc.integer({ min: 0, max: 99 }),
    );
    const likelyPart = fc.tuple(
      fc.integer({ min: 1900, max: 2400 }),
      fc.integer({ min: 0, max: 13 }),
      fc.integer({ min: 0, max: 32 }),
    );
    fc.assert(
      fc.property(fc.oneof(anyPart, likelyPart), ([year, month, day]) => {
        const [y, m, d] = [
          String(year).padStart(4, '0'),
          String(month).padStart(2, '0'),
          String(day).padStart(2, '0'),
        ];
        const expected = dayNumberOf(year, month, day) ?? Number.NaN;

        assert.equal(dayOf(`${y}-${m}-${d}`), expected);
        assert.equal(dayOf(`${y}${m}${d}`), expected);
      }),
      { numRuns: 3_000 },
    );
  });

  it('takes a midnight of UTC or of Shanghai for its day, and no other instant', () => {
    const day = toDayNumber('2024-01-02');

    assert.equal(dayOfMidnight(Date.UTC(2024, 0, 2)), day);
    assert.equal(dayOfMidnight(Date.UTC(2024, 0, 1, 16)), day);
    assert.ok(Number.isNaN(dayOfMidnight(Date.UTC(2024, 0, 2, 7))));
  });
});

describe('reading the symbol of a row', () => {
  const table = [
    ['600519.SH', '600519.SH'],
    ['600519.sh', '600519.SH'],
    ['sh.600519', '600519.SH'],
    ['SZ.000001', '000001.SZ'],
    ['sz000001', '000001.SZ'],
    ['bj430047', '430047.BJ'],
    ['600519', '600519.SH'],
    ['000001', '000001.SZ'],
    ['920047', '920047.BJ'],
    ['600519.SS', '600519.SH'],
    ['600519.XSHG', '600519.SH'],
    ['000001.XSHE', '000001.SZ'],
    [' 600519.SH ', '600519.SH'],
    ['', undefined],
    ['1', undefined],
    ['60051', undefined],
    ['6005199', undefined],
    ['00000I.SZ', undefined],
    ['600519.HK', undefined],
    ['sh.600519.SZ', undefined],
    ['０００００１.SZ', undefined],
    ["000001.SZ'; DROP TABLE bars;--", undefined],
    ['../../etc/passwd', undefined],
    ['AAPL', undefined],
  ] as const;
  for (const [text, expected] of table) {
    it(`reads "${text}" as ${expected ?? 'no symbol'}`, () => {
      assert.equal(symbolOf(text), expected);
    });
  }

  it('gives the same for bytes as for text', () => {
    const anyForm = fc
      .tuple(
        fc.stringMatching(/^\d{5,7}$/),
        fc.constantFrom('SH', 'sz', 'Bj', 'SS', 'XX', ''),
        fc.constantFrom('.', '', '-'),
        fc.boolean(),
      )
      .map(([code, exchange, dot, isFirst]) =>
        isFirst ? `${exchange}${dot}${code}` : `${code}${dot}${exchange}`,
      );
    fc.assert(
      fc.property(anyForm, (text) => {
        const bytes = Buffer.from(text);
        assert.equal(parseSymbolCell(bytes, 0, bytes.length), symbolKeyOf(text));
      }),
      { numRuns: 2_000 },
    );
  });
});
