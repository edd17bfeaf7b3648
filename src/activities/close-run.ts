import type { EtlMetrics } from '../domain/job.ts';
import type { EtlDeps } from './deps.ts';
import { noticeOfEnd } from './job-notice.ts';

export type CloseRunDeps = Pick<EtlDeps, 'runs' | 'coverage' | 'clock' | 'notify'>;

/** The account of a run that has ended, recorded and, where people should know, told. Safe to do twice. */
export async function closeRun(
  { runs, coverage, clock, notify }: CloseRunDeps,
  { runId, cancelled }: { readonly runId: string; readonly cancelled: boolean },
): Promise<EtlMetrics> {
  const endedAt = new Date(clock.now()).toISOString();
  const metrics = await runs.finishRun(runId, { cancelled, endedAt });
  await coverage.recordAbsences(runId);
  const notice = noticeOfEnd(metrics, cancelled);
  if (notice !== undefined) {
    await notify(notice);
  }
  return metrics;
}
