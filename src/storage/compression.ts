import { promisify } from 'node:util';
import * as zlib from 'node:zlib';

import type * as zstdModule from '@toondepauw/node-zstd';

import type { PayloadRef } from '../domain/batch.ts';
import { SystemError } from '../domain/errors.ts';

export type Encoding = PayloadRef['encoding'];

interface Codec {
  readonly encoding: Encoding;
  compress(body: Uint8Array): Promise<Uint8Array>;
}

/**
 * Level 1, measured on 14 MB of Tushare JSON and 11 MB of float columns against level 3 and gzip 1: on JSON smaller than both
 * (28 % against 30 % and 32 %) at half of gzip's processor time, on floats a third of it.
 */
const ZSTD_LEVEL = 1;
const GZIP_LEVEL = 1;
/** Below this saving (gzip files, Parquet, ZIP) the bytes are kept as they came. */
const MIN_SAVING = 0.05;

const gzip = promisify(zlib.gzip);
const gunzip = promisify(zlib.gunzip);

type NativeZstd = typeof zstdModule;

let nativeZstd: Promise<NativeZstd | undefined> | undefined;

/** Node 20 has no zstd of its own; where there is no binary of the native module for a platform, gzip serves. */
function loadZstd(): Promise<NativeZstd | undefined> {
  nativeZstd ??= import('@toondepauw/node-zstd').catch(() => undefined);
  return nativeZstd;
}

async function bestCodec(): Promise<Codec> {
  const zstd = await loadZstd();
  return zstd === undefined ? GZIP : zstdCodec(zstd);
}

const GZIP: Codec = {
  encoding: 'gzip',
  compress: (body) => gzip(body, { level: GZIP_LEVEL }),
};

function zstdCodec({ Encoder }: NativeZstd): Codec {
  return {
    encoding: 'zstd',
    compress: (body) => new Encoder(ZSTD_LEVEL).encode(asBuffer(body)),
  };
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The smallest form that is worth its time. The same bytes always give the same form on the same platform. */
export async function compress(
  body: Uint8Array,
  options: { readonly only?: 'gzip' } = {},
): Promise<{ readonly encoding: Encoding; readonly stored: Uint8Array }> {
  const codec = options.only === 'gzip' ? GZIP : await bestCodec();
  const stored = await codec.compress(body);
  return stored.byteLength > body.byteLength * (1 - MIN_SAVING)
    ? { encoding: 'identity', stored: body }
    : { encoding: codec.encoding, stored };
}

/** @throws SystemError ETL-STO-005 where a zstd payload meets a platform without zstd; Error where bytes are damaged. */
export async function decompress(stored: Buffer, encoding: Encoding): Promise<Buffer> {
  if (encoding === 'identity') {
    return stored;
  }
  if (encoding === 'gzip') {
    return gunzip(stored);
  }
  const zstd = await loadZstd();
  if (zstd === undefined) {
    throw new SystemError(
      'A payload is zstd, and this machine has no binary of @toondepauw/node-zstd',
      { code: 'ETL-STO-005', hint: 'run `npm ci` on this machine.' },
    );
  }
  return new zstd.Decoder().decode(stored);
}
