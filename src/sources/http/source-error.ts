import {
  ConfigurationError,
  DataQualityError,
  RateLimitedError,
  SchemaDriftError,
  TransientError,
  type ErrorDetails,
} from '../../domain/errors.ts';
import type { StockSymbol } from '../../domain/stock-symbol.ts';

/* What can go wrong between us and a source, each with its code. */

/** Who was asked for what. */
export interface Place {
  readonly source: string;
  readonly endpoint: string;
}

const MINUTE_MS = 60_000;
const BAN_MS = 20 * MINUTE_MS;

const TRANSIENT_CODES = {
  closed: 'ETL-SRC-301',
  reset: 'ETL-SRC-302',
  timeout: 'ETL-SRC-303',
  truncated: 'ETL-SRC-304',
  notHttp: 'ETL-SRC-306',
  unreachable: 'ETL-SRC-307',
  serverError: 'ETL-SRC-308',
  empty: 'ETL-SRC-309',
  html: 'ETL-SRC-310',
  notWhole: 'ETL-SRC-311',
  said: 'ETL-SRC-324',
} as const;

export function transient(
  place: Place,
  kind: keyof typeof TRANSIENT_CODES,
  what: string,
  more: { readonly details?: ErrorDetails; readonly cause?: unknown } = {},
): TransientError {
  return new TransientError(`${place.source} ${place.endpoint}: ${what}`, {
    code: TRANSIENT_CODES[kind],
    details: { ...place, ...more.details },
    cause: more.cause,
  });
}

export interface Limit {
  readonly retryAfterMs?: number | undefined;
  /** Calls within `windowSeconds` that the answer names. */
  readonly limit?: number | undefined;
  readonly windowSeconds?: number | undefined;
}

export function rateLimited(place: Place, what: string, limit: Limit = {}): RateLimitedError {
  const { retryAfterMs = (limit.windowSeconds ?? 60) * 1000 } = limit;
  return new RateLimitedError(`${place.source} ${place.endpoint}: ${what}`, {
    code: 'ETL-SRC-320',
    hint: 'nothing: it is asked again when the window is over; lower its quota where this goes on.',
    retryAfterMs,
    details: {
      ...place,
      ...(limit.limit === undefined ? {} : { limit: limit.limit }),
      ...(limit.windowSeconds === undefined ? {} : { windowSeconds: limit.windowSeconds }),
    },
  });
}

export function banned(
  place: Place,
  what: string,
  retryAfterMs: number = BAN_MS,
): RateLimitedError {
  return new RateLimitedError(`${place.source} ${place.endpoint}: ${what}`, {
    code: 'ETL-SRC-321',
    hint: 'leave the source alone for a while, and ask it less: bans go by address.',
    retryAfterMs,
    details: { ...place, isBan: true },
  });
}

export function refusedToken(place: Place, what: string, setting: string): ConfigurationError {
  return new ConfigurationError(`${place.source} ${place.endpoint}: ${what}`, {
    code: 'ETL-SRC-322',
    hint: `check ${setting}.`,
    details: { ...place, setting },
  });
}

export function noPermission(place: Place, what: string, hint: string): ConfigurationError {
  return new ConfigurationError(`${place.source} ${place.endpoint}: ${what}`, {
    code: 'ETL-SRC-323',
    hint,
    details: { ...place },
  });
}

/** The source says that the request is wrong: asking again would not help, nor would asking another be safe. */
export function badRequest(place: Place, what: string): DataQualityError {
  return new DataQualityError(`${place.source} ${place.endpoint}: ${what}`, {
    code: 'ETL-SRC-325',
    details: { ...place },
  });
}

export function shapeDrift(place: Place, what: string, cause?: unknown): SchemaDriftError {
  return new SchemaDriftError(`${place.source} ${place.endpoint}: ${what}`, {
    code: 'ETL-SRC-330',
    hint: 'the source has changed its answers: its adapter must be looked at.',
    details: { ...place },
    cause,
  });
}

/** A symbol that the source does not have, by its nature or by its own word. */
export function notServed(place: Place, symbol: StockSymbol, why: string): DataQualityError {
  return new DataQualityError(`${place.source}: ${symbol} ${why}`, {
    code: 'ETL-SRC-340',
    details: { ...place, symbol },
  });
}

/** The source says that it does not know the symbol that it was asked for. */
export function unknownSymbol(place: Place, what: string): DataQualityError {
  return new DataQualityError(`${place.source} ${place.endpoint}: ${what}`, {
    code: 'ETL-SRC-342',
    details: { ...place },
  });
}

/** Closed before a single byte of an answer: how some sources ban. */
export function silentClose(place: Place): TransientError {
  return transient(place, 'closed', 'closed the connection without an answer', {
    details: { isSilentClose: true },
  });
}
