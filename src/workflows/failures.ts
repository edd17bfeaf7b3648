import { ActivityFailure, ApplicationFailure } from '@temporalio/common';

import { parseHeadline, type ErrorClass, type FailureKind } from '../domain/errors.ts';
import type { EtlMetrics } from '../domain/job.ts';
import { plural } from '../domain/plural.ts';

const NO_CODE = 'ETL-JOB-000';

/** What made an activity fail: its own failure, not "Activity task failed". */
export interface StageFailure {
  readonly type: string;
  readonly errorClass: ErrorClass;
  readonly code: string;
  /** Code, what happened and what to do, in one line. */
  readonly headline: string;
}

export function stageFailureOf(error: unknown): StageFailure {
  const cause = error instanceof ActivityFailure ? (error.cause ?? error) : error;
  const message = cause instanceof Error ? cause.message : String(cause);
  if (cause instanceof ApplicationFailure) {
    const { code = NO_CODE } = parseHeadline(message);
    const type = cause.type ?? 'Error';
    return { type, errorClass: classOfType(type), code, headline: message };
  }
  const type = cause instanceof Error ? cause.name : 'Error';
  return { type, errorClass: classOfType(type), code: NO_CODE, headline: message };
}

const TYPE_OF_CLASS: Readonly<Record<ErrorClass, string>> = {
  transient: 'TransientError',
  rate_limited: 'RateLimitedError',
  data_quality: 'DataQualityError',
  system: 'SystemError',
  configuration: 'ConfigurationError',
  schema_drift: 'SchemaDriftError',
};

/** What is none of ours, such as a worker that died too often, is at fault below us. */
function classOfType(type: string): ErrorClass {
  const known = Object.entries(TYPE_OF_CLASS).find(([, name]) => name === type)?.[0];
  return isErrorClass(known) ? known : 'system';
}

function isErrorClass(text: string | undefined): text is ErrorClass {
  return text !== undefined && text in TYPE_OF_CLASS;
}

/** The end of a job that loaded nothing, its account with it. */
export function jobFailure(
  account: EtlMetrics,
  { errorClass, code }: FailureKind,
): ApplicationFailure {
  const { jobName, symbols, symbolsFailed, errorMessages } = account;
  return ApplicationFailure.create({
    type: TYPE_OF_CLASS[errorClass],
    message: `${code} Job ${jobName} loaded nothing: ${symbolsFailed.length} of ${plural(symbols, 'symbol')} failed. First: ${errorMessages[0] ?? 'no reason recorded'}`,
    nonRetryable: true,
    details: [account],
  });
}

/** An activity's failure as the workflow's own, so that the top message says it all. */
export function asWorkflowFailure(error: unknown): ApplicationFailure {
  const { type, headline } = stageFailureOf(error);
  const cause = error instanceof ActivityFailure ? error.cause : undefined;
  return ApplicationFailure.create({
    type,
    message: headline,
    nonRetryable: true,
    ...(cause instanceof ApplicationFailure && cause.details ? { details: cause.details } : {}),
    ...(error instanceof Error ? { cause: error } : {}),
  });
}
