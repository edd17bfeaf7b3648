import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';

import fc from 'fast-check';

import { SystemError } from '../../../src/domain/errors.ts';
import { compress, decompress } from '../../../src/storage/compression.ts';
import { createLanding, payloadKey } from '../../../src/storage/landing.ts';
import { memoryStore } from './memory-store.ts';

const JSON_BODY = Buffer.from(JSON.stringify(Array.from({ length: 500 }, (_, n) => [n, 'bar'])));

describe('the landing store', () => {
  it('gives back any body as it came', async () => {
    const landing = createLanding(memoryStore());
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 5000 }), async (body) => {
        const ref = await landing.land(body);
        assert.deepEqual(new Uint8Array(await landing.read(ref)), body);
        assert.equal(ref.bytes, body.length);
      }),
    );
  });

  it('addresses a payload by the hash of its raw bytes, and compresses it', async () => {
    const store = memoryStore();

    const ref = await createLanding(store).land(JSON_BODY);

    const sha256 = createHash('sha256').update(JSON_BODY).digest('hex');
    assert.equal(ref.sha256, sha256);
    assert.equal(ref.encoding, 'zstd');
    assert.ok(ref.storedBytes < ref.bytes / 2);
    assert.deepEqual([...store.objects.keys()], [`payload/${sha256.slice(0, 2)}/${sha256}.zst`]);
  });

  it('writes an equal body once', async () => {
    const store = memoryStore();
    const landing = createLanding(store);

    const first = await landing.land(JSON_BODY);
    const second = await landing.land(Buffer.from(JSON_BODY));

    assert.deepEqual(second, first);
    assert.equal(store.puts(), 1);
  });

  it('keeps what is compressed already as it came', async () => {
    const body = gzipSync(randomBytes(5000));

    assert.equal((await createLanding(memoryStore()).land(body)).encoding, 'identity');
  });

  it('never gives back a damaged payload', async () => {
    for (const damage of [
      (bytes: Buffer): Buffer => bytes.subarray(0, bytes.length - 3),
      (bytes: Buffer): Buffer => Buffer.from(bytes.map((byte, n) => (n === 20 ? byte ^ 1 : byte))),
      (): Buffer => Buffer.alloc(0),
    ]) {
      const store = memoryStore();
      const landing = createLanding(store);
      const ref = await landing.land(JSON_BODY);
      const key = payloadKey(ref);
      store.objects.set(key, damage(store.objects.get(key) ?? Buffer.alloc(0)));

      await assert.rejects(
        landing.read(ref),
        (error) => error instanceof SystemError && error.code === 'ETL-LND-001',
      );
    }
  });

  it('replaces a payload that was cut short instead of believing it', async () => {
    const store = memoryStore();
    const landing = createLanding(store);
    const ref = await landing.land(JSON_BODY);
    store.objects.set(payloadKey(ref), Buffer.alloc(3));

    await landing.land(JSON_BODY);

    assert.deepEqual(await landing.read(ref), JSON_BODY);
  });

  it('refuses a hash that is none', async () => {
    const ref = { sha256: '../x', bytes: 1, storedBytes: 1, encoding: 'zstd' } as const;

    await assert.rejects(createLanding(memoryStore()).read(ref), /Not a payload's hash/);
  });
});

describe('compression', () => {
  it('can do without the native module', async () => {
    const { encoding, stored } = await compress(JSON_BODY, { only: 'gzip' });

    assert.equal(encoding, 'gzip');
    assert.deepEqual(await decompress(Buffer.from(stored), 'gzip'), JSON_BODY);
  });
});
