import { createHash } from 'node:crypto';

import type { PayloadRef } from '../domain/batch.ts';
import { EtlError, SystemError } from '../domain/errors.ts';
import { compress, decompress, type Encoding } from './compression.ts';
import type { ObjectStore } from './object-store.ts';

/** Answers of sources as they came, addressed by their content. */
export interface LandingStore {
  /** Compresses and stores a body; one that is there already is not written again. */
  land(body: Uint8Array): Promise<PayloadRef>;
  /** The body as it came, proven by its hash. @throws SystemError ETL-LND-001 where it is damaged. */
  read(ref: PayloadRef): Promise<Buffer>;
  /** What `read` needs of a payload of which only address and size are known; undefined where it is not there. */
  find(sha256: string, bytes: number): Promise<PayloadRef | undefined>;
}

const EXTENSIONS: Readonly<Record<Encoding, string>> = { zstd: 'zst', gzip: 'gz', identity: 'bin' };
const SHA256 = /^[0-9a-f]{64}$/;

/** The key of a payload in its store: 256 folders, so that none grows too large to list. */
export function payloadKey({ sha256, encoding }: Pick<PayloadRef, 'sha256' | 'encoding'>): string {
  if (!SHA256.test(sha256)) {
    throw new SystemError(`Not a payload's hash: got ${JSON.stringify(sha256.slice(0, 80))}`, {
      code: 'ETL-LND-002',
    });
  }
  return `payload/${sha256.slice(0, 2)}/${sha256}.${EXTENSIONS[encoding]}`;
}

export function createLanding(store: ObjectStore): LandingStore {
  return {
    async land(body) {
      const sha256 = hashOf(body);
      const { encoding, stored } = await compress(body);
      const key = payloadKey({ sha256, encoding });
      // An object of another size is a damaged one: it is replaced rather than believed.
      if ((await store.size(key)) !== stored.byteLength) {
        await store.put(key, stored);
      }
      const storedBytes = stored.byteLength;
      return { sha256, bytes: body.byteLength, storedBytes, encoding };
    },
    async read(ref) {
      const key = payloadKey(ref);
      const stored = await store.get(key);
      const body = await decompress(stored, ref.encoding).catch((cause: unknown) => {
        throw cause instanceof EtlError ? cause : damaged(key, store.location, cause);
      });
      if (hashOf(body) !== ref.sha256) {
        throw damaged(key, store.location);
      }
      return body;
    },
    async find(sha256, bytes) {
      for (const encoding of ['zstd', 'gzip', 'identity'] as const) {
        const storedBytes = await store.size(payloadKey({ sha256, encoding }));
        if (storedBytes !== undefined) {
          return { sha256, bytes, storedBytes, encoding };
        }
      }
      return undefined;
    },
  };
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function damaged(key: string, location: string, cause?: unknown): SystemError {
  return new SystemError(`Payload ${key} in ${location} is not what was landed`, {
    code: 'ETL-LND-001',
    hint: 'delete the object and run the job again, or restore it from a copy.',
    details: { key, store: location },
    cause,
  });
}
