import type { WorkflowHandle } from '@temporalio/client';

import type { EtlActivities } from '../../src/activities/contract.ts';
import type { TaskQueue } from '../../src/domain/task-queues.ts';

/** One run of a workflow whose history is worth keeping: `npm run -s record-histories` makes it anew on real servers. */
export interface Scenario {
  /** The history's file is `histories/<name>.json`. */
  readonly name: string;
  readonly workflow: string;
  readonly input?: unknown;
  /** Default: data_ingestion. */
  readonly queue?: TaskQueue;
  /** Absent: the product's own activities, over the simulated market and a scratch database. */
  readonly activities?: EtlActivities;
  /** Steers the run from outside. */
  readonly during?: (handle: WorkflowHandle) => Promise<void>;
}
