import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ConfigurationError, SystemError } from '../../../src/domain/errors.ts';
import { createLocalStore } from '../../../src/storage/local-store.ts';
import type { ObjectStore } from '../../../src/storage/object-store.ts';
import { openStore } from '../../../src/storage/open-store.ts';

const BYTES = Buffer.from('some bytes');

function withCode(code: string): (error: unknown) => boolean {
  return (error) =>
    (error instanceof SystemError || error instanceof ConfigurationError) && error.code === code;
}

async function keysOf(store: ObjectStore, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of store.list(prefix)) {
    keys.push(key);
  }
  return keys;
}

describe('a local store', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'candlewick-store-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('gives back what was put, and its size', async () => {
    const store = createLocalStore(join(folder, 'new', 'store'));

    await store.put('a/b.bin', BYTES);

    assert.deepEqual(await store.get('a/b.bin'), BYTES);
    assert.equal(await store.size('a/b.bin'), BYTES.length);
    assert.equal(await store.size('a/c.bin'), undefined);
    assert.equal(await store.size('a'), undefined);
  });

  it('replaces an object as a whole', async () => {
    const store = createLocalStore(folder);

    await store.put('a', Buffer.alloc(1000, 1));
    await store.put('a', BYTES);

    assert.deepEqual(await store.get('a'), BYTES);
  });

  it('shows every reader one whole version while writers replace it', async () => {
    const store = createLocalStore(folder);
    const versions = Array.from({ length: 20 }, (_, index) => Buffer.alloc(100_000, index + 1));
    await store.put('a', versions[0] ?? BYTES);

    const reads = versions.map(() => store.get('a'));
    await Promise.all(versions.map((version) => store.put('a', version)));
    const seen = await Promise.all([...reads, store.get('a')]);

    for (const bytes of seen) {
      assert.ok(versions.some((version) => version.equals(bytes)));
    }
  });

  it('lists below a prefix, and shows no half-written object', async () => {
    const store = createLocalStore(folder);
    await store.put('run/1/a.json', BYTES);
    await store.put('run/2.json', BYTES);
    await store.put('runner/3.json', BYTES);
    writeFileSync(join(folder, '.tmp', 'half'), BYTES);

    const listed = await keysOf(store, 'run/');

    assert.deepEqual(listed.toSorted(), ['run/1/a.json', 'run/2.json']);
    assert.equal((await keysOf(store, '')).length, 3);
    assert.deepEqual(await keysOf(store, 'none/'), []);
  });

  it('deletes, also what is not there', async () => {
    const store = createLocalStore(folder);
    await store.put('a', BYTES);

    await store.delete('a');
    await store.delete('a');

    await assert.rejects(store.get('a'), withCode('ETL-STO-001'));
  });

  it('leaves nothing behind when a write fails', async () => {
    const store = createLocalStore(folder);
    await store.put('a/b', BYTES);

    await assert.rejects(store.put('a', BYTES)); // a folder is in the way

    assert.deepEqual(readdirSync(join(folder, '.tmp')), []);
    assert.deepEqual(await store.get('a/b'), BYTES);
  });

  it('removes what a killed process left behind a day ago, and nothing younger', async () => {
    mkdirSync(join(folder, '.tmp'));
    writeFileSync(join(folder, '.tmp', 'old'), BYTES);
    writeFileSync(join(folder, '.tmp', 'young'), BYTES);
    const twoDaysAgo = Date.now() / 1000 - 2 * 86_400;
    utimesSync(join(folder, '.tmp', 'old'), twoDaysAgo, twoDaysAgo);

    await createLocalStore(folder).put('a', BYTES);

    assert.deepEqual(readdirSync(join(folder, '.tmp')), ['young']);
  });

  for (const key of [
    '',
    '/etc/passwd',
    '../a',
    'a/../../b',
    'a//b',
    'a/',
    '.tmp/a',
    'a/.hidden',
    'a\\b',
    'a\0b',
    'a b',
    '%2e%2e/a',
    'x'.repeat(513),
  ]) {
    it(`refuses the key ${JSON.stringify(key.slice(0, 20))}`, async () => {
      const store = createLocalStore(folder);

      await assert.rejects(store.put(key, BYTES), withCode('ETL-STO-101'));
      await assert.rejects(store.get(key), withCode('ETL-STO-101'));
    });
  }

  it('follows no link out of its root', async () => {
    const store = createLocalStore(join(folder, 'store'));
    await store.put('a', BYTES);
    mkdirSync(join(folder, 'outside'));
    writeFileSync(join(folder, 'outside', 'secret'), BYTES);
    symlinkSync(join(folder, 'outside'), join(folder, 'store', 'link'));
    symlinkSync(join(folder, 'outside', 'secret'), join(folder, 'store', 'file'));

    await assert.rejects(store.put('link/x', BYTES), withCode('ETL-STO-102'));
    await assert.rejects(store.get('link/secret'), withCode('ETL-STO-102'));
    await assert.rejects(store.get('file'), withCode('ETL-STO-003'));
    assert.ok(!existsSync(join(folder, 'outside', 'x')));
  });

  it('says what is wrong with its directory, and recovers when that is mended', async () => {
    const path = join(folder, 'taken');
    writeFileSync(path, BYTES);
    const store = createLocalStore(path);

    await assert.rejects(store.put('a', BYTES), withCode('ETL-STO-003'));
    rmSync(path);
    await store.put('a', BYTES);

    assert.deepEqual(await store.get('a'), BYTES);
  });
});

describe('the address of a store', () => {
  it('may be a path or a file: URL', () => {
    assert.equal(openStore('/data/store').location, '/data/store');
    assert.equal(openStore('file:///data/my%20store').location, '/data/my store');
  });

  it('may be a bucket with a prefix', () => {
    assert.equal(openStore('s3://bars').location, 's3://bars/');
    assert.equal(openStore('s3://bars/a/b/?region=eu-west-1').location, 's3://bars/a/b/');
  });

  for (const url of [
    '',
    'http://x/y',
    'file://relative',
    's3://key:canary@bars',
    's3://bars?endpoint=ftp://x',
    's3://bars?endpoint=http://u:canary@x',
    's3://bars?colour=red',
    's3://bars/../x y',
    's3://BARS_/x',
    's3://bars?path_style=maybe',
  ]) {
    it(`is refused: ${url}`, () => {
      assert.throws(
        () => openStore(url),
        (error) => withCode('ETL-CFG-120')(error) && !String(error).includes('canary'),
      );
    });
  }
});
