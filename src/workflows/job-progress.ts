import type { EtlStage } from '../domain/job.ts';
import { plural } from '../domain/plural.ts';

/** What an operator sees of a running job: the answer of the query `progress`. */
export interface JobProgress {
  readonly stage: EtlStage;
  readonly paused: boolean;
  readonly concurrency: number;
  readonly batches: { readonly done: number; readonly failed: number; readonly total: number };
  readonly symbols: number;
  readonly range: string;
  readonly sources: readonly string[];
  readonly rows: JobCounts;
  /** Weighted by rows; undefined before the first verdict. */
  readonly qualityScore: number | undefined;
  readonly failedSymbols: number;
  readonly lastFailures: readonly string[];
  readonly notes: readonly string[];
  /** Symbols by source, of batches for which more than the first was asked. */
  readonly served?: Readonly<Record<string, number>>;
  readonly lastFailovers?: readonly string[];
  /** What it waits for: other jobs, or a source that is to answer again or its quota. */
  readonly waiting?: string | undefined;
}

export interface JobCounts {
  extracted: number;
  loaded: number;
  updated: number;
  unchanged: number;
  skipped: number;
  quarantined: number;
}

export const NO_COUNTS: JobCounts = {
  extracted: 0,
  loaded: 0,
  updated: 0,
  unchanged: 0,
  skipped: 0,
  quarantined: 0,
};

/** The last failures kept for display; the warehouse has them all. */
export const MAX_FAILURES_SHOWN = 5;

/**
 * Progress as Markdown for the Temporal UI: bullets, the most important line first, since some versions cut the frame
 * after five lines, and never "1/8", which they turn into a fraction sign.
 */
export function describeProgress(progress: JobProgress): string {
  const { batches, rows } = progress;
  const percent = batches.total === 0 ? 100 : Math.floor((100 * batches.done) / batches.total);
  const score =
    progress.qualityScore === undefined ? '' : `, quality ${progress.qualityScore.toFixed(3)}`;
  const state = progress.paused ? ' **PAUSED**' : '';
  return [
    `- **${progress.stage}**${state}: ${batches.done} of ${plural(batches.total, 'batch', 'batches')} (${percent} %)${score}`,
    `- rows: ${rows.extracted} extracted, ${rows.loaded} new, ${rows.updated} updated, ${rows.unchanged + rows.skipped} left as they were, ${rows.quarantined} quarantined`,
    `- ${plural(progress.symbols, 'symbol')}, ${progress.range}, from ${progress.sources.join(', ')}; ${plural(progress.concurrency, 'batch', 'batches')} at a time`,
    ...(progress.waiting === undefined ? [] : [`- **${progress.waiting.slice(0, 200)}**`]),
    ...describeSources(progress),
    ...(progress.failedSymbols === 0
      ? []
      : [`- **${plural(progress.failedSymbols, 'symbol')} failed**`]),
    ...progress.lastFailures.map((failure) => `- ${failure.slice(0, 200)}`),
    ...progress.notes.slice(0, 5).map((note) => `- note: ${note.slice(0, 200)}`),
  ].join('\n');
}

function describeSources({ served = {}, lastFailovers = [] }: JobProgress): readonly string[] {
  const parts = Object.entries(served).map(([source, symbols]) => `${source} ${symbols}`);
  return [
    ...(parts.length === 0 ? [] : [`- failed over; symbols by source: ${parts.join(', ')}`]),
    ...lastFailovers.slice(0, 3).map((line) => `- ${line.slice(0, 200)}`),
  ];
}
