import type { EtlActivities } from './contract.ts';
import type { EtlDeps } from './deps.ts';
import { withHeartbeat } from './heartbeat.ts';

/** Every row gets its fate and the batch its score, before anything is published. */
export function createValidateBatch(
  deps: Pick<EtlDeps, 'runs' | 'facts' | 'sources' | 'cpu' | 'failpoint'>,
): EtlActivities['validateBatch'] {
  return async function validateBatch({ jobId, runId, batchNo, manifest, staged, suspended }) {
    return withHeartbeat(async (signal) => {
      const spec = await deps.runs.readBatch(runId, batchNo);
      const { qualityThreshold, cleanData, validateData } = spec.config;
      const facts = await deps.facts.judgeContext(spec);
      const outcome = await deps.cpu.validate(
        {
          key: `${runId}/${batchNo}/judged`,
          staged,
          context: { ...facts, symbols: spec.symbols, qualityThreshold, cleanData },
          expectsOwnRange: deps.sources.get(spec.config.sources[0] ?? '').inspect !== undefined,
          validate: validateData,
        },
        signal,
      );
      deps.failpoint('validate.after_write');
      const { score, publishable, quarantined } = outcome;
      await deps.runs.recordStage(runId, batchNo, 'validate', { score, publishable, quarantined });
      return { jobId, runId, batchNo, manifest, suspended, ...outcome };
    });
  };
}
