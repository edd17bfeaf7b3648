import { chunk } from '../domain/chunk.ts';
import type { FailedRange, PlannedBatch } from '../domain/run.ts';
import { closeRun, type CloseRunDeps } from './close-run.ts';
import type { EtlActivities } from './contract.ts';
import { withHeartbeat } from './heartbeat.ts';

type RecordActivities = Pick<
  EtlActivities,
  'recordBatchFailure' | 'skipSymbols' | 'planRetry' | 'finishJob'
>;

/** At most this many symbols are retried one by one; more failures than that have one common cause. */
const RETRIED_ALONE = 50;
/** Retry batches follow the plan's own, at numbers that no plan reaches. */
const FIRST_RETRY_BATCH = 1_000_000;

/** The short duties around the stages: each reads or writes the run's records and is safe to run twice. */
export function createJobRecords(deps: CloseRunDeps): RecordActivities {
  const { runs } = deps;
  return {
    async recordBatchFailure({ runId, batchNo, stage, code, message }) {
      const { symbols, skipped } = await runs.readBatch(runId, batchNo);
      const left = new Set(skipped);
      const failures = symbols
        .filter((symbol) => !left.has(symbol))
        .map((symbol) => ({ symbol, code, message: `${stage}: ${message}` }));
      await runs.recordFailures(runId, batchNo, failures);
      return failures.length;
    },
    async skipSymbols({ runId, symbols }) {
      return runs.skipSymbols(runId, symbols);
    },
    async planRetry({ runId }) {
      const failed = await runs.failedRanges(runId);
      const batches = retryBatches(failed);
      await runs.addBatches(runId, batches);
      const symbols = new Set(failed.map(({ symbol }) => symbol)).size;
      return { firstBatch: FIRST_RETRY_BATCH, batches: batches.length, symbols };
    },
    async finishJob({ runId, cancelled }) {
      return withHeartbeat(() => closeRun(deps, { runId, cancelled }));
    },
  };
}

/** Failed symbols by the days over which they failed: alone where they are few, else in parts. */
function retryBatches(failed: readonly FailedRange[]): readonly PlannedBatch[] {
  const size = Math.ceil(failed.length / RETRIED_ALONE);
  const groups = new Map<string, FailedRange[]>();
  for (const range of failed) {
    const key = `${range.startDate}/${range.endDate}`;
    groups.set(key, [...(groups.get(key) ?? []), range]);
  }
  return [...groups.values()]
    .flatMap((group) => chunk(group, size))
    .flatMap((part, index) => {
      const [first] = part;
      return first === undefined
        ? []
        : {
            batchNo: FIRST_RETRY_BATCH + index,
            symbols: part.map(({ symbol }) => symbol),
            startDate: first.startDate,
            endDate: first.endDate,
          };
    });
}
