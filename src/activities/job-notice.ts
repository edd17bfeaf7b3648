import type { EtlMetrics } from '../domain/job.ts';
import type { Notice } from '../domain/notice.ts';
import { plural } from '../domain/plural.ts';

/** What people should be told of a job that has ended; nothing of one that went well. */
export function noticeOfEnd(metrics: EtlMetrics, cancelled: boolean): Notice | undefined {
  if (cancelled) {
    return noticeOf(metrics, {
      severity: 'info',
      code: 'ETL-JOB-520',
      title: `Job ${metrics.jobName} was cancelled`,
      meaning: 'Whole batches that were loaded before stay; nothing is half-loaded.',
      action: `Run it again when it is wanted: what is there is not loaded twice.`,
    });
  }
  switch (metrics.status) {
    case 'failed':
      return noticeOf(metrics, {
        severity: 'error',
        code: 'ETL-JOB-521',
        title: `Job ${metrics.jobName} failed: ${firstMessage(metrics)}`,
        meaning: `Nothing was loaded: ${metrics.symbolsFailed.length} of ${plural(metrics.symbols, 'symbol')} failed.`,
        action: `See candlewick jobs show ${metrics.jobId}, mend the cause, then candlewick jobs retry ${metrics.jobId}`,
      });
    case 'partial_success':
      return noticeOf(metrics, partial(metrics));
    case 'pending':
    case 'running':
    case 'success':
      return undefined;
    default:
      return metrics.status satisfies never;
  }
}

function partial(metrics: EtlMetrics): Omit<Notice, 'key' | 'facts'> {
  const { jobId, jobName, symbolsFailed, recordsQuarantined } = metrics;
  const failed = symbolsFailed.length;
  const parts = [
    ...(failed === 0 ? [] : [`${plural(failed, 'symbol')} failed`]),
    ...(recordsQuarantined === 0
      ? []
      : [`${plural(recordsQuarantined, 'row')} held in quarantine`]),
  ];
  const missing = failed === 0 ? [] : [`candlewick jobs retry ${jobId} (only what failed)`];
  const held = recordsQuarantined === 0 ? [] : ['candlewick quarantine list'];
  return {
    severity: 'warning',
    errorClass: failed === 0 ? 'data_quality' : 'transient',
    code: 'ETL-JOB-522',
    title: `Job ${jobName} is incomplete: ${parts.join(', ')}${failed === 0 ? '' : `; first: ${firstMessage(metrics)}`}`,
    meaning: 'Readers see everything else; what is missing or held is not in the tables.',
    action: [...missing, ...held].join('; '),
  };
}

function firstMessage({ errorMessages }: EtlMetrics): string {
  return errorMessages[0]?.slice(0, 300) ?? 'no reason recorded';
}

function noticeOf(metrics: EtlMetrics, facts: Omit<Notice, 'key' | 'facts'>): Notice {
  const { jobId, runId, status, symbols, symbolsFailed, recordsLoaded, recordsQuarantined } =
    metrics;
  return {
    key: `job-ended/${jobId}/${facts.code}`,
    ...facts,
    facts: {
      jobId,
      runId,
      status,
      symbols,
      symbolsFailed: symbolsFailed.length,
      recordsLoaded,
      recordsQuarantined,
      qualityScore: metrics.qualityScore ?? null,
    },
  };
}
