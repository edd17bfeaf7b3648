import type { ErrorClass } from '../domain/errors.ts';
import type { EtlMetrics, JobStatus } from '../domain/job.ts';

/** What the command's exit code says. Scripts rely on it: a meaning is never changed. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  configuration: 3,
  notFound: 4,
  /** Some symbols failed, or rows lie below the quality threshold. */
  partial: 5,
  unreachable: 6,
  timeout: 124,
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The classes of `domain/errors.ts`, and those that only a command line knows. */
export type FailureClass = ErrorClass | CliErrorClass | 'internal';
export type CliErrorClass = 'usage' | 'not_found' | 'unreachable' | 'timeout' | 'interrupted';

const BY_CLASS: Readonly<Record<FailureClass, ExitCode>> = {
  transient: EXIT.failed,
  rate_limited: EXIT.failed,
  data_quality: EXIT.partial,
  system: EXIT.failed,
  configuration: EXIT.configuration,
  schema_drift: EXIT.failed,
  usage: EXIT.usage,
  not_found: EXIT.notFound,
  unreachable: EXIT.unreachable,
  timeout: EXIT.timeout,
  interrupted: EXIT.interrupted,
  internal: EXIT.failed,
};

/** Codes that mean something more exact than the class of their error. */
const CLASS_OF_CODE: Readonly<Record<string, FailureClass>> = {
  'ETL-JOB-404': 'not_found',
  'ETL-REP-404': 'not_found',
  'ETL-MOD-404': 'not_found',
  'ETL-TMP-301': 'unreachable',
  'ETL-DB-303': 'unreachable',
  'ETL-DB-310': 'unreachable',
  // The embedded servers: none for this machine, none that starts, none that answers.
  'ETL-RUN-120': 'unreachable',
  'ETL-RUN-130': 'unreachable',
  'ETL-RUN-133': 'unreachable',
  'ETL-RUN-140': 'unreachable',
};

export function failureClassOf(code: string, errorClass: FailureClass): FailureClass {
  return CLASS_OF_CODE[code] ?? errorClass;
}

export function exitCodeOf(failureClass: FailureClass): ExitCode {
  return BY_CLASS[failureClass];
}

/** A job that is still running has done nothing wrong. */
const BY_STATUS: Readonly<Record<JobStatus, ExitCode>> = {
  pending: EXIT.ok,
  running: EXIT.ok,
  success: EXIT.ok,
  partial_success: EXIT.partial,
  failed: EXIT.failed,
};

/**
 * The exit code of a job with an account: by its status, and where every symbol failed, by what these failures come to, as
 * for any other failure. 5 would promise a part, so that bad data alone is then a plain failure.
 */
export function exitCodeOfJob({
  status,
  failure,
}: Pick<EtlMetrics, 'status' | 'failure'>): ExitCode {
  if (failure === undefined) {
    return BY_STATUS[status];
  }
  const code = exitCodeOf(failureClassOf(failure.code, failure.errorClass));
  return code === EXIT.partial ? EXIT.failed : code;
}
