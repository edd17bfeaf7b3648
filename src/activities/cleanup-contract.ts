import type { CleanupItem, CleanupPlan } from '../domain/cleanup.ts';

export interface CleanupActivities {
  /** @throws ConfigurationError, not retried, naming each field at fault. */
  planCleanup(request: { readonly input: unknown; readonly dueAt: string }): Promise<CleanupPlan>;
  /** Removes what an item names, batch by batch; safe to repeat. @returns rows or objects removed by this call */
  cleanUp(item: CleanupItem): Promise<number>;
}
