import { crc32, inflateRawSync } from 'node:zlib';

import type { Member, MemberFilter } from './member.ts';
import { MOST_BYTES } from './limits.ts';
import { unreadableText } from './read-error.ts';

const END_SIGNATURE = 0x06054b50;
const END_BYTES = 22;
const LONGEST_COMMENT = 0xffff;
const ENTRY_SIGNATURE = 0x02014b50;
const ENTRY_BYTES = 46;
const LOCAL_SIGNATURE = 0x04034b50;
const LOCAL_BYTES = 30;
const ENCRYPTED = 1;
const UTF8_NAME = 0x800;
const STORED = 0;
const DEFLATED = 8;
const ZIP64 = 0xffffffff;

interface ZipEntry {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly offset: number;
}

/**
 * The members of a zip file, by its directory. Size and checksum of each are compared with what the directory says, since a
 * member that is torn must not pass for a short one.
 */
export function* readZip(
  archive: Uint8Array,
  place: string,
  isWanted: MemberFilter,
): Generator<Member> {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength);
  let ordinal = 0;
  for (const entry of directoryOf(archive, view, place)) {
    if (!entry.name.endsWith('/') && isWanted(entry.name, ordinal)) {
      const body = readEntry(archive, view, entry, `${place}!${entry.name}`);
      yield { name: entry.name, ordinal, body };
    }
    ordinal += 1;
  }
}

function* directoryOf(archive: Uint8Array, view: DataView, place: string): Generator<ZipEntry> {
  const end = endOf(view, place);
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  if (at === ZIP64) {
    throw unreadableText(place, 'it is a zip64 file; expected one below 4 GiB');
  }
  for (let index = 0; index < count; index += 1) {
    if (at + ENTRY_BYTES > view.byteLength || view.getUint32(at, true) !== ENTRY_SIGNATURE) {
      throw unreadableText(place, `the zip directory ends after ${index} of ${count} members`);
    }
    const flags = view.getUint16(at + 8, true);
    const nameEnd = at + ENTRY_BYTES + view.getUint16(at + 28, true);
    const encoding = (flags & UTF8_NAME) === 0 ? 'gb18030' : 'utf-8';
    yield {
      name: new TextDecoder(encoding).decode(archive.subarray(at + ENTRY_BYTES, nameEnd)),
      flags,
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      packed: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      offset: view.getUint32(at + 42, true),
    };
    at = nameEnd + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
}

/** Where the record stands that ends a zip file; a comment may follow it. */
function endOf(view: DataView, place: string): number {
  const last = view.byteLength - END_BYTES;
  for (let at = last; at >= 0 && at >= last - LONGEST_COMMENT; at -= 1) {
    if (view.getUint32(at, true) === END_SIGNATURE) {
      return at;
    }
  }
  throw unreadableText(place, 'it is no zip file, or its end is missing');
}

function readEntry(
  archive: Uint8Array,
  view: DataView,
  { flags, method, crc, packed, size, offset }: ZipEntry,
  place: string,
): Uint8Array {
  if ((flags & ENCRYPTED) !== 0 || (method !== STORED && method !== DEFLATED)) {
    const what = (flags & ENCRYPTED) !== 0 ? 'it is encrypted' : `zip method ${method}`;
    throw unreadableText(place, `${what}; expected a stored or deflated member`);
  }
  if (size > MOST_BYTES) {
    throw unreadableText(place, `it has ${size} bytes; expected at most ${MOST_BYTES}`);
  }
  if (offset + LOCAL_BYTES > view.byteLength || view.getUint32(offset, true) !== LOCAL_SIGNATURE) {
    throw unreadableText(place, 'the member is not where the zip directory says');
  }
  const start =
    offset + LOCAL_BYTES + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true);
  const content = archive.subarray(start, start + packed);
  const body = method === STORED ? content : inflateRawSync(content, { maxOutputLength: size + 1 });
  if (body.length !== size || crc32(body) !== crc) {
    throw unreadableText(place, 'the member is torn: size or checksum differ');
  }
  return body;
}
