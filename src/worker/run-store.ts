import type { RunStore } from '../activities/deps.ts';
import { metricsOf } from '../activities/job-metrics.ts';
import { SystemError } from '../domain/errors.ts';
import type { Warehouse } from '../warehouse/pool.ts';
import { readVerdicts } from '../warehouse/job-verdicts.ts';
import { summariseRun } from '../warehouse/run-reports.ts';
import {
  failedRanges,
  failedSymbols,
  finishRun,
  readBatch,
  recordStage,
  recordSymbolFailures,
  saveBatches,
  skipSymbols,
  startRun,
} from '../warehouse/runs.ts';

/** The runs' records in a warehouse, as the stages use them. */
export function createRunStore(warehouse: Warehouse): RunStore {
  return {
    startRun: (start, batches) => startRun(warehouse, start, batches),
    readBatch: (runId, batchNo) => readBatch(warehouse, runId, batchNo),
    addBatches: (runId, batches) => saveBatches(warehouse, runId, batches),
    recordStage: (runId, batchNo, stage, facts) =>
      recordStage(warehouse, runId, batchNo, stage, facts),
    recordFailures: (runId, batchNo, failures) =>
      recordSymbolFailures(warehouse, runId, batchNo, failures),
    failedSymbols: (runId) => failedSymbols(warehouse, runId),
    failedRanges: (runId) => failedRanges(warehouse, runId),
    skipSymbols: (runId, symbols) => skipSymbols(warehouse, runId, symbols),
    readVerdicts: (runId, jobIds) => readVerdicts(warehouse, runId, jobIds),
    async finishRun(runId, end) {
      const sums = await summariseRun(warehouse, runId);
      if (sums === undefined) {
        throw new SystemError(`Run ${runId} is not in this database`, {
          code: 'ETL-RUN-003',
          hint: 'check that all workers of the queue use the same DATABASE_URL.',
        });
      }
      const metrics = metricsOf({ ...sums, ...end });
      await finishRun(warehouse, runId, metrics);
      return metrics;
    },
  };
}
