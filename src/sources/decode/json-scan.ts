const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const SPACE = 0x20;

/* JSON read where it lies: rows by the hundred thousand become numbers without a string or an object between. */

/** Where the next byte is that is no white space. */
export function skipSpace(bytes: Uint8Array, at: number): number {
  let position = at;
  while ((bytes[position] ?? QUOTE) <= SPACE) {
    position += 1;
  }
  return position;
}

/** The position behind the string whose opening quote is at `at`; -1 where it does not end. */
export function endOfString(bytes: Uint8Array, at: number): number {
  let position = at + 1;
  for (;;) {
    const byte = bytes[position];
    if (byte === QUOTE) {
      return position + 1;
    }
    if (byte === undefined) {
      return -1;
    }
    position += byte === BACKSLASH ? 2 : 1;
  }
}

/** The position behind the value that begins at `at`; -1 where it does not end. */
export function endOfValue(bytes: Uint8Array, at: number): number {
  const first = bytes[at];
  if (first === QUOTE) {
    return endOfString(bytes, at);
  }
  if (first !== OPEN_ARRAY && first !== OPEN_OBJECT) {
    return endOfScalar(bytes, at);
  }
  let depth = 0;
  let position = at;
  for (;;) {
    const byte = bytes[position];
    if (byte === undefined) {
      return -1;
    }
    if (byte === QUOTE) {
      position = endOfString(bytes, position);
      if (position < 0) {
        return -1;
      }
      continue;
    }
    if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) {
      depth += 1;
    } else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) {
      depth -= 1;
      if (depth === 0) {
        return position + 1;
      }
    }
    position += 1;
  }
}

function endOfScalar(bytes: Uint8Array, at: number): number {
  let position = at;
  for (;;) {
    const byte = bytes[position];
    if (
      byte === undefined ||
      byte === COMMA ||
      byte === CLOSE_ARRAY ||
      byte === CLOSE_OBJECT ||
      byte <= SPACE
    ) {
      return position === at ? -1 : position;
    }
    position += 1;
  }
}

/** Whether the bytes are one JSON value and nothing behind it but white space: not so where a body was cut off. */
export function isWholeJson(bytes: Uint8Array, from = 0): boolean {
  const end = endOfValue(bytes, skipSpace(bytes, from));
  return end >= 0 && skipSpace(bytes, end) >= bytes.length;
}

/**
 * Where the value of a key begins in the object at `at`; -1 where the object has no such key or is none. Keys that lie
 * before it are passed over.
 */
export function findKey(bytes: Uint8Array, at: number, key: string): number {
  const wanted = Buffer.from(key, 'utf8');
  let position = skipSpace(bytes, at);
  if (bytes[position] !== OPEN_OBJECT) {
    return -1;
  }
  position = skipSpace(bytes, position + 1);
  while (bytes[position] === QUOTE) {
    const end = endOfString(bytes, position);
    const colon = end < 0 ? -1 : skipSpace(bytes, end);
    if (colon < 0 || bytes[colon] !== COLON) {
      return -1;
    }
    const start = skipSpace(bytes, colon + 1);
    if (equalsAt(bytes, position + 1, end - 1, wanted)) {
      return start;
    }
    const behind = endOfValue(bytes, start);
    if (behind < 0) {
      return -1;
    }
    position = skipSpace(bytes, behind);
    if (bytes[position] !== COMMA) {
      return -1;
    }
    position = skipSpace(bytes, position + 1);
  }
  return -1;
}

/** As `findKey`, level by level. */
export function findPath(bytes: Uint8Array, path: readonly string[], from = 0): number {
  return path.reduce((at, key) => (at < 0 ? at : findKey(bytes, at, key)), skipSpace(bytes, from));
}

export function equalsAt(
  bytes: Uint8Array,
  start: number,
  end: number,
  wanted: Uint8Array,
): boolean {
  if (end - start !== wanted.length) {
    return false;
  }
  for (let index = 0; index < wanted.length; index += 1) {
    if (bytes[start + index] !== wanted[index]) {
      return false;
    }
  }
  return true;
}

/** The value at `at`, parsed. For small ones: headers, counts. Undefined where there is none. */
export function valueAt(bytes: Uint8Array, at: number): unknown {
  const end = at < 0 ? -1 : endOfValue(bytes, at);
  return end < 0 ? undefined : JSON.parse(Buffer.from(bytes.subarray(at, end)).toString('utf8'));
}
