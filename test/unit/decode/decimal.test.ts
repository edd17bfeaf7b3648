import assert from 'node:assert/strict';

import fc from 'fast-check';

import { MISSING } from '../../../src/domain/bar.ts';
import {
  missingReason,
  missingReasonOf,
  parseScaled,
  scaleNumber,
} from '../../../src/sources/decode/decimal.ts';

const PRICE = 4;
const LOTS = 2;
const THOUSANDS = 7;

function parse(text: string, shift = PRICE): number {
  const bytes = Buffer.from(`,${text},`, 'utf8');
  return parseScaled(bytes, 1, bytes.length - 1, shift);
}

function reason(text: string): number {
  const bytes = Buffer.from(text, 'utf8');
  return missingReason(bytes, 0, bytes.length);
}

/** The exact value of a decimal text × 10^shift, as a whole number over a power of ten. */
function exactly(text: string, shift: number): { readonly digits: bigint; readonly over: bigint } {
  const [, sign = '', whole = '', fraction = '', power = '0'] =
    /^([+-]?)(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(text) ?? [];
  const digits = BigInt(whole + fraction) * (sign === '-' ? -1n : 1n);
  const exponent = Number(power) - fraction.length + shift;
  return exponent >= 0
    ? { digits: digits * 10n ** BigInt(exponent), over: 1n }
    : { digits, over: 10n ** BigInt(-exponent) };
}

const anyDecimal = fc
  .tuple(
    fc.constantFrom('', '', '-', '+'),
    fc.stringMatching(/^\d{1,13}$/),
    fc.option(fc.stringMatching(/^\d{0,12}$/)),
    fc.option(fc.integer({ min: -12, max: 6 }), { freq: 8 }),
  )
  .map(([sign, whole, fraction, power]) =>
    [sign, whole, fraction === null ? '' : `.${fraction}`, power === null ? '' : `e${power}`].join(
      '',
    ),
  );

describe('reading decimal text', () => {
  const table = [
    ['10.01', PRICE, 100_100],
    ['0.0001', PRICE, 1],
    ['28.98', PRICE, 289_800],
    ['3807984.68', LOTS, 380_798_468],
    ['525152.77', LOTS, 52_515_277],
    ['1.15', LOTS, 115],
    ['8692098.673', THOUSANDS, 86_920_986_730_000],
    ['16696837120.0', PRICE, 166_968_371_200_000],
    ['-1.73', PRICE, -17_300],
    ['+2.5', PRICE, 25_000],
    [' 12.3 ', PRICE, 123_000],
    ['.5', PRICE, 5_000],
    ['5.', PRICE, 50_000],
    ['1.5e3', PRICE, 15_000_000],
    ['1E-4', PRICE, 1],
    ['0.000', PRICE, 0],
    ['-0', PRICE, 0],
    ['000000000000000000012.5', PRICE, 125_000],
    ['7.8572780000000000000000', PRICE, 78_572.78],
  ] as const;
  for (const [text, shift, expected] of table) {
    it(`reads "${text}" × 10^${shift} as ${expected}`, () => {
      assert.equal(Object.is(parse(text, shift), expected), true);
    });
  }

  it('agrees with exact arithmetic on any decimal', () => {
    fc.assert(
      fc.property(anyDecimal, fc.constantFrom(0, LOTS, PRICE, THOUSANDS), (text, shift) => {
        const value = parse(text, shift);
        const { digits, over } = exactly(text, shift);
        const size = digits < 0n ? -digits : digits;
        const isWhole = digits % over === 0n;

        if (isWhole && size / over <= BigInt(Number.MAX_SAFE_INTEGER)) {
          assert.equal(BigInt(value), digits / over);
        } else if (isWhole) {
          assert.ok(Number.isNaN(value), `${text}: ${value}`);
        } else {
          // The nearest double; where that is whole, no double can show the fraction.
          const nearest = Number(`${digits}e-${String(over).length - 1}`);
          assert.ok(Object.is(value, Number.isInteger(nearest) ? Number.NaN : nearest), text);
        }
      }),
      { numRuns: 5_000 },
    );
  });

  it('has the same for the shortest text of a double as for the double', () => {
    const anyNumber = fc.oneof(
      fc.double({ min: -1e12, max: 1e12, noNaN: true }),
      fc.integer({ min: 0, max: 10 ** 9 }).map((cents) => cents / 100),
    );
    fc.assert(
      fc.property(anyNumber, fc.constantFrom(0, LOTS, PRICE, THOUSANDS), (number, shift) => {
        const value = scaleNumber(number, shift);
        const { digits, over } = exactly(String(number), shift);

        if (digits % over === 0n && !Number.isNaN(value)) {
          assert.equal(BigInt(value), digits / over);
        } else {
          assert.ok(!Number.isInteger(value), `${number}: ${value}`);
        }
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('what is no number', () => {
  const table = [
    ['', MISSING.empty],
    ['   ', MISSING.empty],
    ['NaN', MISSING.empty],
    ['null', MISSING.empty],
    ['--', MISSING.placeholder],
    ['-', MISSING.placeholder],
    ['N/A', MISSING.placeholder],
    ['#N/A', MISSING.placeholder],
    ['None', MISSING.placeholder],
    ['停牌', MISSING.placeholder],
    ['1,234.50', MISSING.unparseable],
    ['１２', MISSING.unparseable],
    ['１２.５', MISSING.unparseable],
    ['=cmd()', MISSING.unparseable],
    ['12abc', MISSING.unparseable],
    ['1.2.3', MISSING.unparseable],
    ['0x10', MISSING.unparseable],
    ['1_000', MISSING.unparseable],
    ['.', MISSING.unparseable],
    ['1e', MISSING.unparseable],
    ['1e309', MISSING.outOfRange],
    ['-1e309', MISSING.outOfRange],
    ['1e-400', MISSING.outOfRange],
    ['inf', MISSING.outOfRange],
    ['-Infinity', MISSING.outOfRange],
    ['99999999999999', MISSING.outOfRange],
    ['900719925474.09930001', MISSING.outOfRange],
  ] as const;
  for (const [text, expected] of table) {
    it(`"${text}" is missing for a reason, never 0`, () => {
      assert.ok(Number.isNaN(parse(text)));
      assert.equal(reason(text), expected);
    });
  }

  it('knows the Chinese word for suspended in GB18030 too', () => {
    const bytes = Uint8Array.of(0xcd, 0xa3, 0xc5, 0xc6);

    assert.equal(missingReason(bytes, 0, 4), MISSING.placeholder);
  });

  it('gives a reason for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const value = parse(text);
        if (Number.isNaN(value)) {
          assert.notEqual(missingReasonOf(text.trim()), MISSING.given);
        }
      }),
    );
  });

  it('is not 0 for any bytes without a digit 0', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20 }), (bytes) => {
        fc.pre(!bytes.includes(0x30));
        assert.notEqual(parseScaled(bytes, 0, bytes.length, PRICE), 0);
      }),
    );
  });
});
