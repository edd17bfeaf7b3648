import { ActivityFailure, ApplicationFailure } from '@temporalio/common';

/** What made an activity fail: its own failure, not "Activity task failed". */
export interface StageFailure {
  readonly type: string;
  readonly code: string;
  /** Code, what happened and what to do, in one line. */
  readonly headline: string;
}

export function stageFailureOf(error: unknown): StageFailure {
  const cause = error instanceof ActivityFailure ? (error.cause ?? error) : error;
  const message = cause instanceof Error ? cause.message : String(cause);
  if (cause instanceof ApplicationFailure) {
    const code = /^ETL-[A-Z]+-\d+/.exec(cause.message)?.[0] ?? 'ETL-JOB-000';
    return { type: cause.type ?? 'Error', code, headline: message };
  }
  return {
    type: cause instanceof Error ? cause.name : 'Error',
    code: 'ETL-JOB-000',
    headline: message,
  };
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
