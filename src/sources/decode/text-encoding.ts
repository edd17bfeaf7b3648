import { SchemaDriftError } from '../../domain/errors.ts';

const UTF8_BOM = [0xef, 0xbb, 0xbf] as const;
const PROBE_BYTES = 4096;
const utf8 = new TextDecoder('utf-8', { fatal: true });
const gb18030 = new TextDecoder('gb18030');

/** The bytes behind a UTF-8 byte order mark. @throws SchemaDriftError for UTF-16 and for what is no text */
export function textBytes(bytes: Uint8Array, place: string): Uint8Array {
  const [first, second] = bytes;
  const isUtf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  if (isUtf16 || bytes.subarray(0, PROBE_BYTES).includes(0)) {
    const what = isUtf16 ? 'the text is UTF-16' : 'it holds NUL bytes: UTF-16, or no text at all';
    throw new SchemaDriftError(`${place}: ${what}; expected UTF-8 or GB18030`, {
      code: 'ETL-SRC-210',
      hint: 'convert it to UTF-8.',
    });
  }
  return UTF8_BOM.every((byte, at) => bytes[at] === byte) ? bytes.subarray(3) : bytes;
}

/** Text in UTF-8, else in GB18030, which has a character for nearly every sequence of bytes. */
export function decodeText(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    return gb18030.decode(bytes);
  }
}
