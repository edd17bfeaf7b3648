import type { CleanupInput } from '../config/cleanup-input.ts';
import type { CleanupReport } from '../domain/cleanup.ts';

/** Where the worker, which does it, goes by other settings than this shell has. */
export function retentionDifferences(
  kept: CleanupReport['keptDays'],
  here: Pick<CleanupInput, 'dataRetentionDays' | 'barsRetentionDays'>,
): readonly string[] {
  if (kept === undefined) {
    return [];
  }
  return (
    [
      ['DATA_RETENTION_DAYS', kept.data, here.dataRetentionDays],
      ['BARS_RETENTION_DAYS', kept.bars, here.barsRetentionDays],
    ] as const
  )
    .filter(([, ofWorker, ofShell]) => ofWorker !== ofShell)
    .map(
      ([name, ofWorker, ofShell]) =>
        `${name} is ${ofWorker ?? 'not set'} where the worker runs and ${ofShell ?? 'not set'} here: the worker's counts`,
    );
}

/** The plan or what was done, for people: a line a class. */
export function renderCleanup({ items, isDryRun, removed, keptDays }: CleanupReport): string {
  const lines = items.map(({ dataClass, before, count, years, keeps }) =>
    [
      dataClass.padEnd(16),
      String(count).padStart(10),
      years.length === 0 ? `before ${before}` : `years ${years.join(', ')}`,
      isDryRun ? '' : `${removed[dataClass] ?? 0} removed`,
      keeps ?? '',
    ].join('  '),
  );
  if (keptDays !== undefined && keptDays.bars === undefined) {
    lines.push(`${'bars'.padEnd(16)}  kept for ever`);
  }
  return [isDryRun ? 'dry run: nothing was removed' : 'removed:', ...lines].join('\n');
}
