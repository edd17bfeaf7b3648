import assert from 'node:assert/strict';

import fc from 'fast-check';

import { createBarReader, readNumeric } from '../../../src/warehouse/copy-decoder.ts';
import { encodeBars, writeNumeric } from '../../../src/warehouse/copy-encoder.ts';
import { allocateBarColumns } from '../../../src/domain/bar.ts';

/** A `numeric` as the server's binary format has it: digits of base 10,000, weight of the first, sign. */
function numericBytes(digits: readonly number[], weight: number, sign = 0): Buffer {
  const bytes = Buffer.alloc(8 + 2 * digits.length);
  bytes.writeInt16BE(digits.length, 0);
  bytes.writeInt16BE(weight, 2);
  bytes.writeUInt16BE(sign, 4);
  digits.forEach((digit, index) => bytes.writeInt16BE(digit, 8 + 2 * index));
  return bytes;
}

/** The bytes of `copy … to stdout` for rows of already encoded fields. */
function copyOutput(rows: readonly (readonly (Buffer | null)[])[]): Buffer {
  const parts: Buffer[] = [Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1')];
  for (const fields of rows) {
    const count = Buffer.alloc(2);
    count.writeInt16BE(fields.length);
    parts.push(count);
    for (const field of fields) {
      const length = Buffer.alloc(4);
      length.writeInt32BE(field?.length ?? -1);
      parts.push(length, field ?? Buffer.alloc(0));
    }
  }
  return Buffer.concat([...parts, Buffer.from([0xff, 0xff])]);
}

function int64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

describe('copy codec', () => {
  it('reads back each whole number of 1/10,000 that it writes', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.maxSafeInteger(),
          fc.integer({ min: -20_000, max: 20_000 }),
          fc.constantFrom(0, 9999, 10_000, 99_999_999, 100_000_000, 1_000_000_000_000),
        ),
        (scaled) => {
          const buffer = Buffer.from(new ArrayBuffer(32));
          const end = writeNumeric(new DataView(buffer.buffer), 0, scaled);

          assert.equal(end, 4 + buffer.readInt32BE(0));
          assert.equal(readNumeric(buffer, 4), scaled === 0 ? 0 : scaled);
        },
      ),
    );
  });

  it('writes NaN as null', () => {
    const buffer = Buffer.from(new ArrayBuffer(8));

    assert.equal(writeNumeric(new DataView(buffer.buffer), 0, Number.NaN), 4);
    assert.equal(buffer.readInt32BE(0), -1);
  });

  it('writes no leading and no trailing zero digit, as the server itself does', () => {
    const buffer = Buffer.from(new ArrayBuffer(32));
    const end = writeNumeric(new DataView(buffer.buffer), 0, 120_000_000);

    // 12,000 CNY = digits 1 and 2000, no fraction.
    assert.deepEqual(buffer.subarray(4, end).toString('hex'), '0002000100000004000107d0');
  });

  it('reads what our columns cannot hold so that it equals no whole number', () => {
    assert.ok(!Number.isInteger(readNumeric(numericBytes([1, 2345, 6789], 0), 0)));
    assert.ok(Number.isNaN(readNumeric(numericBytes([], 0, 0xc000), 0)));
    assert.ok(Number.isNaN(readNumeric(numericBytes([], 0, 0xd000), 0)));
  });

  it('reads rows however the stream is cut', () => {
    const days = [0, 19_724 - 10_957];
    const bytes = copyOutput(
      days.map((day) => [
        Buffer.from('600000.SH'),
        int32(day),
        ...[1, 2, 3, 4].map((digit) => numericBytes([digit], 0)),
        null,
        int64(2n ** 40n + 7n),
        null,
        Buffer.from('tushare'),
      ]),
    );
    for (let size = 1; size <= bytes.length; size += 1) {
      const read: unknown[] = [];
      const reader = createBarReader((bar) => {
        read.push([
          bar.symbol,
          bar.tradingDay,
          bar.open,
          bar.close,
          bar.preClose,
          bar.volume,
          bar.source(),
        ]);
      });
      for (let at = 0; at < bytes.length; at += size) {
        reader.push(bytes.subarray(at, at + size));
      }
      reader.end();

      const expected = days.map((day) => [
        '600000.SH',
        day + 10_957,
        10_000,
        40_000,
        Number.NaN,
        2 ** 40 + 7,
        'tushare',
      ]);
      assert.deepEqual(read, expected);
    }
  });

  it('does not take a stream without its trailer for a whole one', () => {
    const bytes = copyOutput([]);
    const reader = createBarReader(() => assert.fail('there is no row'));

    reader.push(bytes.subarray(0, bytes.length - 1));

    assert.throws(() => reader.end(), RangeError);
  });

  it('refuses to encode a row of an answer that is not there', () => {
    const columns = allocateBarColumns(1, ['600000.SH']);
    columns.answer[0] = 1;
    const stamp = { source: 'x', batchId: 1, answerNo: 0, loadedAtMicros: 0n };

    assert.throws(() => [...encodeBars(columns, [stamp])], RangeError);
  });
});
