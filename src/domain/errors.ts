/**
 * The one taxonomy of failures. Every error has a stable `code` (`ETL-<AREA>-<NNN>`), a class that decides how it
 * is treated (retry, fail over, quarantine, stop), one line that says what happened, and a hint that says what to do.
 * `activities/failure-interceptor.ts` turns these into Temporal failures; nothing else does.
 */
export type ErrorClass =
  'transient' | 'rate_limited' | 'data_quality' | 'system' | 'configuration' | 'schema_drift';

/** Classes that no further attempt can mend. */
type FinalErrorClass = 'configuration' | 'data_quality' | 'schema_drift';

export function isFinal(errorClass: ErrorClass): errorClass is FinalErrorClass {
  return (
    errorClass === 'configuration' || errorClass === 'data_quality' || errorClass === 'schema_drift'
  );
}

/** Facts of a failure that may be shown and stored: never a secret, never rows. */
export type ErrorDetails = Readonly<Record<string, string | number | boolean | null>>;

export interface EtlErrorOptions {
  readonly code: string;
  /** What the reader should do about it, as one imperative sentence. */
  readonly hint?: string;
  readonly details?: ErrorDetails;
  /** For `rate_limited`: when the source said it will answer again. */
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

export abstract class EtlError extends Error {
  abstract readonly errorClass: ErrorClass;
  readonly code: string;
  readonly hint: string | undefined;
  readonly details: ErrorDetails;
  readonly retryAfterMs: number | undefined;

  constructor(message: string, options: EtlErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = options.code;
    this.hint = options.hint;
    this.details = options.details ?? {};
    this.retryAfterMs = options.retryAfterMs;
  }

  /** Code, message and hint in one line, as every log, table and failure shows it. */
  get headline(): string {
    const hint = this.hint === undefined ? '' : ` Try: ${this.hint}`;
    return `${this.code} ${this.message}${hint}`;
  }
}

/** May succeed when tried again: reset, time-out, 5xx, truncated or empty body. */
export class TransientError extends EtlError {
  override readonly errorClass = 'transient';
}

/** The source refuses for now: 429, a quota message, a silent ban. */
export class RateLimitedError extends EtlError {
  override readonly errorClass = 'rate_limited';
}

/** The data itself is at fault and no retry will mend it. */
export class DataQualityError extends EtlError {
  override readonly errorClass = 'data_quality';
}

/** What we stand on is at fault: database down, disk full. */
export class SystemError extends EtlError {
  override readonly errorClass = 'system';
}

/** The request can never succeed as written. */
export class ConfigurationError extends EtlError {
  override readonly errorClass = 'configuration';
}

/** A source changed its shape or its units: nothing of the answer may be used. */
export class SchemaDriftError extends EtlError {
  override readonly errorClass = 'schema_drift';
}
