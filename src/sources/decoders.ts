import type { BarsDecoder } from './data-source.ts';
import { decodeAnswer, SIMULATED_FORMAT } from './simulated/wire.ts';

/** Every format that a landed answer may have: a format is never removed, since old answers must stay readable. */
export const decoders: Readonly<Record<string, BarsDecoder>> = {
  [SIMULATED_FORMAT]: decodeAnswer,
};
