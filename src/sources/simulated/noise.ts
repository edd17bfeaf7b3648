/**
 * Deterministic noise: pure functions of their arguments, with O(1) access to any point, so that a symbol's path is the
 * same whatever range is asked for and in whatever process.
 */

/** 32 well-mixed bits of three numbers (the finaliser of MurmurHash3 over a weighted sum). */
export function hash32(seed: number, stream: number, index: number): number {
  let bits = Math.imul(seed, 0x9e3779b1) ^ Math.imul(stream + 0x7f4a7c15, 0x85ebca6b);
  bits = Math.imul(bits ^ Math.imul(index + 0x165667b1, 0xc2b2ae35), 0x27d4eb2f);
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/** Uniform in [0, 1). */
export function uniform(seed: number, stream: number, index: number): number {
  return hash32(seed, stream, index) / 0x1_0000_0000;
}

/** Uniform in [-1, 1). */
export function signed(seed: number, stream: number, index: number): number {
  return uniform(seed, stream, index) * 2 - 1;
}
