/**
 * JSON that loses nothing of what stages hand over. Plain JSON turns NaN into null and a Map into {} without a word: the
 * first is kept under a tag, the second refused.
 */
const TAG = '$number';
const NON_FINITE: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
};

/** @throws TypeError for what JSON has no form for: Map, Set, BigInt, typed arrays. */
export function encodeJson(value: unknown): Buffer {
  const text = JSON.stringify(value, (key, part: unknown) => {
    if (typeof part === 'number' && !Number.isFinite(part)) {
      return { [TAG]: String(part) };
    }
    if (part instanceof Map || part instanceof Set || ArrayBuffer.isView(part)) {
      throw new TypeError(`${key} is a ${part.constructor.name}, which JSON cannot hold`);
    }
    return part;
  });
  if (text === undefined) {
    throw new TypeError(`A ${typeof value} cannot be staged as JSON`);
  }
  return Buffer.from(text);
}

export function decodeJson(bytes: Buffer): unknown {
  return JSON.parse(bytes.toString('utf8'), (_key, part: unknown) => {
    if (typeof part === 'object' && part !== null && TAG in part && typeof part[TAG] === 'string') {
      return NON_FINITE[part[TAG]] ?? part;
    }
    return part;
  });
}
