import type { BarColumns } from '../../domain/bar.ts';
import { decodeText, textBytes } from '../decode/text-encoding.ts';
import { parsedJson } from './layout-facts.ts';
import { unreadableText } from './read-error.ts';
import type { RowsRequest } from './rows-request.ts';
import { createValueReader } from './value-rows.ts';

const NEWLINE = 0x0a;
const LONGEST_LINE = 1 << 20;

/** The lines of a file, each with its text; empty ones are left out. */
function* linesOf(bytes: Uint8Array): Generator<string> {
  for (let start = 0; start < bytes.length;) {
    const found = bytes.indexOf(NEWLINE, start);
    const end = found < 0 ? bytes.length : found;
    const line = end - start > LONGEST_LINE ? '' : decodeText(bytes.subarray(start, end)).trim();
    if (line !== '' || end - start > LONGEST_LINE) {
      yield line;
    }
    start = end + 1;
  }
}

function objectOf(line: string): Record<string, unknown> | undefined {
  const value = parsedJson(line);
  return isRecord(value) ? value : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The keys of the first line, which stand for the header. @throws SchemaDriftError where it is no object */
export function readNdjsonHeader(body: Uint8Array, place: string): readonly string[] {
  const [first] = linesOf(textBytes(body, place));
  const object = first === undefined ? undefined : objectOf(first);
  if (object === undefined) {
    throw unreadableText(place, 'the first line is no JSON object; expected one object a line', 1);
  }
  return Object.keys(object);
}

export function readNdjsonBars(body: Uint8Array, request: RowsRequest): BarColumns {
  const header = readNdjsonHeader(body, request.place);
  const reader = createValueReader(header, request);
  for (const line of linesOf(textBytes(body, request.place))) {
    const object = objectOf(line);
    reader.add(object === undefined ? 'it is no JSON object' : header.map((name) => object[name]));
  }
  return reader.finish();
}
