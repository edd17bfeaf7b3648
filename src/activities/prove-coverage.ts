import type { CoverageActivities } from './coverage-contract.ts';
import type { EtlDeps } from './deps.ts';
import { withHeartbeat } from './heartbeat.ts';

/** The proof at the end of a backfill. */
export function createProveCoverage({
  coverage,
}: Pick<EtlDeps, 'coverage'>): CoverageActivities['proveCoverage'] {
  return async function proveCoverage({ runId }) {
    return withHeartbeat(() => coverage.prove(runId));
  };
}
