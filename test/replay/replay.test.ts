import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';

import { bundleWorkflowCode, Worker, type ReplayWorkerOptions } from '@temporalio/worker';

import { readHistories, type RecordedHistory } from './histories.ts';

const codePath = fileURLToPath(new URL('../../workflow-bundle.js', import.meta.url));
const tracedPath = fileURLToPath(new URL('../../workflow-bundle-traced.js', import.meta.url));
const changed = fileURLToPath(new URL('./changed-etl-job.js', import.meta.url));

/** What is wrong with each history, by its name. */
async function replay(
  options: ReplayWorkerOptions,
  histories: readonly RecordedHistory[],
): Promise<ReadonlyMap<string, Error | undefined>> {
  const runs = histories.map(({ name, history }) => ({ workflowId: `recorded/${name}`, history }));
  const errors = new Map<string, Error | undefined>();
  for await (const { workflowId, error } of Worker.runReplayHistories(options, runs)) {
    errors.set(workflowId.replace('recorded/', ''), error);
  }
  return errors;
}

describe('recorded histories', () => {
  const histories = readHistories();

  it('replay on the workflows as they are now', async () => {
    const errors = await replay({ workflowBundle: { codePath } }, histories);

    assert.equal(errors.size, histories.length);
    for (const [name, error] of errors) {
      assert.equal(error, undefined, `${name}: ${error?.message}`);
    }
  });

  it('replay the same when traces are switched on', async () => {
    const errors = await replay({ workflowBundle: { codePath: tracedPath } }, histories);

    assert.deepEqual(
      [...errors].filter(([, error]) => error !== undefined),
      [],
    );
  });

  it('are there of every workflow', async () => {
    const workflows = Object.keys(await import('../../src/workflows/index.ts'));

    const recorded = new Set(histories.map(({ workflowType }) => workflowType));

    assert.deepEqual(
      workflows.filter((workflow) => !recorded.has(workflow)),
      [],
      'record one: test/replay/scenarios.ts, then `npm run -s record-histories -- NAME`',
    );
  });

  it('do not replay on a workflow that was changed carelessly', async () => {
    const logger = { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} };
    const workflowBundle = await bundleWorkflowCode({ workflowsPath: changed, logger });
    const jobs = histories.filter(({ name }) => name === 'etl-job');

    const errors = await replay({ workflowBundle }, jobs);

    assert.equal(errors.get('etl-job')?.name, 'DeterminismViolationError');
  });
}).timeout(60_000);
