import type { BarsDecoder, DatasetDecoder } from './data-source.ts';
import { decodeFile, FILES_FORMAT } from './files/decode-file.ts';
import { decodeAnswer, SIMULATED_FORMAT } from './simulated/wire.ts';

/** Every format that a landed answer may have: a format is never removed, since old answers must stay readable. */
export const decoders: Readonly<Record<string, BarsDecoder>> = {
  [FILES_FORMAT]: decodeFile,
  [SIMULATED_FORMAT]: decodeAnswer,
};

/** As `decoders`, of reference datasets. */
export const datasetDecoders: Readonly<Record<string, DatasetDecoder>> = {};
