import type { HealthReport } from '../domain/health.ts';

export interface HealthActivities {
  /** Looks at database, Temporal, queues, sources and the last session; tells people of what is not well. */
  checkHealth(input: unknown): Promise<HealthReport>;
}
