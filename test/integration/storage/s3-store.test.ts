import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import S3rver from 's3rver';

import { allocateBarColumns } from '../../../src/domain/bar.ts';
import { ConfigurationError, SystemError, TransientError } from '../../../src/domain/errors.ts';
import { createLanding } from '../../../src/storage/landing.ts';
import type { ObjectStore } from '../../../src/storage/object-store.ts';
import { openStore } from '../../../src/storage/open-store.ts';
import { createStaging } from '../../../src/storage/staging.ts';

const BUCKET = 'bars';
const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'S3RVER', AWS_SECRET_ACCESS_KEY: 'S3RVER' };
const BYTES = Buffer.from('some bytes');

async function keysOf(store: ObjectStore, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of store.list(prefix)) {
    keys.push(key);
  }
  return keys.toSorted();
}

function useCredentials(): void {
  const former = new Map(Object.keys(CREDENTIALS).map((name) => [name, process.env[name]]));
  before(() => Object.assign(process.env, CREDENTIALS));
  after(() => {
    for (const [name, value] of former) {
      if (value === undefined) {
        delete process.env[name];
      } else {
        process.env[name] = value;
      }
    }
  });
}

describe('an S3 store', () => {
  useCredentials();
  let folder: string;
  let server: S3rver;
  let port: number;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'candlewick-s3-'));
    server = new S3rver({
      address: '127.0.0.1',
      port: 0,
      silent: true,
      directory: folder,
      configureBuckets: [{ name: BUCKET }],
    });
    ({ port } = await server.run());
  });
  after(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });
  function open(path: string): ObjectStore {
    return openStore(`s3://${path}?endpoint=http://127.0.0.1:${port}`);
  }

  it('gives back what was put, and its size', async () => {
    const store = open(`${BUCKET}/one`);

    await store.put('a/b.bin', BYTES);
    await store.put('a/b.bin', Buffer.concat([BYTES, BYTES]));

    assert.deepEqual(await store.get('a/b.bin'), Buffer.concat([BYTES, BYTES]));
    assert.equal(await store.size('a/b.bin'), 20);
    assert.equal(await store.size('a/c.bin'), undefined);
  });

  it('keeps to its prefix', async () => {
    await open(`${BUCKET}/two`).put('a.bin', BYTES);

    assert.deepEqual(await keysOf(open(`${BUCKET}/two`), ''), ['a.bin']);
    assert.equal(await open(`${BUCKET}/three`).size('a.bin'), undefined);
    await assert.rejects(open(`${BUCKET}/two`).get('../one/a/b.bin'), /Not an object key/);
  });

  it('deletes, also what is not there', async () => {
    const store = open(`${BUCKET}/four`);
    await store.put('a', BYTES);

    await store.delete('a');
    await store.delete('a');

    await assert.rejects(
      store.get('a'),
      (error) => error instanceof SystemError && error.code === 'ETL-STO-001',
    );
  });

  it('says that there is no such bucket', async () => {
    await assert.rejects(
      open('nowhere').put('a', BYTES),
      (error) => error instanceof ConfigurationError && error.code === 'ETL-STO-103',
    );
  });

  it('serves landing and staging as a directory does', async () => {
    const store = open(`${BUCKET}/etl`);
    const landing = createLanding(store);
    const staging = createStaging(store);
    const body = Buffer.from('{"data": [1, 2, 3]}'.repeat(100));
    const bars = allocateBarColumns(1000, ['600000.SH']);
    bars.close.fill(12_3400);

    const payload = await landing.land(body);
    const again = await landing.land(body);
    const staged = await staging.writeColumns('run-1/0/bars.arrow', bars);

    assert.deepEqual(again, payload);
    assert.deepEqual(await landing.read(payload), body);
    assert.deepEqual((await staging.readColumns(staged)).columns, bars);
    assert.equal(await staging.removeRun('run-1'), 1);
    assert.equal((await keysOf(store, '')).length, 1);
  });
});

describe('an S3 store in front of a scripted server', () => {
  useCredentials();

  async function withServer(
    answer: RequestListener,
    work: (store: ObjectStore) => Promise<void>,
  ): Promise<void> {
    const server = createServer(answer);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    assert.ok(isAddressInfo(address));
    try {
      await work(openStore(`s3://${BUCKET}?endpoint=http://127.0.0.1:${address.port}`));
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }

  // s3rver encrypts its page tokens with DES, which OpenSSL 3 has not: the pages are scripted.
  it('lists every page', async () => {
    const asked: (string | null)[] = [];
    await withServer(
      (request, response) => {
        const token = new URL(request.url ?? '', 'http://x').searchParams.get('continuation-token');
        asked.push(token);
        const more =
          token === null
            ? '<IsTruncated>true</IsTruncated><NextContinuationToken>t/2</NextContinuationToken>'
            : '<IsTruncated>false</IsTruncated>';
        const key = token === null ? 'run/1' : 'run/2';
        response.setHeader('content-type', 'application/xml');
        response.end(
          `<ListBucketResult>${more}<Contents><Key>${key}</Key></Contents></ListBucketResult>`,
        );
      },
      async (store) => {
        assert.deepEqual(await keysOf(store, 'run/'), ['run/1', 'run/2']);
      },
    );
    assert.deepEqual(asked, [null, 't/2']);
  });

  it('never takes half a body for the whole', async () => {
    await withServer(
      (_request, response) => {
        response.writeHead(200, { 'content-length': '1000' });
        response.write(Buffer.alloc(500), () => response.destroy());
      },
      async (store) => {
        await assert.rejects(store.get('a'), TransientError);
      },
    );
  });

  it('calls an overloaded server transient', async () => {
    await withServer(
      (_request, response) => response.writeHead(503).end(),
      async (store) => {
        await assert.rejects(store.put('a', BYTES), (error) => {
          assert.ok(error instanceof TransientError && error.code === 'ETL-STO-011');
          assert.equal(error.details['status'], 503);
          return true;
        });
      },
    );
  });

  it('calls a refusal a matter of configuration, and shows no credential', async () => {
    await withServer(
      (_request, response) => response.writeHead(403).end(),
      async (store) => {
        await assert.rejects(store.get('a'), (error) => {
          assert.ok(error instanceof ConfigurationError && error.code === 'ETL-STO-104');
          assert.doesNotMatch(JSON.stringify(error) + String(error.stack), /S3RVER/);
          return true;
        });
      },
    );
  });

  it('calls a server that is not there transient', async () => {
    await assert.rejects(
      openStore(`s3://${BUCKET}?endpoint=http://127.0.0.1:1`).size('a'),
      (error) => error instanceof TransientError && error.code === 'ETL-STO-011',
    );
  });
});

function isAddressInfo(address: AddressInfo | string | null): address is AddressInfo {
  return typeof address === 'object' && address !== null;
}
