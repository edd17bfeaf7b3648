import type { CoverageStore } from '../activities/deps.ts';
import type { CoverageProof, JobEstimate } from '../domain/coverage.ts';
import { gapRanges, summariseCoverage, widenCoverage } from '../warehouse/coverage.ts';
import { queryRows, type Warehouse } from '../warehouse/pool.ts';
import { readRangesInHand } from '../warehouse/ranges-in-hand.ts';
import { recordAbsences } from '../warehouse/record-absences.ts';
import { readRunScope } from '../warehouse/run-scope.ts';
import { readThroughput } from '../warehouse/throughput.ts';

const REASONS_SHOWN = 10;
/** Where nothing was loaded yet: a call for each symbol of a batch, and modest figures for the rest. */
const FALLBACK = { callsPerSymbol: 1, bytesPerRow: 80, rowsPerSecond: 5000 };

/** Coverage in a warehouse, as planning and proving use it. */
export function createCoverageStore(warehouse: Warehouse): CoverageStore {
  return {
    widen: (symbols, firstDay) => widenCoverage(warehouse, symbols, firstDay),
    missing: ({ retryAll, ...query }) => gapRanges(warehouse, query, { retryAll }),
    inHand: () => readRangesInHand(warehouse),
    recordAbsences: (runId) => recordAbsences(warehouse, runId),
    async firstDay() {
      const [row] = await queryRows<{ first_day: string | null }>(
        warehouse,
        'Reading the scope of coverage',
        'select min(first_day) as first_day from coverage_scope',
      );
      return row?.first_day ?? undefined;
    },
    async prove(runId): Promise<CoverageProof> {
      const scope = await readRunScope(warehouse, runId);
      const { reasons, symbols: _, ...counts } = await summariseCoverage(warehouse, scope);
      return {
        holds: counts.missing === 0,
        from: scope.from,
        to: scope.to,
        ...counts,
        reasons: reasons
          .filter(({ state }) => state === 'missing')
          .slice(0, REASONS_SHOWN)
          .map(({ reason, sessions }) => `${reason}: ${sessions}`),
      };
    },
    async estimate({ sources, batches, symbolBatches, rows }): Promise<JobEstimate> {
      const known = await readThroughput(warehouse, sources);
      const { callsPerSymbol, bytesPerRow, rowsPerSecond } = known ?? FALLBACK;
      return {
        batches,
        missingSessions: rows,
        calls: Math.max(batches, Math.ceil(symbolBatches * callsPerSymbol)),
        bytes: Math.ceil(rows * bytesPerRow),
        seconds: Math.ceil(rows / rowsPerSecond),
        basis:
          known === undefined
            ? `nothing was loaded from ${sources.join(', ')} yet: a call for each symbol of a batch, ${FALLBACK.bytesPerRow} bytes a row and ${FALLBACK.rowsPerSecond} rows a second are guesses`
            : `the last ${known.batches} batches from ${sources.join(', ')}`,
      };
    },
  };
}
