import type { JobManager } from '../client/job-manager.ts';
import type { Config } from '../config/config.ts';
import type { DatabaseKind } from '../runtime/stack.ts';
import type { Invocation } from './invoke.ts';
import { withClient, withWarehouse } from './servers.ts';

/** Runs `work` with Temporal and the database at hand. */
export async function withManager<Result>(
  config: Config,
  invocation: Invocation,
  kind: DatabaseKind,
  work: (manager: JobManager) => Promise<Result>,
): Promise<Result> {
  const { JobManager: Manager } = await import('../client/job-manager.ts');
  const { createManagerStore } = await import('../client/manager-store.ts');
  return withClient(config, (client) =>
    withWarehouse(config, invocation, kind, (warehouse) =>
      work(new Manager(client, createManagerStore(warehouse))),
    ),
  );
}
