/*
 * Bars from PostgreSQL's binary COPY format, straight to numbers: one callback a row, one object for all rows.
 */

/** The columns that `createBarReader` reads, in its order. */
export const READ_COLUMNS =
  'symbol, trade_date, open, high, low, close, pre_close, volume, amount, source';

/** The row at hand; the same object each time, to be read at once and never kept. Values as in BarColumns. */
export interface StoredBar {
  symbol: string;
  tradingDay: number;
  open: number;
  high: number;
  low: number;
  close: number;
  preClose: number;
  volume: number;
  amount: number;
  /** Decoded only when asked for: few rows need it. */
  source(): string;
}

export interface BarReader {
  /** Feeds bytes as they come; a row may lie across chunks. */
  push(chunk: Buffer): void;
  /** @throws RangeError where the stream stopped before its trailer. */
  end(): void;
}

const FIELDS = 10;
const HEADER_BYTES = 19;
const DAYS_1970_TO_2000 = 10_957;
const DIGIT_BASE = 10_000;
const TWO_POW_32 = 4_294_967_296;
const NUMERIC_POSITIVE = 0;
const NUMERIC_NEGATIVE = 0x4000;

/** A reader of `copy (select READ_COLUMNS …) to stdout (format binary)` that calls `onBar` for each row. */
export function createBarReader(onBar: (bar: StoredBar) => void): BarReader {
  let rest: Buffer = Buffer.alloc(0);
  let isHeaderRead = false;
  let isDone = false;
  const cursor = new RowCursor();
  return {
    push(chunk) {
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      let at = 0;
      if (!isHeaderRead) {
        if (bytes.length < HEADER_BYTES) {
          rest = bytes;
          return;
        }
        isHeaderRead = true;
        at = HEADER_BYTES + bytes.readInt32BE(15);
      }
      while (!isDone) {
        const next = rowEnd(bytes, at);
        if (next === INCOMPLETE) {
          break;
        }
        if (next === TRAILER) {
          isDone = true;
          break;
        }
        cursor.read(bytes, at);
        onBar(cursor);
        at = next;
      }
      rest = bytes.subarray(at);
    },
    end() {
      if (!isDone) {
        throw new RangeError('The stored rows ended before their trailer');
      }
    },
  };
}

const INCOMPLETE = -1;
const TRAILER = -2;

/** Where the row at `start` ends, or INCOMPLETE, or TRAILER. */
function rowEnd(bytes: Buffer, start: number): number {
  const { length } = bytes;
  if (start + 2 > length) {
    return INCOMPLETE;
  }
  const fields = int16(bytes, start);
  if (fields === -1) {
    return TRAILER;
  }
  if (fields !== FIELDS) {
    throw new RangeError(`A stored row has ${fields} fields; expected ${FIELDS}`);
  }
  let at = start + 2;
  for (let field = 0; field < FIELDS; field += 1) {
    if (at + 4 > length) {
      return INCOMPLETE;
    }
    at += 4 + Math.max(0, int32(bytes, at));
  }
  return at > length ? INCOMPLETE : at;
}

class RowCursor implements StoredBar {
  symbol = '';
  tradingDay = 0;
  open = 0;
  high = 0;
  low = 0;
  close = 0;
  preClose = 0;
  volume = 0;
  amount = 0;
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  /** The symbol's bytes in the row before, since rows of one symbol follow each other. */
  #symbolBytes: Buffer = Buffer.alloc(0);

  read(bytes: Buffer, start: number): void {
    this.#bytes = bytes;
    this.#at = start + 2;
    this.#readSymbol();
    this.tradingDay = int32(bytes, this.#at + 4) + DAYS_1970_TO_2000;
    this.#at += 8;
    this.open = this.#numeric();
    this.high = this.#numeric();
    this.low = this.#numeric();
    this.close = this.#numeric();
    this.preClose = this.#numeric();
    this.volume = this.#int8();
    this.amount = this.#numeric();
  }

  source(): string {
    const length = int32(this.#bytes, this.#at);
    return this.#bytes.toString('utf8', this.#at + 4, this.#at + 4 + length);
  }

  #readSymbol(): void {
    const length = int32(this.#bytes, this.#at);
    const from = this.#at + 4;
    this.#at = from + length;
    if (!isSame(this.#bytes, from, length, this.#symbolBytes)) {
      this.#symbolBytes = Buffer.from(this.#bytes.subarray(from, from + length));
      this.symbol = this.#symbolBytes.toString('utf8');
    }
  }

  #int8(): number {
    const length = int32(this.#bytes, this.#at);
    const at = this.#at + 4;
    if (length < 0) {
      this.#at = at;
      return Number.NaN;
    }
    this.#at = at + length;
    return int32(this.#bytes, at) * TWO_POW_32 + (int32(this.#bytes, at + 4) >>> 0);
  }

  #numeric(): number {
    const length = int32(this.#bytes, this.#at);
    const at = this.#at + 4;
    if (length < 0) {
      this.#at = at;
      return Number.NaN;
    }
    this.#at = at + length;
    return readNumeric(this.#bytes, at);
  }
}

/** A `numeric` in units of 1/10,000. NaN and infinity come as NaN; more than four decimals make it no whole number. */
export function readNumeric(bytes: Buffer, at: number): number {
  const digits = int16(bytes, at);
  const weight = int16(bytes, at + 2);
  const sign = int16(bytes, at + 4) & 0xffff;
  if (sign !== NUMERIC_POSITIVE && sign !== NUMERIC_NEGATIVE) {
    return Number.NaN;
  }
  let value = 0;
  for (let digit = 0; digit < digits; digit += 1) {
    value = value * DIGIT_BASE + int16(bytes, at + 8 + 2 * digit);
  }
  // The last digit has the weight 10,000^(weight - digits + 1); our unit is 10,000^-1.
  for (let power = weight - digits + 2; power > 0; power -= 1) {
    value *= DIGIT_BASE;
  }
  for (let power = weight - digits + 2; power < 0; power += 1) {
    value /= DIGIT_BASE;
  }
  return sign === NUMERIC_NEGATIVE && value !== 0 ? -value : value;
}

function isSame(bytes: Buffer, from: number, length: number, other: Buffer): boolean {
  if (length !== other.length) {
    return false;
  }
  for (let index = 0; index < length; index += 1) {
    if (bytes[from + index] !== other[index]) {
      return false;
    }
  }
  return true;
}

function int16(bytes: Buffer, at: number): number {
  return (((bytes[at] ?? 0) << 24) >> 16) | (bytes[at + 1] ?? 0);
}

function int32(bytes: Buffer, at: number): number {
  return (
    ((bytes[at] ?? 0) << 24) |
    ((bytes[at + 1] ?? 0) << 16) |
    ((bytes[at + 2] ?? 0) << 8) |
    (bytes[at + 3] ?? 0)
  );
}
