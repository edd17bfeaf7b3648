import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';

import { ApplicationFailure, WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';

import { createPlanJob } from '../../src/activities/plan-job.ts';
import { BAD_JOBS, type BadJob } from '../unit/config/bad-job-inputs.ts';
import { fakeJob, type FakeJob } from '../support/fake-activities.ts';
import { testTemporal, withWorker } from '../support/temporal.ts';

/** Temporal refuses larger payloads itself. */
const MAX_INPUT_BYTES = 1_000_000;

function unreachable(): never {
  throw new TypeError('nothing may be asked before the input is found to be right');
}

/** The real planning, on which no source, no warehouse and no other stage may be asked. */
function strictJob(): FakeJob {
  const nothing = new Proxy({}, { get: () => unreachable });
  const planJob = createPlanJob({
    runs: nothing as never,
    facts: nothing as never,
    coverage: nothing as never,
    desk: nothing as never,
    clock: nothing as never,
    notify: unreachable,
    sources: { names: ['files', 'simulated'], expand: (names) => names, get: unreachable },
    rules: () => Promise.resolve({}),
    planning: {
      batchSize: 100,
      dailyBatchSize: 1000,
      batchRows: 250_000,
      qualityThreshold: 0.7,
      sources: ['files'],
      concurrency: 4,
      retryDelayMs: 10,
    },
  });
  return fakeJob(
    { batches: 1 },
    { planJob: (input) => planJob({ ...input, dueAt: '2026-11-24T09:00:00Z' }) },
  );
}

/** Values that JSON has; NaN, for one, reaches no workflow. */
function survivesJson({ input }: BadJob): boolean {
  const text = JSON.stringify(input);
  return text.length < MAX_INPUT_BYTES && !/NaN/.test(String(Object.values(Object(input))));
}

async function failureOf(handle: WorkflowHandle): Promise<ApplicationFailure> {
  const error: unknown = await handle.result().catch((caught: unknown) => caught);
  assert.ok(error instanceof WorkflowFailedError, String(error));
  assert.ok(error.cause instanceof ApplicationFailure);
  return error.cause;
}

/** How often an activity was started in all attempts, by its name. */
async function startedActivities(handle: WorkflowHandle): Promise<readonly string[]> {
  const { events = [] } = await handle.fetchHistory();
  return (events ?? [])
    .flatMap((event) => {
      const name = event.activityTaskScheduledEventAttributes?.activityType?.name;
      const attempt = event.activityTaskStartedEventAttributes?.attempt;
      return [name, attempt === undefined || attempt === null ? undefined : `attempt ${attempt}`];
    })
    .filter((text) => typeof text === 'string');
}

describe('a workflow started with bad input', () => {
  for (const workflow of ['etlJob', 'dailyDataIngestion']) {
    it(`fails once, at once, naming the field, whatever is wrong: ${workflow}`, async () => {
      const { client } = await testTemporal();
      const job = strictJob();
      const cases = BAD_JOBS.filter(survivesJson);
      assert.ok(cases.length > 60, `${cases.length} cases`);

      await withWorker(job.activities, async (taskQueue) => {
        await Promise.all(
          cases.map(async ({ no, what, input, says }) => {
            const handle = await client.workflow.start(workflow, {
              workflowId: `test-${randomUUID()}`,
              taskQueue,
              args: [input],
            });

            const failure = await failureOf(handle);

            const title = `${no}, ${what}: ${failure.message}`;
            assert.equal(failure.type, 'ConfigurationError', title);
            assert.equal(failure.nonRetryable, true, title);
            assert.match(failure.message, /^ETL-JOB-101 /);
            for (const part of says) {
              assert.ok(failure.message.includes(part), `${title}\n  lacks ${part}`);
            }
            assert.deepEqual(await startedActivities(handle), ['planJob', 'attempt 1'], title);
          }),
        );
      });

      assert.deepEqual(job.loaded, []);
    });
  }
});
