import { toDayNumber } from '../domain/trading-day.ts';
import type { EtlActivities } from './contract.ts';
import type { EtlDeps } from './deps.ts';
import { withHeartbeat } from './heartbeat.ts';
import { readManifest } from './staged-records.ts';

/** Landed answers to one sorted batch of distinct rows in standard columns and units. */
export function createTransformBatch(
  deps: Pick<EtlDeps, 'runs' | 'staging' | 'cpu' | 'failpoint'>,
): EtlActivities['transformBatch'] {
  return async function transformBatch({ jobId, runId, batchNo, manifest }) {
    return withHeartbeat(async (signal) => {
      const spec = await deps.runs.readBatch(runId, batchNo);
      const outcome = await deps.cpu.transform(
        {
          key: `${runId}/${batchNo}/bars.arrow`,
          answers: await readManifest(deps.staging, manifest),
          symbols: spec.symbols,
          startDay: toDayNumber(spec.startDate),
          endDay: toDayNumber(spec.endDate),
        },
        signal,
      );
      deps.failpoint('transform.after_write');
      const { staged, suspended, ...counts } = outcome;
      const key = `${runId}/${batchNo}/suspended.json`;
      const suspendedRef = await deps.staging.writeJson(key, suspended);
      await deps.runs.recordStage(runId, batchNo, 'transform', {
        ...counts,
        suspended: suspended.length,
        transformed: staged.rows,
      });
      return {
        jobId,
        runId,
        batchNo,
        staged,
        manifest,
        suspended: suspendedRef,
        extracted: outcome.extracted,
        duplicates: outcome.identical + outcome.restated + outcome.conflicting,
        unreadable: outcome.unreadable,
      };
    });
  };
}
