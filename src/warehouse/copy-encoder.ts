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
/** Texts are written by words: the last one may be over by this much, and what follows is written over it. */
const WORD_BYTES = 4;
const DAYS_1970_TO_2000 = 10_957;
const MICROS_1970_TO_2000 = 946_684_800_000_000n;
const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
const TRAILER_BYTES = 2;
const TRAILER = -1;
const DIGIT_BASE = 10_000;
const TWO_POW_32 = 4_294_967_296;

/**
 * The rows at `rows` (all when left out) as chunks of a binary COPY of COPY_COLUMNS. Values must be whole numbers of 1/10,000;
 * `stamps` are by `columns.answer`. All chunks are of one buffer: a chunk is good until the next one is asked for.
 */
export function* encodeBars(
  columns: BarColumns,
  stamps: readonly AnswerStamp[],
  rows?: Uint32Array,
): Generator<Buffer, void> {
  const heads = columns.symbols.map((symbol) => wordsOf(headOf(symbol)));
  const tails = stamps.map((stamp) => wordsOf(tailOf(stamp)));
  const capacity = CHUNK_BYTES + longestOf(heads) + longestOf(tails) + MAX_NUMBERS_BYTES;
  // Not of the pool that small buffers share: this one is written over.
  const buffer = Buffer.from(new ArrayBuffer(capacity + WORD_BYTES));
  const view = new DataView(buffer.buffer);
  let at = SIGNATURE.copy(buffer);
  const count = rows?.length ?? columns.length;
  for (let index = 0; index < count; index += 1) {
    const row = rows?.[index] ?? index;
    at = writeWords(view, at, heads[columns.symbolId[row] ?? 0]);
    at = writeNumbers(view, at, columns, row);
    at = writeWords(view, at, tails[columns.answer[row] ?? 0]);
    if (at >= CHUNK_BYTES) {
      yield buffer.subarray(0, at);
      at = 0;
    }
  }
  view.setInt16(at, TRAILER);
  yield buffer.subarray(0, at + TRAILER_BYTES);
}

/** Bytes that every row repeats, as the 32-bit words they are written by. */
interface Words {
  readonly words: Uint32Array;
  /** Bytes; the last word may have more. */
  readonly length: number;
}

function wordsOf(bytes: Buffer): Words {
  const padded = Buffer.concat([bytes, Buffer.alloc(WORD_BYTES)]);
  const count = Math.ceil(bytes.length / WORD_BYTES);
  return {
    words: Uint32Array.from({ length: count }, (_, index) =>
      padded.readUInt32BE(index * WORD_BYTES),
    ),
    length: bytes.length,
  };
}

function longestOf(parts: readonly Words[]): number {
  return parts.reduce((most, { length }) => Math.max(most, length), 0);
}

function headOf(symbol: string): Buffer {
  const text = Buffer.from(symbol, 'utf8');
  const head = Buffer.alloc(6);
  head.writeInt16BE(FIELDS, 0);
  head.writeInt32BE(text.length, 2);
  return Buffer.concat([head, text]);
}

function tailOf({ source, batchId, answerNo, loadedAtMicros }: AnswerStamp): Buffer {
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

function writeWords(view: DataView, start: number, part: Words | undefined): number {
  if (part === undefined) {
    throw new RangeError('A row names a symbol or an answer that the batch does not have');
  }
  const { words, length } = part;
  for (let index = 0; index < words.length; index += 1) {
    view.setUint32(start + WORD_BYTES * index, words[index] ?? 0);
  }
  return start + length;
}

/** The trade_date and the seven values. */
function writeNumbers(view: DataView, start: number, columns: BarColumns, row: number): number {
  view.setInt32(start, 4);
  view.setInt32(start + 4, (columns.tradingDay[row] ?? 0) - DAYS_1970_TO_2000);
  let at = writeNumeric(view, start + 8, columns.open[row] ?? Number.NaN);
  at = writeNumeric(view, at, columns.high[row] ?? Number.NaN);
  at = writeNumeric(view, at, columns.low[row] ?? Number.NaN);
  at = writeNumeric(view, at, columns.close[row] ?? Number.NaN);
  at = writeNumeric(view, at, columns.preClose[row] ?? Number.NaN);
  at = writeInt8(view, at, columns.volume[row] ?? Number.NaN);
  return writeNumeric(view, at, columns.amount[row] ?? Number.NaN);
}

function writeNull(view: DataView, at: number): number {
  view.setInt32(at, -1);
  return at + 4;
}

function writeInt8(view: DataView, at: number, value: number): number {
  if (Number.isNaN(value)) {
    return writeNull(view, at);
  }
  view.setInt32(at, 8);
  const high = Math.floor(value / TWO_POW_32);
  view.setInt32(at + 4, high);
  view.setUint32(at + 8, value - high * TWO_POW_32);
  return at + 12;
}

/** The largest price of two digits: one of the whole part, one of the fraction. Nearly all prices are below. */
const TWO_DIGITS = DIGIT_BASE * DIGIT_BASE;
/** `ndigits`, `weight` of a value of two digits, and `sign` (positive), `dscale`: two words of a `numeric`. */
const TWO_DIGITS_WEIGHT_0 = 2 << 16;
const POSITIVE_SCALE_4 = 4;

/** A whole number of 1/10,000 as `numeric`, NaN as null. */
export function writeNumeric(view: DataView, at: number, scaled: number): number {
  if (scaled >= DIGIT_BASE && scaled < TWO_DIGITS) {
    const value = scaled | 0;
    const whole = (value / DIGIT_BASE) | 0;
    const fraction = value - whole * DIGIT_BASE;
    if (fraction !== 0) {
      view.setInt32(at, 12);
      view.setInt32(at + 4, TWO_DIGITS_WEIGHT_0);
      view.setInt32(at + 8, POSITIVE_SCALE_4);
      view.setInt32(at + 12, (whole << 16) | fraction);
      return at + 16;
    }
  }
  return writeAnyNumeric(view, at, scaled);
}

function writeAnyNumeric(view: DataView, start: number, scaled: number): number {
  if (Number.isNaN(scaled)) {
    return writeNull(view, start);
  }
  // Division and rounding down are exact for whole numbers, and far faster than `%` of floating-point numbers.
  const size = Math.abs(scaled);
  const whole = Math.floor(size / DIGIT_BASE);
  const fraction = size - whole * DIGIT_BASE;
  // Digits of the whole part, least significant first: at most three, for 9.0e11.
  const upper = Math.floor(whole / DIGIT_BASE);
  const first = whole - upper * DIGIT_BASE;
  const third = Math.floor(upper / DIGIT_BASE);
  const second = upper - third * DIGIT_BASE;
  const wholeDigits = countDigits(first, second, third);
  const digits = wholeDigits + (fraction === 0 ? 0 : 1);
  view.setInt32(start, 8 + 2 * digits);
  view.setInt16(start + 4, digits);
  view.setInt16(start + 6, digits === 0 ? 0 : wholeDigits - 1);
  view.setInt16(start + 8, scaled < 0 ? 0x4000 : 0);
  view.setInt16(start + 10, 4);
  let at = start + 12;
  if (wholeDigits > 2) {
    view.setInt16(at, third);
    at += 2;
  }
  if (wholeDigits > 1) {
    view.setInt16(at, second);
    at += 2;
  }
  if (wholeDigits > 0) {
    view.setInt16(at, first);
    at += 2;
  }
  if (fraction !== 0) {
    view.setInt16(at, fraction);
    at += 2;
  }
  return at;
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
