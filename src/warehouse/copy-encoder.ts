import type { BarColumns } from '../domain/bar.ts';

/*
 * Bars as PostgreSQL's binary COPY format, from typed arrays, without an object per row. PostgreSQL's `numeric` has digits
 * of base 10,000, which is also our scale: the fraction of a value is exactly one digit.
 */

/** What every row of one answer has in common. */
export interface AnswerStamp {
  readonly source: string;
  readonly batchId: number;
  readonly answerNo: number;
  /** Microseconds since 1970. */
  readonly loadedAtMicros: bigint;
}

/** The columns of `encodeBars`, in its order. */
export const COPY_COLUMNS =
  'symbol, trade_date, open, high, low, close, pre_close, volume, amount, source, batch_id, answer_no, created_at, updated_at';

const FIELDS = 14;
const CHUNK_BYTES = 128 * 1024;
/** No row is longer: 9 fields of numbers (at most 20 bytes each), a symbol and a stamp of bounded length. */
const MAX_NUMBERS_BYTES = 8 * 24;
const DAYS_1970_TO_2000 = 10_957;
const MICROS_1970_TO_2000 = 946_684_800_000_000n;
const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
const TRAILER = Buffer.from([0xff, 0xff]);
const DIGIT_BASE = 10_000;
const TWO_POW_32 = 4_294_967_296;

/**
 * The rows at `rows` (all when left out) as chunks of a binary COPY of COPY_COLUMNS. Values must be whole numbers of 1/10,000;
 * `stamps` are by `columns.answer`.
 */
export function* encodeBars(
  columns: BarColumns,
  stamps: readonly AnswerStamp[],
  rows?: Uint32Array,
): Generator<Buffer, void> {
  const heads = columns.symbols.map(encodeHead);
  const tails = stamps.map(encodeTail);
  const reserve = longestOf(heads) + longestOf(tails) + MAX_NUMBERS_BYTES;
  const capacity = CHUNK_BYTES + reserve;
  let chunk = Buffer.allocUnsafe(capacity);
  let at = SIGNATURE.copy(chunk);
  const count = rows?.length ?? columns.length;
  for (let index = 0; index < count; index += 1) {
    const row = rows?.[index] ?? index;
    at = copyBytes(chunk, at, heads[columns.symbolId[row] ?? 0]);
    at = writeNumbers(chunk, at, columns, row);
    at = copyBytes(chunk, at, tails[columns.answer[row] ?? 0]);
    if (at >= CHUNK_BYTES) {
      yield chunk.subarray(0, at);
      chunk = Buffer.allocUnsafe(capacity);
      at = 0;
    }
  }
  at += TRAILER.copy(chunk, at);
  yield chunk.subarray(0, at);
}

function longestOf(parts: readonly Buffer[]): number {
  return parts.reduce((most, part) => Math.max(most, part.length), 0);
}

function encodeHead(symbol: string): Buffer {
  const text = Buffer.from(symbol, 'utf8');
  const head = Buffer.alloc(6);
  head.writeInt16BE(FIELDS, 0);
  head.writeInt32BE(text.length, 2);
  return Buffer.concat([head, text]);
}

function encodeTail({ source, batchId, answerNo, loadedAtMicros }: AnswerStamp): Buffer {
  const text = Buffer.from(source, 'utf8');
  const tail = Buffer.alloc(4 + text.length + 12 + 8 + 12 + 12);
  let at = tail.writeInt32BE(text.length, 0);
  at += text.copy(tail, at);
  at = tail.writeInt32BE(8, at);
  at = tail.writeBigInt64BE(BigInt(batchId), at);
  at = tail.writeInt32BE(4, at);
  at = tail.writeInt32BE(answerNo, at);
  const instant = loadedAtMicros - MICROS_1970_TO_2000;
  at = tail.writeInt32BE(8, at);
  at = tail.writeBigInt64BE(instant, at);
  at = tail.writeInt32BE(8, at);
  tail.writeBigInt64BE(instant, at);
  return tail;
}

/** The trade_date and the seven values. */
function writeNumbers(chunk: Buffer, start: number, columns: BarColumns, row: number): number {
  let at = writeInt32(chunk, start, 4);
  at = writeInt32(chunk, at, (columns.tradingDay[row] ?? 0) - DAYS_1970_TO_2000);
  at = writeNumeric(chunk, at, columns.open[row] ?? Number.NaN);
  at = writeNumeric(chunk, at, columns.high[row] ?? Number.NaN);
  at = writeNumeric(chunk, at, columns.low[row] ?? Number.NaN);
  at = writeNumeric(chunk, at, columns.close[row] ?? Number.NaN);
  at = writeNumeric(chunk, at, columns.preClose[row] ?? Number.NaN);
  at = writeInt8(chunk, at, columns.volume[row] ?? Number.NaN);
  return writeNumeric(chunk, at, columns.amount[row] ?? Number.NaN);
}

function copyBytes(chunk: Buffer, start: number, bytes: Buffer | undefined): number {
  if (bytes === undefined) {
    throw new RangeError('A row names a symbol or an answer that the batch does not have');
  }
  // A plain loop beats Buffer.copy for so few bytes.
  for (let index = 0; index < bytes.length; index += 1) {
    chunk[start + index] = bytes[index] ?? 0;
  }
  return start + bytes.length;
}

function writeInt16(chunk: Buffer, at: number, value: number): number {
  chunk[at] = (value >> 8) & 0xff;
  chunk[at + 1] = value & 0xff;
  return at + 2;
}

function writeInt32(chunk: Buffer, at: number, value: number): number {
  chunk[at] = (value >> 24) & 0xff;
  chunk[at + 1] = (value >> 16) & 0xff;
  chunk[at + 2] = (value >> 8) & 0xff;
  chunk[at + 3] = value & 0xff;
  return at + 4;
}

function writeInt8(chunk: Buffer, start: number, value: number): number {
  if (Number.isNaN(value)) {
    return writeInt32(chunk, start, -1);
  }
  const at = writeInt32(chunk, start, 8);
  const high = Math.floor(value / TWO_POW_32);
  return writeInt32(chunk, writeInt32(chunk, at, high), value - high * TWO_POW_32);
}

/** A whole number of 1/10,000 as `numeric`, NaN as null. */
export function writeNumeric(chunk: Buffer, start: number, scaled: number): number {
  if (Number.isNaN(scaled)) {
    return writeInt32(chunk, start, -1);
  }
  const size = Math.abs(scaled);
  const fraction = size % DIGIT_BASE;
  let whole = (size - fraction) / DIGIT_BASE;
  // Digits of the whole part, least significant first: at most three, for 9.0e11.
  const first = whole % DIGIT_BASE;
  whole = (whole - first) / DIGIT_BASE;
  const second = whole % DIGIT_BASE;
  const third = (whole - second) / DIGIT_BASE;
  const wholeDigits = countDigits(first, second, third);
  const digits = wholeDigits + (fraction === 0 ? 0 : 1);
  let at = writeInt32(chunk, start, 8 + 2 * digits);
  at = writeInt16(chunk, at, digits);
  at = writeInt16(chunk, at, digits === 0 ? 0 : wholeDigits - 1);
  at = writeInt16(chunk, at, scaled < 0 ? 0x4000 : 0);
  at = writeInt16(chunk, at, 4);
  if (wholeDigits > 2) {
    at = writeInt16(chunk, at, third);
  }
  if (wholeDigits > 1) {
    at = writeInt16(chunk, at, second);
  }
  if (wholeDigits > 0) {
    at = writeInt16(chunk, at, first);
  }
  return fraction === 0 ? at : writeInt16(chunk, at, fraction);
}

function countDigits(first: number, second: number, third: number): number {
  if (third > 0) {
    return 3;
  }
  if (second > 0) {
    return 2;
  }
  return first > 0 ? 1 : 0;
}
