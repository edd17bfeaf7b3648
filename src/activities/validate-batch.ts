import { rulesetVersion } from '../config/rules-file.ts';
import { KEY_RULES_ONLY } from '../quality/rulebook.ts';
import type { EtlActivities } from './contract.ts';
import type { EtlDeps } from './deps.ts';
import { findSource } from './find-source.ts';
import { withHeartbeat } from './heartbeat.ts';
import { withSuspensions } from './known-suspensions.ts';
import { readManifest, readSuspended } from './staged-records.ts';

/** Every row gets its fate and the batch its score, before anything is published. */
export function createValidateBatch(
  deps: Pick<EtlDeps, 'runs' | 'facts' | 'sources' | 'staging' | 'cpu' | 'failpoint' | 'models'>,
): EtlActivities['validateBatch'] {
  return async function validateBatch({ jobId, runId, batchNo, manifest, staged, suspended }) {
    return withHeartbeat(async (signal) => {
      const spec = await deps.runs.readBatch(runId, batchNo);
      const { qualityThreshold, cleanData, validateData, rules = {} } = spec.config;
      const answers = await readManifest(deps.staging, manifest);
      const facts = await deps.facts.judgeContext(spec);
      const brought = await readSuspended(deps.staging, suspended);
      const suspensions = withSuspensions(facts.suspensions, brought);
      const stored = validateData ? await deps.facts.storedBars?.(spec) : undefined;
      const ranking = validateData ? await deps.models.ranking() : [];
      const { models, ...outcome } = await deps.cpu.validate(
        {
          key: `${runId}/${batchNo}/judged`,
          staged,
          context: {
            ...facts,
            suspensions,
            ...(stored === undefined ? {} : { stored, areRestatementsFine: true }),
            symbols: spec.symbols,
            qualityThreshold,
            cleanData,
            rules,
            anomaly: { models: ranking, share: deps.models.share },
            fetchedAt: answers.map(({ fetchedAt }) => Date.parse(fetchedAt)),
          },
          ruleset: rulesetVersion(validateData ? rules : KEY_RULES_ONLY),
          expectsOwnRange:
            findSource(deps.sources, spec.config.sources[0] ?? '')?.inspect !== undefined,
          validate: validateData,
        },
        signal,
      );
      deps.failpoint('validate.after_write');
      const { score, publishable, quarantined } = outcome;
      await deps.runs.recordStage(runId, batchNo, 'validate', {
        score,
        publishable,
        quarantined,
        models,
      });
      return { jobId, runId, batchNo, manifest, suspended, ...outcome };
    });
  };
}
