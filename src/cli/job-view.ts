import type { JobSummary, JobView } from '../client/job-client.ts';
import type { JobProgress } from '../workflows/job-progress.ts';
import { formatCount, formatInstant, formatScore, toSnakeCase } from './format.ts';
import { metricsRecord, renderMetrics } from './metrics-view.ts';
import type { Colours, Output } from './output.ts';
import { renderFacts, renderTable } from './table.ts';

function paintStatus(status: string, colours: Colours): string {
  if (status === 'RUNNING') {
    return colours.cyan('running');
  }
  return (status === 'COMPLETED' ? colours.green : colours.red)(status.toLowerCase());
}

export function renderJobs(jobs: readonly JobSummary[], output: Output): string {
  const { colours } = output;
  return renderTable(
    jobs,
    [
      { title: 'job', cell: ({ jobId }) => jobId },
      { title: 'status', cell: ({ status }) => paintStatus(status, colours) },
      { title: 'stage', dropFirst: 2, cell: ({ stage }) => stage ?? '–' },
      { title: 'started', cell: ({ startTime }) => formatInstant(startTime) },
      { title: 'ended', dropFirst: 1, cell: ({ closeTime }) => formatInstant(closeTime) },
      {
        title: 'quality',
        align: 'right',
        dropFirst: 3,
        cell: ({ qualityScore }) => formatScore(qualityScore),
      },
    ],
    output,
  );
}

export function jobRecord(job: JobView, url: string | undefined): unknown {
  const { metrics, ...rest } = job;
  return {
    ...Object.fromEntries(
      Object.entries(rest).map(([key, value]) => [snake(key), toSnakeCase(value)]),
    ),
    url: url ?? null,
    metrics: metrics === undefined ? null : metricsRecord(metrics),
  };
}

function snake(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

export function renderJob(job: JobView, url: string | undefined, output: Output): string {
  const facts: [string, string][] = [
    ['job', job.jobId],
    ['run', job.runId],
    ['type', job.jobType],
    ['status', paintStatus(job.status, output.colours)],
    ['started', formatInstant(job.startTime)],
    ['ended', formatInstant(job.closeTime)],
    ...(url === undefined ? [] : [['page', url] satisfies [string, string]]),
    ...(job.failure === undefined
      ? []
      : [['failure', output.colours.red(job.failure)] satisfies [string, string]]),
    ...(job.progress === undefined ? [] : progressFacts(job.progress)),
  ];
  const silent =
    job.status === 'RUNNING' && job.progress === undefined
      ? ['', 'it does not answer: no worker polls its task queue, or it has only just been started']
      : [];
  const account = job.metrics === undefined ? [] : ['', renderMetrics(job.metrics, output)];
  return [renderFacts(facts, output), ...silent, ...account].join('\n');
}

function progressFacts(progress: JobProgress): [string, string][] {
  const { batches, rows } = progress;
  const { failed } = batches;
  return [
    ['stage', progress.paused ? `${progress.stage} (paused)` : progress.stage],
    ['batches', `${batches.done} of ${batches.total}${failed === 0 ? '' : `, ${failed} failed`}`],
    ['symbols', `${formatCount(progress.symbols)}, ${progress.range}`],
    [
      'rows',
      `${formatCount(rows.extracted)} extracted, ${formatCount(rows.loaded)} loaded, ${formatCount(rows.updated)} updated, ${formatCount(rows.quarantined)} quarantined`,
    ],
    ['quality', formatScore(progress.qualityScore)],
    ...(progress.waiting === undefined
      ? []
      : [['waiting', progress.waiting] satisfies [string, string]]),
    ...progress.lastFailures.map((text) => ['failed', text] satisfies [string, string]),
    ...progress.notes.map((text) => ['note', text] satisfies [string, string]),
  ];
}
