import type { QualityCheckResult } from '../domain/quality-check.ts';
import { CheckState } from './check-progress.ts';
import { runCheck } from './run-check.ts';

/**
 * Judges stored bars again, by the rules of today: `{"symbols": ["600000.SH"], "daysBack": 30}`. With nothing: all symbols,
 * the last 30 days. Repairs nothing; results lie in the tables `quality_check_*`.
 */
export async function dataQualityCheck(input?: unknown): Promise<QualityCheckResult> {
  const state = new CheckState('dataQualityCheck', 'data-quality-check');
  const result = await runCheck(state, 'check', input);
  state.reach('complete');
  return result;
}
