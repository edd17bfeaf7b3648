import type { CoverageProof } from '../domain/coverage.ts';
import type { RunIdentity } from './contract.ts';

export interface CoverageActivities {
  /** What is there of all that the run's job was to bring: its symbols, over its range. */
  proveCoverage(run: RunIdentity): Promise<CoverageProof>;
}
