import type { EtlError } from '../../domain/errors.ts';
import {
  badRequest,
  banned,
  noPermission,
  rateLimited,
  transient,
  type Place,
} from '../http/source-error.ts';

export const NOT_LOGGED_IN = '10001001';
const DAY_MS = 86_400_000;

/** What an error code of Baostock's means; undefined for success. */
export function baostockFault(code: string, message: string, place: Place): EtlError | undefined {
  const what = `code ${code}: ${message.slice(0, 200)}`;
  if (code === '0') {
    return undefined;
  }
  if (code === '10001011') {
    return banned(place, what, DAY_MS);
  }
  if (code === '10001005') {
    return rateLimited(place, what, { windowSeconds: 600 });
  }
  if (code === '10001004') {
    return noPermission(
      place,
      what,
      'the server wants a newer client: its protocol version must be raised.',
    );
  }
  if (/^1000100[2-9]$|^1000101[02]$/.test(code)) {
    return noPermission(
      place,
      what,
      'the server refuses this login: take baostock out of ETL_SOURCES.',
    );
  }
  if (/^10004(00[5-9]|01\d)$/.test(code)) {
    return badRequest(place, what);
  }
  return transient(place, 'said', what, { details: { code } });
}
