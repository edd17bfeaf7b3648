import { crc32 } from './crc32.ts';
import { inflateSync } from 'node:zlib';

/* Baostock's frames: version, type and length joined by 0x01, a body of fields joined by 0x01, a mark at the end. */

const SEPARATOR = '\x01';
const SEPARATOR_BYTE = 1;
/** The client version that servers accept; older ones are refused. */
const VERSION = '00.9.40';
export const HEADER_BYTES = 21;
const END_MARK = Buffer.from('<![CDATA[]]>\n', 'latin1');
/** Types of answers whose body is compressed. */
const COMPRESSED = new Set(['96', '99', '9B', '9D']);
const MAX_BODY_BYTES = 64 * 1024 * 1024;

export interface Frame {
  readonly type: string;
  /** Decompressed. */
  readonly body: Buffer;
}

/** A request as it goes over the wire. */
export function requestFrame(type: string, fields: readonly string[]): string {
  const body = fields.join(SEPARATOR);
  const head = [VERSION, type, String(body.length).padStart(10, '0')].join(SEPARATOR);
  return `${head}${body}${SEPARATOR}${crc32(Buffer.from(`${head}${body}`, 'utf8'))}\n`;
}

/** An answer as a server sends it: for emulators. `body` is compressed where its type is. */
export function answerFrame(type: string, body: Buffer): Buffer {
  const head = [VERSION, type, String(body.length).padStart(10, '0')].join(SEPARATOR);
  return Buffer.concat([Buffer.from(head, 'latin1'), body, END_MARK]);
}

/** Whether the bytes so far end as an answer does. */
export function endsFrame(bytes: Buffer): boolean {
  return bytes.length > HEADER_BYTES && bytes.subarray(-END_MARK.length).equals(END_MARK);
}

/** @throws RangeError where the bytes are no whole answer; errors of zlib's where the body is broken */
export function parseFrame(bytes: Uint8Array): Frame {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const [, type = '', length = ''] = buffer
    .subarray(0, HEADER_BYTES)
    .toString('latin1')
    .split(SEPARATOR);
  if (!/^[0-9A-F]{2}$/.test(type) || !/^\d{10}$/.test(length) || !endsFrame(buffer)) {
    throw new RangeError('it does not begin or end as a frame does');
  }
  const whole = buffer.subarray(HEADER_BYTES, buffer.length - END_MARK.length);
  if (!COMPRESSED.has(type)) {
    return { type, body: whole };
  }
  const compressed = whole.subarray(0, Number(length));
  return { type, body: inflateSync(compressed, { maxOutputLength: MAX_BODY_BYTES }) };
}

export function isCompressed(type: string): boolean {
  return COMPRESSED.has(type);
}

/** Where each field of a body begins and ends. */
export function fieldSpans(body: Buffer): readonly (readonly [number, number])[] {
  const spans: (readonly [number, number])[] = [];
  let start = 0;
  for (;;) {
    const end = body.indexOf(SEPARATOR_BYTE, start);
    spans.push([start, end < 0 ? body.length : end]);
    if (end < 0) {
      return spans;
    }
    start = end + 1;
  }
}

export function fieldText(
  body: Buffer,
  spans: readonly (readonly [number, number])[],
  index: number,
): string {
  const [start, end] = spans[index] ?? [0, 0];
  return body.subarray(start, end).toString('utf8');
}
