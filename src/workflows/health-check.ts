import {
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  upsertMemo,
  upsertSearchAttributes,
} from '@temporalio/workflow';

import type { HealthActivities } from '../activities/health-contract.ts';
import type { HealthReport } from '../domain/health.ts';
import { asWorkflowFailure } from './failures.ts';
import { JOB_TYPE } from './search-attribute-keys.ts';

const { checkHealth } = proxyActivities<HealthActivities>({
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '1 second', maximumAttempts: 3 },
});

/**
 * Looks once at database, Temporal, queues, sources and the last session; tells people of what is not well, unless
 * `{"notify": false}`. Its result is the report; it does not fail of what it finds.
 */
export async function healthCheck(input?: unknown): Promise<HealthReport> {
  upsertSearchAttributes([{ key: JOB_TYPE, value: 'healthCheck' }]);
  upsertMemo({ effectiveInput: { notify: true, ...(isObject(input) ? input : {}) } });
  setCurrentDetails('- looking');
  try {
    const report = await checkHealth(input);
    setCurrentDetails(describeHealth(report));
    return report;
  } catch (error) {
    throw isCancellation(error) ? error : asWorkflowFailure(error);
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** As Markdown for the Temporal UI, the most important line first. */
function describeHealth(report: HealthReport): string {
  const { status, problems, data, activeJobs, queueLengths, sources } = report;
  const waiting = Object.entries(queueLengths).map(([queue, tasks]) => `${queue} ${tasks}`);
  const session =
    data?.lastSession === undefined
      ? 'no session is owed'
      : `session ${data.lastSession}: ${data.expected - data.missing} of ${data.expected} bars`;
  return [
    `- **${status}**${problems.length === 0 ? '' : `: ${problems.length} problems`}`,
    ...problems.slice(0, 5).map((problem) => `- ${problem.slice(0, 200)}`),
    `- ${session}; ${activeJobs ?? 'unknown'} jobs run; waiting tasks: ${waiting.join(', ')}`,
    `- ${sources.length} source endpoints known`,
  ].join('\n');
}
