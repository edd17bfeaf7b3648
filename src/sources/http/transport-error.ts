import { EtlError, SchemaDriftError } from '../../domain/errors.ts';
import { silentClose, transient, type Place } from './source-error.ts';

/** How far an exchange had come when it failed. */
export interface Phase {
  /** Status and headers were there. */
  isReading: boolean;
  maxBytes?: number;
}

const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);
const CUT = new Set(['Z_BUF_ERROR', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH']);

function codeOf(error: unknown): string {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' ? code : '';
}

/** What became of a connection, as one of our errors. The message names a code, never the request. */
export function transportError(error: unknown, place: Place, phase: Phase): EtlError {
  if (error instanceof EtlError) {
    return error;
  }
  const code = codeOf(error);
  const details = { transport: code };
  if (UNREACHABLE.has(code)) {
    return transient(place, 'unreachable', `cannot be reached (${code})`, { details });
  }
  if (code.startsWith('HPE_')) {
    return transient(place, 'notHttp', `did not answer in HTTP (${code})`, { details });
  }
  if (code === 'ERR_BUFFER_TOO_LARGE') {
    return tooLarge(place, phase.maxBytes ?? 0);
  }
  if (CUT.has(code) || (phase.isReading && (code === 'UND_ERR_SOCKET' || code === 'ECONNRESET'))) {
    return transient(place, 'truncated', `the answer was cut off (${code})`, { details });
  }
  if (code.startsWith('Z_') || code.startsWith('ERR__ERROR') || code.startsWith('ERR_BROTLI')) {
    return transient(place, 'truncated', `the answer cannot be decompressed (${code})`, {
      details,
    });
  }
  if (code === 'UND_ERR_SOCKET') {
    return silentClose(place);
  }
  return transient(place, 'reset', `the connection failed (${code || 'no code'})`, { details });
}

export function tooLarge({ source, endpoint }: Place, maxBytes: number): SchemaDriftError {
  return new SchemaDriftError(
    `${source} ${endpoint}: the answer is larger than ${maxBytes} bytes`,
    {
      code: 'ETL-SRC-305',
      hint: 'ask for less at a time; no answer of this source should be as large.',
      details: { source, endpoint, maxBytes },
    },
  );
}
