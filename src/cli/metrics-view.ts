import type { FailureKind } from '../domain/errors.ts';
import { NO_RECORDS, type EtlMetrics, type JobStatus } from '../domain/job.ts';
import { plural } from '../domain/plural.ts';
import { failureClassOf } from './exit-codes.ts';
import { cut, formatCount, formatDuration, formatScore, rowsPerSecond } from './format.ts';
import type { Colours, Output } from './output.ts';
import { renderFacts } from './table.ts';

const MAX_MESSAGES = 10;
const MAX_SYMBOLS = 20;

/** The account of a job as JSON on stdout. The keys are a contract with other programs. */
export function metricsRecord(metrics: EtlMetrics): Readonly<Record<string, unknown>> {
  return {
    job_name: metrics.jobName,
    status: metrics.status,
    stage: metrics.stage,
    start_time: metrics.startTime,
    end_time: metrics.endTime ?? null,
    duration_seconds: metrics.durationSeconds,
    records_extracted: metrics.recordsExtracted,
    records_transformed: metrics.recordsTransformed,
    records_loaded: metrics.recordsLoaded,
    records_updated: metrics.recordsUpdated,
    records_unchanged: metrics.recordsUnchanged,
    records_failed: metrics.recordsFailed,
    records_quarantined: metrics.recordsQuarantined,
    records_duplicate: metrics.recordsDuplicate,
    records_suspended: metrics.recordsSuspended,
    records_dropped: metrics.recordsDropped,
    quality_score: metrics.qualityScore ?? null,
    lowest_symbol_score: metrics.gate?.lowestSymbolScore ?? null,
    quality_threshold: metrics.gate?.threshold ?? null,
    success_rate: metrics.successRate,
    sources: metrics.sources,
    symbols: metrics.symbols,
    symbols_failed: metrics.symbolsFailed,
    error_messages: metrics.errorMessages,
    notes: metrics.notes ?? [],
    ...(metrics.failure === undefined ? {} : { error: errorOf(metrics.failure) }),
    job_id: metrics.jobId,
    run_id: metrics.runId,
  };
}

function errorOf({ errorClass, code }: FailureKind): Readonly<Record<string, unknown>> {
  return { code, class: failureClassOf(code, errorClass) };
}

/** The account of a job that ended before it could give one. */
export function failedMetrics(
  job: { readonly jobName: string; readonly jobId?: string; readonly runId?: string },
  startedAt: number,
  message: string,
): EtlMetrics {
  const now = Date.now();
  return {
    jobName: job.jobName,
    jobId: job.jobId ?? '',
    runId: job.runId ?? '',
    status: 'failed',
    stage: 'failed',
    startTime: new Date(startedAt).toISOString(),
    endTime: new Date(now).toISOString(),
    durationSeconds: (now - startedAt) / 1000,
    symbols: 0,
    symbolsFailed: [],
    ...NO_RECORDS,
    qualityScore: undefined,
    successRate: 0,
    sources: {},
    errorMessages: [message],
  };
}

const COLOUR_OF: Readonly<Record<JobStatus, keyof Colours>> = {
  pending: 'dim',
  running: 'cyan',
  success: 'green',
  partial_success: 'yellow',
  failed: 'red',
};

function renderStatus(status: JobStatus, colours: Colours): string {
  const paint = colours[COLOUR_OF[status]];
  return typeof paint === 'function' ? paint(status) : status;
}

/** The account of a job for a person. */
export function renderMetrics(metrics: EtlMetrics, output: Output): string {
  const { durationSeconds, recordsExtracted } = metrics;
  const rate = rowsPerSecond(recordsExtracted, durationSeconds);
  const facts: [string, string][] = [
    ['job', metrics.jobName],
    ['status', renderStatus(metrics.status, output.colours)],
    ['symbols', symbolsOf(metrics)],
    ['rows extracted', formatCount(recordsExtracted)],
    ['  transformed', formatCount(metrics.recordsTransformed)],
    ['  loaded', formatCount(metrics.recordsLoaded)],
    ['  updated', formatCount(metrics.recordsUpdated)],
    ['  unchanged', formatCount(metrics.recordsUnchanged)],
    ['  quarantined', formatCount(metrics.recordsQuarantined)],
    ['  failed', formatCount(metrics.recordsFailed)],
    ['  duplicate', formatCount(metrics.recordsDuplicate)],
    ['  suspended', formatCount(metrics.recordsSuspended)],
    ['  dropped', formatCount(metrics.recordsDropped)],
    ['quality score', qualityOf(metrics)],
    ['duration', formatDuration(durationSeconds)],
    ['rows/s', rate === undefined ? '–' : formatCount(rate)],
    ['sources', sourcesOf(metrics)],
  ];
  const notes = renderNotes(metrics);
  return [
    renderFacts(facts, output),
    ...(notes.length === 0 ? [] : ['', ...notes]),
    ...problemsOf(metrics, output.colours),
  ].join('\n');
}

function symbolsOf({ symbols, symbolsFailed }: EtlMetrics): string {
  const failed = symbolsFailed.length === 0 ? '' : `, ${formatCount(symbolsFailed.length)} failed`;
  return `${formatCount(symbols)}${failed}`;
}

/** Symbols are held by their own scores, which are not that of all rows. */
function qualityOf({ qualityScore, gate }: EtlMetrics): string {
  const held =
    gate === undefined
      ? ''
      : `; lowest symbol ${formatScore(gate.lowestSymbolScore)}, held below ${gate.threshold}`;
  return `${formatScore(qualityScore)}${held}`;
}

function sourcesOf({ sources }: EtlMetrics): string {
  const parts = Object.entries(sources).map(([name, rows]) => `${name} (${plural(rows, 'row')})`);
  return parts.length === 0 ? '–' : parts.join(', ');
}

/** What the planner had to say, a line each. */
export function renderNotes({ notes = [] }: EtlMetrics): string[] {
  return notes.map((note) => `note: ${cut(note, 400)}`);
}

function problemsOf({ symbolsFailed, errorMessages }: EtlMetrics, colours: Colours): string[] {
  const shown = symbolsFailed.slice(0, MAX_SYMBOLS).join(' ');
  const more = symbolsFailed.length - MAX_SYMBOLS;
  return [
    ...(symbolsFailed.length === 0
      ? []
      : ['', `${colours.red('failed symbols')} ${shown}${more > 0 ? ` and ${more} more` : ''}`]),
    ...(errorMessages.length === 0 ? [] : ['']),
    ...errorMessages
      .slice(0, MAX_MESSAGES)
      .map((message) => `${colours.red('-')} ${cut(message, 400)}`),
    ...(errorMessages.length > MAX_MESSAGES
      ? [`  and ${errorMessages.length - MAX_MESSAGES} more; --json has them all`]
      : []),
  ];
}
