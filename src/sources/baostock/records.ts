import { findPath } from '../decode/json-scan.ts';
import { shapeDrift } from '../http/source-error.ts';
import { BAOSTOCK } from './client.ts';
import { fieldSpans, fieldText, parseFrame } from './frame.ts';

/** The rows of an answer and the names of their columns. */
export interface Records {
  readonly body: Buffer;
  readonly names: readonly string[];
  /** Position of the array of rows; -1 where there are none at all. */
  readonly records: number;
  readonly drift: (what: string) => Error;
}

interface FieldsAt {
  readonly data: number;
  readonly fields: number;
}

const EMPTY = Buffer.from('[]', 'latin1');

/** @throws SchemaDriftError where the bytes are no frame, or lack one of the columns */
export function openRecords(
  bytes: Uint8Array,
  { data, fields }: FieldsAt,
  needed: readonly string[],
  format: string,
): Records {
  function drift(what: string): Error {
    return shapeDrift({ source: BAOSTOCK, endpoint: format }, what);
  }
  const body = bodyOf(bytes, drift);
  const spans = fieldSpans(body);
  const names = fieldText(body, spans, fields)
    .split(',')
    .map((name) => name.trim());
  const missing = needed.filter((name) => !names.includes(name));
  if (missing.length > 0) {
    throw drift(`the answer lacks ${missing.join(', ')}; it has ${names.join(', ').slice(0, 200)}`);
  }
  const [start = 0, end = 0] = spans[data] ?? [];
  if (body.subarray(start, end).toString('latin1').trim() === '') {
    return { body: EMPTY, names, records: 0, drift }; // No rows: not even an empty record.
  }
  const records = findPath(body, ['record'], start);
  if (records < 0) {
    throw drift('the answer has no record');
  }
  return { body, names, records, drift };
}

function bodyOf(bytes: Uint8Array, drift: (what: string) => Error): Buffer {
  try {
    return parseFrame(bytes).body;
  } catch (error) {
    throw drift(`the answer is no frame: ${error instanceof Error ? error.message : 'unknown'}`);
  }
}
