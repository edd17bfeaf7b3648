import { CancellationScope, condition } from '@temporalio/workflow';

import type { JobState } from './job-state.ts';

/**
 * Runs the batches up to `end` (exclusive), at most `state.concurrency` at a time and none new while paused. Where a
 * batch throws, or the job is cancelled, those in flight are cancelled and awaited before the error goes on.
 */
export async function slideOver(
  state: JobState,
  end: number,
  run: (batchNo: number) => Promise<void>,
): Promise<void> {
  const flight = { count: 0, errors: new Array<Error>() };
  function mayStart(): boolean {
    return state.nextBatch < end && !state.paused && flight.count < state.concurrency;
  }
  async function track(batchNo: number): Promise<void> {
    try {
      await run(batchNo);
    } catch (error) {
      flight.errors.push(error instanceof Error ? error : new Error(String(error)));
    } finally {
      flight.count -= 1;
    }
  }
  const scope = new CancellationScope();
  try {
    await scope.run(async () => {
      while (state.nextBatch < end || flight.count > 0) {
        while (mayStart()) {
          flight.count += 1;
          void track(state.takeBatch());
        }
        const before = flight.count;
        await condition(() => flight.count < before || flight.errors.length > 0 || mayStart());
        const [error] = flight.errors;
        if (error !== undefined) {
          throw error;
        }
      }
    });
  } catch (error) {
    scope.cancel();
    await CancellationScope.nonCancellable(() => condition(() => flight.count === 0));
    throw error;
  }
}
