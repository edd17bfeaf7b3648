import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import type { Context } from '@temporalio/activity';
import type { ActivityInboundCallsInterceptor } from '@temporalio/worker';

import { EtlError, isFinal } from '../domain/errors.ts';
import type { Notify } from '../domain/notice.ts';
import { noticeOfFailure } from './failure-notice.ts';

/** How often, and with which delays, each class of failure is tried again (DESIGN.md, "Errors"). */
export interface RetryRules {
  /** Retries of a transient failure, after the first attempt: ETL_RETRY_ATTEMPTS. */
  readonly transientRetries: number;
  /** First delay of a transient failure: ETL_RETRY_DELAY. It doubles, with jitter. */
  readonly transientDelayMs: number;
}

/** A system failure is retried at once, then with growing delays for about half an hour, until what we stand on is back. */
const SYSTEM_ATTEMPTS = 60;
const MAX_DELAY_MS = 30_000;
/** The longest that we wait for a window that a source has named. */
const MAX_RETRY_AFTER_MS = 15 * 60_000;

function jittered(ms: number): number {
  return Math.round(ms * (0.75 + Math.random() / 2));
}

/** The delay before the next attempt, or undefined where there shall be none. `attempt` counts from 1. */
export function nextDelayMs(
  error: unknown,
  attempt: number,
  rules: RetryRules,
): number | undefined {
  const errorClass = error instanceof EtlError ? error.errorClass : 'transient';
  if (isFinal(errorClass)) {
    return undefined;
  }
  switch (errorClass) {
    case 'system':
      return attempt >= SYSTEM_ATTEMPTS
        ? undefined
        : jittered(Math.min(MAX_DELAY_MS, 100 * 2 ** (attempt - 1)));
    case 'rate_limited': {
      const named = error instanceof EtlError ? error.retryAfterMs : undefined;
      if (attempt > rules.transientRetries) {
        return undefined;
      }
      return Math.min(MAX_RETRY_AFTER_MS, named ?? jittered(60_000));
    }
    case 'transient':
      return attempt > rules.transientRetries
        ? undefined
        : jittered(Math.min(MAX_DELAY_MS, rules.transientDelayMs * 2 ** (attempt - 1)));
    default:
      return errorClass satisfies never;
  }
}

/** The one place where an error becomes a Temporal failure: type = class name, message = headline, delay by class. */
export function createFailureInterceptor(
  context: Context,
  rules: RetryRules,
  notify?: Notify,
): ActivityInboundCallsInterceptor {
  return {
    async execute(input, next) {
      try {
        return await next(input);
      } catch (error) {
        if (error instanceof ApplicationFailure || error instanceof CancelledFailure) {
          throw error;
        }
        if (context.cancellationSignal.aborted) {
          throw new CancelledFailure('Cancelled', [], error instanceof Error ? error : undefined);
        }
        const delayMs = nextDelayMs(error, context.info.attempt, rules);
        const notice = noticeOfFailure(error, {
          jobId: context.info.workflowExecution?.workflowId ?? context.info.activityId,
          activity: context.info.activityType,
          attempt: context.info.attempt,
          isRetried: delayMs !== undefined,
        });
        if (notice !== undefined) {
          void notify?.(notice); // not awaited: no heartbeat is sent meanwhile
        }
        throw toFailure(error, delayMs);
      }
    },
  };
}

function toFailure(error: unknown, delayMs: number | undefined): ApplicationFailure {
  const retry = delayMs === undefined ? { nonRetryable: true } : { nextRetryDelay: delayMs };
  if (error instanceof EtlError) {
    return ApplicationFailure.create({
      type: error.name,
      message: error.headline,
      details: [{ code: error.code, class: error.errorClass, ...error.details }],
      cause: error,
      ...retry,
    });
  }
  const cause = error instanceof Error ? error : new Error(String(error));
  return ApplicationFailure.create({ type: cause.name, message: cause.message, cause, ...retry });
}
