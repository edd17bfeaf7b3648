import { EtlError, type ErrorClass } from '../domain/errors.ts';
import type { Notice } from '../domain/notice.ts';

export interface FailedAttempt {
  readonly jobId: string;
  /** The activity's name: `loadBatch`. */
  readonly activity: string;
  /** Counts from 1. */
  readonly attempt: number;
  readonly isRetried: boolean;
}

/** What we stand on may hiccup once; what fails twice in a row needs a person. */
const ESCALATE_AT_ATTEMPT = 2;

const MEANING: Readonly<Partial<Record<ErrorClass, string>>> = {
  configuration: 'It is not retried: it would fail the same way. Nothing of it was loaded.',
  schema_drift:
    'The source has changed its answers. Nothing of them is used; other sources are asked where there are any.',
};

/** What a person should be told of a failed attempt at once; what ends with its job is told by the job's own notice. */
export function noticeOfFailure(error: unknown, attempt: FailedAttempt): Notice | undefined {
  if (!(error instanceof EtlError)) {
    return undefined;
  }
  switch (error.errorClass) {
    case 'system':
      return attempt.attempt === ESCALATE_AT_ATTEMPT || !attempt.isRetried
        ? noticeOf(error, attempt, {
            key: `system/${error.code}`,
            severity: 'critical',
            meaning: attempt.isRetried
              ? 'Jobs wait. They are retried for about half an hour and go on by themselves once it is back.'
              : 'Jobs have waited for about half an hour and give up now. What was loaded before stays.',
          })
        : undefined;
    case 'configuration':
      return noticeOf(error, attempt, {
        key: `configuration/${error.code}/${attempt.jobId}`,
        severity: 'error',
      });
    case 'schema_drift':
      return noticeOf(error, attempt, {
        key: `schema_drift/${error.code}/${String(error.details['source'] ?? '')}`,
        severity: 'error',
      });
    case 'transient':
    case 'rate_limited':
    case 'data_quality':
      return undefined;
    default:
      return error.errorClass satisfies never;
  }
}

function noticeOf(
  error: EtlError,
  { jobId, activity, attempt }: FailedAttempt,
  facts: Pick<Notice, 'key' | 'severity'> & { readonly meaning?: string },
): Notice {
  return {
    key: facts.key,
    severity: facts.severity,
    errorClass: error.errorClass,
    code: error.code,
    title: `${activity} of job ${jobId}: ${error.message}`,
    meaning: facts.meaning ?? MEANING[error.errorClass] ?? 'The job may be incomplete.',
    action: error.hint ?? `Look at the job: candlewick jobs show ${jobId}`,
    facts: { ...error.details, jobId, activity, attempt },
  };
}
