import type { JobAnalysis, RunStatistics } from '../client/job-analysis.ts';
import type { RunRecord } from '../domain/run-record.ts';
import {
  formatCount,
  formatDuration,
  formatInstant,
  formatScore,
  rowsPerSecond,
} from './format.ts';
import type { Output } from './output.ts';
import { renderTable, type Column } from './table.ts';

export function renderHistory(runs: readonly RunRecord[], output: Output): string {
  const { colours } = output;
  return renderTable(
    runs,
    [
      { title: 'job', cell: ({ jobId }) => jobId },
      {
        title: 'status',
        cell: ({ status }) =>
          (status === 'success' ? colours.green : colours.red)(status.replace('_', ' ')),
      },
      { title: 'started', dropFirst: 1, cell: ({ startedAt }) => formatInstant(startedAt) },
      {
        title: 'took',
        align: 'right',
        cell: ({ durationSeconds }) => formatDuration(durationSeconds),
      },
      { title: 'rows', align: 'right', dropFirst: 2, cell: ({ rows }) => formatCount(rows) },
      {
        title: 'rows/s',
        align: 'right',
        dropFirst: 3,
        cell: ({ rows, durationSeconds }) => speed(rowsPerSecond(rows, durationSeconds)),
      },
      {
        title: 'failed',
        align: 'right',
        dropFirst: 4,
        cell: ({ symbolsFailed }) => formatCount(symbolsFailed),
      },
      {
        title: 'quality',
        align: 'right',
        dropFirst: 5,
        cell: ({ qualityScore }) => formatScore(qualityScore),
      },
    ],
    output,
  );
}

/** Jobs, then sources, then what has become worse. */
export function renderAnalysis(analysis: JobAnalysis, output: Output): string {
  const { colours } = output;
  const regressions = analysis.regressions.map(({ text }) => `${colours.red('worse')} ${text}`);
  return [
    renderTable(analysis.byJob, columnsOf('job'), output),
    ...(analysis.bySource.length === 0
      ? []
      : ['', renderTable(analysis.bySource, columnsOf('source'), output)]),
    '',
    ...(regressions.length === 0
      ? ['nothing has become worse (the newest 3 runs of each job against those before)']
      : regressions),
  ].join('\n');
}

function columnsOf(title: string): readonly Column<RunStatistics>[] {
  return [
    { title, cell: ({ name }) => name },
    { title: 'runs', align: 'right', cell: ({ runs }) => formatCount(runs) },
    { title: 'success', align: 'right', cell: ({ successRate }) => percent(successRate) },
    {
      title: 'failed',
      align: 'right',
      dropFirst: 2,
      cell: ({ failureRate }) => percent(failureRate),
    },
    {
      title: 'median',
      align: 'right',
      cell: ({ medianSeconds }) => formatDuration(medianSeconds),
    },
    {
      title: '95 %',
      align: 'right',
      dropFirst: 3,
      cell: ({ p95Seconds }) => formatDuration(p95Seconds),
    },
    { title: 'rows/s', align: 'right', cell: ({ rowsPerSecond: rows }) => speed(rows) },
    {
      title: 'loaded',
      align: 'right',
      dropFirst: 1,
      cell: ({ rowsLoaded }) => formatCount(rowsLoaded),
    },
    {
      title: 'quality',
      align: 'right',
      dropFirst: 4,
      cell: ({ qualityScore }) => formatScore(qualityScore),
    },
  ];
}

function percent(rate: number): string {
  return `${Math.round(rate * 100)} %`;
}

function speed(rows: number | undefined): string {
  return rows === undefined ? '–' : formatCount(Math.round(rows));
}
