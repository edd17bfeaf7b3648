import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

import { extract } from 'tar-stream';

import { EtlError } from '../../domain/errors.ts';
import type { FoundFile } from './find-files.ts';
import { MOST_BYTES } from './limits.ts';
import type { Member, MemberFilter } from './member.ts';
import { unreadableText } from './read-error.ts';
import { openBelow, readFileBelow } from './safe-path.ts';
import { readZip } from './zip.ts';

/** The members of an archive, one at a time. @throws SchemaDriftError where it is torn */
export async function* readArchive(
  file: FoundFile,
  isWanted: MemberFilter,
  signal: AbortSignal,
): AsyncGenerator<Member> {
  try {
    if (file.content === 'zip') {
      yield* readZip(await readFileBelow(file.real, file.path, file), file.path, isWanted);
    } else {
      yield* readTar(file, isWanted, signal);
    }
  } catch (error) {
    if (error instanceof EtlError || signal.aborted) {
      throw error;
    }
    throw unreadableText(file.path, error instanceof Error ? error.message : String(error));
  }
}

async function* readTar(
  file: FoundFile,
  isWanted: MemberFilter,
  signal: AbortSignal,
): AsyncGenerator<Member> {
  const handle = await openBelow(file.real, file.path, file);
  const bytes = handle.createReadStream({ signal });
  const entries = extract();
  const isPacked = !/\.tar$/i.test(file.path);
  let failure: Error | undefined;
  const flow = (
    isPacked ? pipeline(bytes, createGunzip(), entries) : pipeline(bytes, entries)
  ).catch((error: unknown) => {
    failure = error instanceof Error ? error : new Error(String(error));
  });
  let ordinal = 0;
  try {
    for await (const entry of entries) {
      const { name, type, size } = entry.header;
      if (type === 'file' && isWanted(name, ordinal)) {
        yield { name, ordinal, body: await bodyOf(entry, `${file.path}!${name}`, size) };
      } else {
        entry.resume();
      }
      ordinal += 1;
    }
  } finally {
    bytes.destroy();
  }
  await flow;
  if (failure !== undefined) {
    throw failure;
  }
}

async function bodyOf(
  entry: AsyncIterable<unknown>,
  place: string,
  size: number,
): Promise<Uint8Array> {
  if (size > MOST_BYTES) {
    throw unreadableText(place, `it has ${size} bytes; expected at most ${MOST_BYTES}`);
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of entry) {
    if (chunk instanceof Uint8Array) {
      chunks.push(chunk);
    }
  }
  return Buffer.concat(chunks);
}
