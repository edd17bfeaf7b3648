import assert from 'node:assert/strict';

import fc from 'fast-check';

import { allocateBarColumns, takeRows, type BarColumns } from '../../../src/domain/bar.ts';
import { SystemError } from '../../../src/domain/errors.ts';
import { decodeColumns, encodeColumns } from '../../../src/storage/arrow.ts';
import { createStaging } from '../../../src/storage/staging.ts';
import { memoryStore } from './memory-store.ts';

const SYMBOLS = ['000001.SZ', '430047.BJ', '600000.SH'];
const KEY = 'run-1/0/bars.arrow';

function sampleBars(length: number): BarColumns {
  const bars = allocateBarColumns(length, SYMBOLS);
  for (let row = 0; row < length; row += 1) {
    bars.symbolId[row] = row % SYMBOLS.length;
    bars.tradingDay[row] = 19_000 + row;
    bars.open[row] = row * 100 + 1;
    bars.high[row] = row * 100 + 2;
    bars.low[row] = row * 100 + 3;
    bars.close[row] = row * 100 + 4;
    bars.preClose[row] = row === 0 ? Number.NaN : row * 100 + 5;
    bars.volume[row] = row * 1e9 + 6;
    bars.amount[row] = row * 1e12 + 7;
    bars.missing[row] = row === 0 ? 0x8000_0001 : 0;
    bars.marks[row] = row % 16;
    bars.sourceRow[row] = 4_000_000_000 + row;
    bars.answer[row] = 65_000 + row;
  }
  return bars;
}

function isUnreadable(error: unknown): boolean {
  return error instanceof SystemError && error.code === 'ETL-STG-001';
}

describe('staged columns', () => {
  for (const length of [0, 1, 7, 1000]) {
    it(`come back as they were: ${length} rows with flags of each`, async () => {
      const staging = createStaging(memoryStore());
      const bars = sampleBars(Math.min(length, 500));
      const fate = new Uint8Array(bars.length).map((_, row) => row % 3);

      const ref = await staging.writeColumns(KEY, bars, { fate });
      const back = await staging.readColumns(ref);

      assert.deepEqual(back, { columns: bars, extra: { fate } });
      assert.equal(ref.rows, bars.length);
      assert.equal(ref.uri, `staging/${KEY}`);
    });
  }

  it('come back bit for bit, whatever the numbers are', () => {
    const value = fc.oneof(fc.double(), fc.constantFrom(Number.NaN, -0, 9e15));
    fc.assert(
      fc.property(fc.array(value, { maxLength: 50 }), fc.nat(2), (values, symbolId) => {
        const bars = sampleBars(values.length);
        bars.close.set(values);
        bars.symbolId.fill(symbolId);
        assert.deepEqual(decodeColumns(encodeColumns(bars)).columns, bars);
      }),
    );
  });

  it('may be views on larger arrays, and read from unaligned bytes', () => {
    const bars = takeRows(sampleBars(20), Uint32Array.from([3, 4, 5]));
    const buffer = new Float64Array(10).fill(7);
    const viewed = { ...bars, open: buffer.subarray(4, 7) };
    const bytes = encodeColumns(viewed);
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);

    assert.deepEqual(decodeColumns(shifted.subarray(3)).columns, {
      ...bars,
      open: new Float64Array(3).fill(7),
    });
  });

  it('are views on the bytes that were read, not copies', () => {
    const bytes = encodeColumns(sampleBars(10));

    const { columns } = decodeColumns(bytes);

    assert.equal(columns.close.buffer, bytes.buffer);
    assert.equal(columns.symbolId.buffer, bytes.buffer);
  });

  it('are never read when a byte is missing, added or changed', async () => {
    const store = memoryStore();
    const staging = createStaging(store);
    const ref = await staging.writeColumns(KEY, sampleBars(10));
    const whole = store.objects.get(ref.uri) ?? Buffer.alloc(0);
    for (const damaged of [
      whole.subarray(0, whole.length - 1),
      Buffer.concat([whole, Buffer.alloc(1)]),
      Buffer.from(whole.map((byte, index) => (index === 900 ? byte ^ 1 : byte))),
      Buffer.alloc(0),
    ]) {
      store.objects.set(ref.uri, damaged);
      await assert.rejects(staging.readColumns(ref), isUnreadable);
    }
  });

  it('are not read as columns when they are something else', async () => {
    const staging = createStaging(memoryStore());
    const ref = await staging.writeJson('run-1/0/x.json', { a: 1 });

    await assert.rejects(staging.readColumns(ref), isUnreadable);
  });

  it('refuse flags of another length or under the name of a column', () => {
    const bars = sampleBars(3);

    assert.throws(() => encodeColumns(bars, { fate: new Uint8Array(2) }), RangeError);
    assert.throws(() => encodeColumns(bars, { close: new Uint8Array(3) }), RangeError);
  });

  it('carry facts of the whole batch for other readers of Arrow', () => {
    const bytes = encodeColumns(sampleBars(1), {}, { transform: '1' });

    assert.match(Buffer.from(bytes).toString('latin1'), /transform/);
    assert.equal(decodeColumns(bytes).columns.length, 1);
  });
});

describe('staged JSON', () => {
  it('comes back as it was, NaN and infinities included', async () => {
    const staging = createStaging(memoryStore());
    const value = { a: [1, Number.NaN, -Infinity], b: { c: null, d: '股票' }, e: Infinity };

    const ref = await staging.writeJson('run-1/0/verdict.json', value);

    assert.deepEqual(await staging.readJson(ref), value);
  });

  it('counts the entries of an array as its rows', async () => {
    const staging = createStaging(memoryStore());

    assert.equal((await staging.writeJson('r/a.json', [1, 2, 3])).rows, 3);
    assert.equal((await staging.writeJson('r/b.json', { a: 1 })).rows, 1);
  });

  it('refuses what JSON would lose without a word', async () => {
    const staging = createStaging(memoryStore());

    for (const value of [{ a: new Map() }, [new Set()], { a: new Uint8Array(2) }, undefined]) {
      await assert.rejects(async () => staging.writeJson('r/a.json', value), TypeError);
    }
  });
});

describe('what a run has staged', () => {
  it('is removed with it, and nothing of another run', async () => {
    const store = memoryStore();
    const staging = createStaging(store);
    await staging.writeJson('run-1/0/a.json', 1);
    await staging.writeJson('run-1/1/b.json', 1);
    await staging.writeJson('run-10/0/a.json', 1);

    assert.equal(await staging.removeRun('run-1'), 2);

    assert.deepEqual([...store.objects.keys()], ['staging/run-10/0/a.json']);
    await assert.rejects(staging.removeRun(''), /Not an object key/);
    await assert.rejects(staging.removeRun('..'), /Not an object key/);
  });
});
