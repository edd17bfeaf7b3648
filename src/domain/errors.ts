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

/** From what may pass by itself to what never will. */
const MOST_HOPEFUL_FIRST: readonly ErrorClass[] = [
  'transient',
  'rate_limited',
  'system',
  'data_quality',
  'schema_drift',
  'configuration',
];

/** 0 for what may pass by itself; the higher, the less it helps to try again. */
export function hopelessness(errorClass: ErrorClass): number {
  return MOST_HOPEFUL_FIRST.indexOf(errorClass);
}

/** What a failure is, without its words. */
export interface FailureKind {
  readonly errorClass: ErrorClass;
  readonly code: string;
}

/** The one of many failures that tells whether to try again; the same one in whatever order they came. */
export function mostHopeful(failures: readonly FailureKind[]): FailureKind | undefined {
  return failures.toSorted(
    (left, right) =>
      hopelessness(left.errorClass) - hopelessness(right.errorClass) ||
      (left.code < right.code ? -1 : 1),
  )[0];
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
    const hint = this.hint === undefined ? '' : `${HINT_MARK}${this.hint}`;
    return `${this.code} ${this.message}${hint}`;
  }
}

/** Between what happened and what to do. */
const HINT_MARK = ' Try: ';

/** The parts of a headline, or of any text that ends with one's hint. */
export function parseHeadline(text: string): {
  readonly code: string | undefined;
  readonly message: string;
  readonly hint: string | undefined;
} {
  const code = /^ETL-[A-Z]+-\d+(?= )/.exec(text)?.[0];
  const said = code === undefined ? text : text.slice(code.length + 1);
  const at = said.lastIndexOf(HINT_MARK);
  return {
    code,
    message: at < 0 ? said : said.slice(0, at),
    hint: at < 0 ? undefined : said.slice(at + HINT_MARK.length),
  };
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
