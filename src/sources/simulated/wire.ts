import { allocateBarColumns, type BarColumns } from '../../domain/bar.ts';
import { SchemaDriftError } from '../../domain/errors.ts';

/**
 * The wire form of the simulated market: a JSON header padded to eight bytes, then each column as it lies in memory. Prices
 * as Int32 of 1/10,000 CNY, volume and amount as Float64, little endian. `simulated.bars/1` names it.
 */
export const SIMULATED_FORMAT = 'simulated.bars/1';

const MAGIC = 0x4d495343; // "CSIM"
const PREFIX_BYTES = 8;
const ALIGNMENT = 8;
/** Widest first, so that every column stays aligned. */
const WIDE = ['volume', 'amount'] as const;
const PRICES = ['open', 'high', 'low', 'close', 'preClose'] as const;
/** Two wide columns, five prices, day and symbol, marks. */
const ROW_BYTES = 8 * WIDE.length + 4 * (PRICES.length + 2) + 1;

function drift(what: string, cause?: unknown): SchemaDriftError {
  return new SchemaDriftError(`The answer is no ${SIMULATED_FORMAT}: ${what}`, {
    code: 'ETL-SRC-120',
    cause,
  });
}

function alignedTo(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

export function encodeAnswer(columns: BarColumns): Uint8Array {
  const { length } = columns;
  const header = Buffer.from(JSON.stringify({ rows: length, symbols: columns.symbols }), 'utf8');
  const start = alignedTo(PREFIX_BYTES + header.length);
  const bytes = new Uint8Array(start + length * ROW_BYTES);
  const prefix = new DataView(bytes.buffer);
  prefix.setUint32(0, MAGIC, true);
  prefix.setUint32(4, header.length, true);
  bytes.set(header, PREFIX_BYTES);
  let at = start;
  for (const name of WIDE) {
    new Float64Array(bytes.buffer, at, length).set(columns[name]);
    at += 8 * length;
  }
  for (const name of PRICES) {
    new Int32Array(bytes.buffer, at, length).set(columns[name]);
    at += 4 * length;
  }
  new Int32Array(bytes.buffer, at, length).set(columns.tradingDay);
  new Uint32Array(bytes.buffer, at + 4 * length, length).set(columns.symbolId);
  bytes.set(columns.marks, at + 8 * length);
  return bytes;
}

interface Header {
  readonly rows: number;
  readonly symbols: readonly string[];
}

function isHeader(value: unknown): value is Header {
  return (
    typeof value === 'object' &&
    value !== null &&
    'rows' in value &&
    typeof value.rows === 'number' &&
    'symbols' in value &&
    Array.isArray(value.symbols)
  );
}

function parseHeader(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (error) {
    throw drift('its header cannot be read', error);
  }
}

/** @throws SchemaDriftError where the bytes are not of this form, or not whole. */
export function decodeAnswer(body: Uint8Array): BarColumns {
  // A copy where the bytes do not begin on eight: typed arrays must.
  const bytes = body.byteOffset % ALIGNMENT === 0 ? body : Uint8Array.from(body);
  if (bytes.length < PREFIX_BYTES) {
    throw drift(`it has ${bytes.length} bytes`);
  }
  const prefix = new DataView(bytes.buffer, bytes.byteOffset);
  const headerBytes = prefix.getUint32(4, true);
  if (prefix.getUint32(0, true) !== MAGIC || PREFIX_BYTES + headerBytes > bytes.length) {
    throw drift('its beginning is another');
  }
  const header = parseHeader(bytes.subarray(PREFIX_BYTES, PREFIX_BYTES + headerBytes));
  const start = alignedTo(PREFIX_BYTES + headerBytes);
  if (!isHeader(header) || bytes.length !== start + header.rows * ROW_BYTES) {
    throw drift('its length does not fit its header');
  }
  return readColumns(bytes, start, header);
}

function readColumns(bytes: Uint8Array, start: number, { rows, symbols }: Header): BarColumns {
  const columns = allocateBarColumns(rows, symbols);
  let at = bytes.byteOffset + start;
  for (const name of WIDE) {
    columns[name].set(new Float64Array(bytes.buffer, at, rows));
    at += 8 * rows;
  }
  for (const name of PRICES) {
    columns[name].set(new Int32Array(bytes.buffer, at, rows));
    at += 4 * rows;
  }
  columns.tradingDay.set(new Int32Array(bytes.buffer, at, rows));
  columns.symbolId.set(new Uint32Array(bytes.buffer, at + 4 * rows, rows));
  columns.marks.set(new Uint8Array(bytes.buffer, at + 8 * rows, rows));
  for (let row = 0; row < rows; row += 1) {
    columns.sourceRow[row] = row;
  }
  return columns;
}
