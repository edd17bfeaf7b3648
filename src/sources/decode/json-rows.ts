import type { RowCells } from './csv-rows.ts';
import { endOfString, endOfValue, equalsAt, skipSpace } from './json-scan.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const BACKSLASH = 0x5c;
const LETTER_N = 0x6e;
const SPACE = 0x20;

/** Marks the position at which an array ended, in place of a row. */
const NO_ROW = -1;

/**
 * The cells of the array at `at`: strings without their quotes, null as an empty cell, nested values whole.
 * @returns the position behind it, or -1 where it is no whole array
 */
export function splitArray(bytes: Uint8Array, at: number, cells: RowCells): number {
  const { starts, ends } = cells;
  let count = 0;
  let position = skipSpace(bytes, at + 1);
  if (bytes[at] !== OPEN_ARRAY) {
    return -1;
  }
  if (bytes[position] === CLOSE_ARRAY) {
    cells.count = 0;
    return position + 1;
  }
  for (;;) {
    const first = bytes[position] ?? 0;
    let end: number;
    if (first === QUOTE) {
      // Most texts are short and have no escape: a loop of its own is quicker than a call.
      end = position + 1;
      let byte = bytes[end];
      while (byte !== QUOTE && byte !== BACKSLASH && byte !== undefined) {
        end += 1;
        byte = bytes[end];
      }
      end = byte === QUOTE ? end + 1 : endOfString(bytes, position);
    } else {
      end = endOfCell(bytes, position);
    }
    if (end < 0) {
      return -1;
    }
    if (count < starts.length) {
      const isText = first === QUOTE;
      starts[count] = isText ? position + 1 : position;
      const stop = first === LETTER_N ? position : end;
      ends[count] = isText ? end - 1 : stop;
    }
    count += 1;
    position = bytes[end] === COMMA ? end : skipSpace(bytes, end);
    const next = bytes[position];
    if (next === COMMA) {
      position += 1;
      if ((bytes[position] ?? QUOTE) <= SPACE) {
        position = skipSpace(bytes, position);
      }
    } else if (next === CLOSE_ARRAY) {
      cells.count = count;
      return position + 1;
    } else {
      return -1;
    }
  }
}

/** As `endOfValue`, quick where cells are short strings and numbers. */
function endOfCell(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  if (first === QUOTE) {
    return endOfString(bytes, at);
  }
  if (first === OPEN_ARRAY || first === OPEN_OBJECT) {
    return endOfValue(bytes, at);
  }
  let position = at;
  let byte = first;
  while (byte > SPACE && byte !== COMMA && byte !== CLOSE_ARRAY && byte !== CLOSE_OBJECT) {
    position += 1;
    byte = bytes[position] ?? 0;
  }
  return position === at ? -1 : position;
}

/** The names by which the cells of row objects are known. Remembers where each was found last. */
export class RowFields {
  readonly size: number;
  private readonly names: readonly Uint8Array[];
  /** By position within the object: the field found there last. */
  private readonly order: number[] = [];

  constructor(names: readonly string[]) {
    this.names = names.map((name) => Buffer.from(name, 'utf8'));
    this.size = names.length;
  }

  /** The index of a field's name, or -1. */
  indexOf(bytes: Uint8Array, start: number, end: number, position: number): number {
    const guess = this.order[position];
    const guessed = guess === undefined ? undefined : this.names[guess];
    if (guess !== undefined && guessed !== undefined && equalsAt(bytes, start, end, guessed)) {
      return guess;
    }
    const found = this.names.findIndex((name) => equalsAt(bytes, start, end, name));
    if (found >= 0) {
      this.order[position] = found;
    }
    return found;
  }
}

/**
 * The cells of the object at `at`, by the fields' indices; a field that it lacks is an empty cell. `cells.count` is how many
 * of the fields it has. @returns the position behind it, or -1 where it is no whole object
 */
export function splitObject(
  bytes: Uint8Array,
  at: number,
  fields: RowFields,
  cells: RowCells,
): number {
  if (bytes[at] !== OPEN_OBJECT) {
    return -1;
  }
  cells.starts.fill(0);
  cells.ends.fill(0);
  cells.count = 0;
  let position = skipSpace(bytes, at + 1);
  for (let index = 0; bytes[position] === QUOTE; index += 1) {
    const keyEnd = endOfString(bytes, position);
    const colon = keyEnd < 0 ? 0 : skipSpace(bytes, keyEnd);
    if (bytes[colon] !== COLON) {
      return -1;
    }
    const start = skipSpace(bytes, colon + 1);
    const end = endOfCell(bytes, start);
    if (end < 0) {
      return -1;
    }
    const field = fields.indexOf(bytes, position + 1, keyEnd - 1, index);
    if (field >= 0) {
      const isText = bytes[start] === QUOTE;
      const stop = bytes[start] === LETTER_N ? start : end;
      cells.starts[field] = isText ? start + 1 : start;
      cells.ends[field] = isText ? end - 1 : stop;
      cells.count += 1;
    }
    position = skipSpace(bytes, end);
    if (bytes[position] === COMMA) {
      position = skipSpace(bytes, position + 1);
    }
  }
  return bytes[position] === CLOSE_OBJECT ? position + 1 : -1;
}

/**
 * Goes through the elements of the array at `at`. `read` takes the position of an element and gives the one behind it.
 * @returns the position behind the array, or -1 where it is none, or not whole, or an element could not be read
 */
export function eachElement(
  bytes: Uint8Array,
  at: number,
  read: (position: number, index: number) => number,
): number {
  if (bytes[at] !== OPEN_ARRAY) {
    return NO_ROW;
  }
  let position = skipSpace(bytes, at + 1);
  if (bytes[position] === CLOSE_ARRAY) {
    return position + 1;
  }
  for (let index = 0; ; index += 1) {
    const end = read(position, index);
    if (end < 0) {
      return NO_ROW;
    }
    position = skipSpace(bytes, end);
    if (bytes[position] === CLOSE_ARRAY) {
      return position + 1;
    }
    if (bytes[position] !== COMMA) {
      return NO_ROW;
    }
    position = skipSpace(bytes, position + 1);
  }
}
