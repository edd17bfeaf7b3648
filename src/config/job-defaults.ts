import type { SourceOrders } from '../domain/source-order.ts';
import type { RangeRules } from './job-range.ts';

export type JobType = 'etlJob' | 'dailyDataIngestion' | 'historicalBackfill';

/** What a job is where its input does not say, and what it may name. */
export interface JobDefaults extends RangeRules {
  readonly jobType: JobType;
  readonly batchSize: number;
  readonly qualityThreshold: number;
  readonly concurrency: number;
  readonly sources: readonly string[];
  readonly orders?: SourceOrders | undefined;
  readonly knownSources: readonly string[];
}
