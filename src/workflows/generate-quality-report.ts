import { isCancellation } from '@temporalio/workflow';

import type { QualityReportResult } from '../domain/quality-check.ts';
import { CheckState } from './check-progress.ts';
import { asWorkflowFailure } from './failures.ts';
import { checkDuties, runCheck } from './run-check.ts';
import { runIdentity } from './stages.ts';

/**
 * Judges what is stored and draws the quality report: `{"daysBack": 90}`, or `startDate` and `endDate`, or `symbols`; with
 * nothing: all symbols, the last 90 days. The result leads to the page.
 */
export async function generateQualityReport(input?: unknown): Promise<QualityReportResult> {
  const state = new CheckState('generateQualityReport', 'quality-report');
  const { checkId } = await runCheck(state, 'report', input);
  state.reach('report');
  try {
    const result = await checkDuties.buildReport({ ...runIdentity(), checkId });
    state.publishScore(result.score);
    state.reach('complete');
    return result;
  } catch (error) {
    throw isCancellation(error) ? error : asWorkflowFailure(error);
  }
}
