import type { SymbolFailure } from '../domain/batch.ts';
import type { EtlMetrics, JobStatus } from '../domain/job.ts';
import { plural } from '../domain/plural.ts';
import type { RunSums } from '../domain/run.ts';

/** The sums of a run, and how it ended. */
export type RunTotals = Omit<RunSums, 'batches' | 'batchesLoaded'> & {
  /** ISO instant. */
  readonly endedAt: string;
  readonly cancelled: boolean;
  /** Why there was no plan at all. */
  readonly failure?: string;
};

/** Symbols and messages that travel in a job's account; the warehouse has them all. */
const MAX_LISTED = 100;

/** The account of a run. A job of which some symbols failed, or some rows were held back, is a partial success. */
export function metricsOf(totals: RunTotals): EtlMetrics {
  const status = statusOf(totals);
  const dropped = droppedOf(totals);
  return {
    jobName: totals.jobName,
    jobId: totals.jobId,
    runId: totals.runId,
    status,
    stage: status === 'failed' ? 'failed' : 'complete',
    startTime: totals.startedAt,
    endTime: totals.endedAt,
    durationSeconds: (Date.parse(totals.endedAt) - Date.parse(totals.startedAt)) / 1000,
    symbols: totals.symbols,
    symbolsFailed: totals.failures.slice(0, MAX_LISTED).map(({ symbol }) => symbol),
    recordsExtracted: totals.extracted,
    recordsTransformed: totals.transformed,
    recordsLoaded: totals.inserted,
    recordsUpdated: totals.updated,
    recordsUnchanged: totals.unchanged + totals.skipped,
    recordsFailed: totals.unreadable,
    recordsQuarantined: totals.quarantined,
    recordsDuplicate: totals.duplicates,
    recordsSuspended: totals.suspended,
    recordsDropped: dropped,
    qualityScore: totals.score,
    ...(totals.gate === undefined ? {} : { gate: totals.gate }),
    successRate: successRateOf(totals),
    sources: totals.loadedBySource,
    errorMessages: [
      ...(totals.failure === undefined ? [] : [totals.failure]),
      ...messagesOf(totals.failures),
      ...messagesOfUnreadable(totals.unreadable),
      ...messagesOfDropped(dropped),
    ],
    notes: totals.notes,
  };
}

function successRateOf({ failure, symbols, failures }: RunTotals): number {
  if (symbols === 0) {
    return failure === undefined ? 1 : 0;
  }
  return (symbols - failures.length) / symbols;
}

/** That every row was dropped is hardly what anyone wanted: a wrong listing date, most often. */
function statusOf(totals: RunTotals): JobStatus {
  const { cancelled, failure, symbols, failures, quarantined } = totals;
  if (cancelled || failure !== undefined || (symbols > 0 && failures.length >= symbols)) {
    return 'failed';
  }
  const isAllDropped = droppedOf(totals) > 0 && keptOf(totals) === 0;
  return failures.length > 0 || quarantined > 0 || isAllDropped ? 'partial_success' : 'success';
}

/** Rows of the batches that are in the table now, or were already, or are held back. */
function keptOf({ inserted, updated, unchanged, skipped, quarantined }: RunTotals): number {
  return inserted + updated + unchanged + skipped + quarantined;
}

/** What is left of the rows that were judged: extracted = all other counts + dropped, always. */
function droppedOf(totals: RunTotals): number {
  return totals.transformed - keptOf(totals);
}

function messagesOfUnreadable(unreadable: number): readonly string[] {
  return unreadable === 0
    ? []
    : [`${plural(unreadable, 'row')} not read: without a symbol, a day or any price`];
}

function messagesOfDropped(dropped: number): readonly string[] {
  return dropped === 0
    ? []
    : [
        `${plural(dropped, 'row')} dropped: there can be no bar on their day (no session, a suspension, outside the listing life or the request); each is a finding of K02, K03 or K04`,
      ];
}

/** One line for each distinct message, with the symbols that it concerns, the most frequent first. */
function messagesOf(failures: readonly SymbolFailure[]): readonly string[] {
  const symbolsOf = new Map<string, string[]>();
  for (const { symbol, message } of failures) {
    symbolsOf.set(message, [...(symbolsOf.get(message) ?? []), symbol]);
  }
  return [...symbolsOf]
    .toSorted(([, left], [, right]) => right.length - left.length)
    .slice(0, MAX_LISTED)
    .map(([message, symbols]) => {
      const more = symbols.length > 3 ? ` and ${symbols.length - 3} more` : '';
      return `${symbols.slice(0, 3).join(', ')}${more}: ${message}`;
    });
}
