/**
 * Floats as whole numbers of 31 bits in the same order, so that a comparison becomes a subtraction whose sign is the answer:
 * walking a tree needs no branch then, and nothing is left for the processor to guess wrong. One bit of the mantissa is lost.
 */
export function keysOf(values: Float32Array): Int32Array {
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  const keys = new Int32Array(values.length);
  for (let at = 0; at < keys.length; at += 1) {
    const bit = bits[at] ?? 0;
    keys[at] = (bit ^ ((bit >> 31) & 0x7f_ff_ff_ff)) >> 1;
  }
  return keys;
}

/** Above every key. */
export const HIGHEST_KEY = 0x3f_ff_ff_ff;
