import type { Context } from '@temporalio/activity';
import type { ActivityInboundCallsInterceptor } from '@temporalio/worker';

import type { EtlMetrics } from '../domain/job.ts';
import type { JudgedBatch, Metrics } from '../observability/metrics.ts';

/** Counts attempts of activities, and what the stages' own results say. */
export function createMetricsInterceptor(
  { info, cancellationSignal }: Context,
  metrics: Metrics,
): ActivityInboundCallsInterceptor {
  return {
    async execute(input, next) {
      const startedAt = Date.now();
      const { activityType: activity, taskQueue: queue } = info;
      function record(outcome: 'ok' | 'failed' | 'cancelled'): void {
        metrics.recordActivity({
          activity,
          queue,
          outcome,
          seconds: (Date.now() - startedAt) / 1000,
          waitedSeconds: Math.max(0, startedAt - info.currentAttemptScheduledTimestampMs) / 1000,
        });
      }
      try {
        const result = await next(input);
        record('ok');
        recordResult(metrics, result);
        return result;
      } catch (error) {
        record(cancellationSignal.aborted ? 'cancelled' : 'failed');
        throw error;
      }
    },
  };
}

function recordResult(metrics: Metrics, result: unknown): void {
  if (isJudgedBatch(result)) {
    metrics.recordBatch(result);
  } else if (isAccount(result)) {
    metrics.recordJob(result);
  } else if (isClosedPlan(result)) {
    metrics.recordJob(result.account);
  }
}

function isJudgedBatch(value: unknown): value is JudgedBatch {
  return typeof value === 'object' && value !== null && 'rawScore' in value && 'hits' in value;
}

function isAccount(value: unknown): value is EtlMetrics {
  return typeof value === 'object' && value !== null && 'recordsExtracted' in value;
}

/** A plan with nothing to do: its job has ended with it. */
function isClosedPlan(value: unknown): value is { readonly account: EtlMetrics } {
  return (
    typeof value === 'object' && value !== null && 'account' in value && isAccount(value.account)
  );
}
