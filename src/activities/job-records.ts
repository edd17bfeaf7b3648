import type { StockSymbol } from '../domain/stock-symbol.ts';
import type { EtlActivities } from './contract.ts';
import type { EtlDeps, PlannedBatch } from './deps.ts';
import { noticeOfEnd } from './job-notice.ts';
import { chunk } from './plan-batches.ts';

type RecordActivities = Pick<
  EtlActivities,
  'recordBatchFailure' | 'skipSymbols' | 'planRetry' | 'finishJob'
>;

/** At most this many symbols are retried one by one; more failures than that have one common cause. */
const RETRIED_ALONE = 50;
/** Retry batches follow the plan's own, at numbers that no plan reaches. */
const FIRST_RETRY_BATCH = 1_000_000;

/** The short duties around the stages: each reads or writes the run's records and is safe to run twice. */
export function createJobRecords({
  runs,
  clock,
  notify,
}: Pick<EtlDeps, 'runs' | 'clock' | 'notify'>): RecordActivities {
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
      const symbols = await runs.failedSymbols(runId);
      const batches = await retryBatches(runs, runId, symbols);
      await runs.addBatches(runId, batches);
      return { firstBatch: FIRST_RETRY_BATCH, batches: batches.length, symbols: symbols.length };
    },
    async finishJob({ runId, cancelled }) {
      const endedAt = new Date(clock.now()).toISOString();
      const metrics = await runs.finishRun(runId, { cancelled, endedAt });
      const notice = noticeOfEnd(metrics, cancelled);
      if (notice !== undefined) {
        await notify(notice);
      }
      return metrics;
    },
  };
}

async function retryBatches(
  runs: EtlDeps['runs'],
  runId: string,
  symbols: readonly StockSymbol[],
): Promise<readonly PlannedBatch[]> {
  if (symbols.length === 0) {
    return [];
  }
  const { startDate, endDate } = await runs.readBatch(runId, 0);
  const size = Math.ceil(symbols.length / RETRIED_ALONE);
  return chunk(symbols, size).map((part, index) => ({
    batchNo: FIRST_RETRY_BATCH + index,
    symbols: part,
    startDate,
    endDate,
  }));
}
