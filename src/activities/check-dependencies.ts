import type { DependencyActivities } from './dependency-contract.ts';
import type { EtlDeps } from './deps.ts';

/** Whether other jobs have ended, and how well: their verdict counts, not that they ended. */
export function createCheckDependencies({
  runs,
}: Pick<EtlDeps, 'runs'>): DependencyActivities['checkDependencies'] {
  return async function checkDependencies({ jobIds, runId }) {
    const { verdicts, threshold } = await runs.readVerdicts(runId, jobIds);
    const byJob = new Map(verdicts.map((verdict) => [verdict.jobId, verdict]));
    const waiting = jobIds
      .filter((jobId) => !byJob.get(jobId)?.hasEnded)
      .map((jobId) => (byJob.has(jobId) ? jobId : `${jobId} (there is no such job yet)`));
    for (const { jobId, hasEnded, status, score } of verdicts) {
      if (hasEnded && status === 'failed') {
        return { kind: 'refused', reason: `${jobId} failed` };
      }
      if (hasEnded && score !== undefined && score < threshold) {
        const shown = score.toFixed(3);
        return {
          kind: 'refused',
          reason: `${jobId} ended with quality ${shown}, below quality_threshold ${threshold}`,
        };
      }
    }
    return waiting.length === 0 ? { kind: 'met' } : { kind: 'waiting', on: waiting };
  };
}
