import type { ErrorClass, ErrorDetails } from './errors.ts';

export type Severity = 'info' | 'warning' | 'error' | 'critical';

/** Something that a person should know, whether or not a job failed of it. */
export interface Notice {
  /** Notices of the same key are one and the same trouble: told once within a window, then counted. */
  readonly key: string;
  readonly severity: Severity;
  readonly errorClass?: ErrorClass;
  /** Stable code of the trouble, as on errors: `ETL-SRC-232`. */
  readonly code: string;
  /** What happened, in one line. */
  readonly title: string;
  /** What it means for the data and the jobs. */
  readonly meaning: string;
  /** What the reader should do, as one imperative sentence. */
  readonly action: string;
  readonly facts: ErrorDetails;
}

/** Hands a notice on. Never throws: trouble with telling must not become trouble with loading. */
export type Notify = (notice: Notice) => Promise<void>;
