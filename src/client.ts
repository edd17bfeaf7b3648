/**
 * The typed client: other services start and follow jobs through it.
 *
 *     const candlewick = await connect();
 *     const metrics = await candlewick.runJob({ symbols: ['600000.SH'], startDate: '2026-11-16', endDate: '2026-11-20' });
 *     await candlewick.close();
 *
 * Who also has the database, for holes, history and retries, takes the job manager: `connectManager({ databaseUrl })`.
 */
import type { Client } from '@temporalio/client';

import { connectTemporal, type ConnectOptions } from './client/connection.ts';
import { JobClient } from './client/job-client.ts';
import type { JobManager } from './client/job-manager.ts';

export type { ConnectOptions } from './client/connection.ts';
export type { JobHandle, JobSummary, JobView } from './client/job-client.ts';
export { JobClient } from './client/job-client.ts';
export type {
  CheckRequest,
  DecisionRequest,
  QualityClient,
  RejectRequest,
  ReplayRequest,
} from './client/quality-client.ts';
export type { QualityCheckResult, QualityReportResult } from './domain/quality-check.ts';
export type { DecisionResult, QuarantineResolution } from './domain/quarantine.ts';
export type { HistoryOptions, JobManager, JobRequest } from './client/job-manager.ts';
export type { JobAnalysis, Regression, RunStatistics } from './client/job-analysis.ts';
export type { RunRecord } from './domain/run-record.ts';
export type { JobType } from './config/job-defaults.ts';
export type { BackfillInput, JobInput } from './config/job-input.ts';
export type { EtlJobConfig, EtlMetrics, EtlStage, JobStatus, QualityGate } from './domain/job.ts';
export type { JobProgress } from './workflows/job-progress.ts';
export type { ErrorClass, FailureKind } from './domain/errors.ts';
export {
  EtlError,
  ConfigurationError,
  DataQualityError,
  RateLimitedError,
  SchemaDriftError,
  SystemError,
  TransientError,
} from './domain/errors.ts';

/** Connects to Temporal. @throws SystemError ETL-TMP-301 where no server answers within the time-out. */
export async function connect(options: ConnectOptions = {}): Promise<JobClient> {
  const client: Client = await connectTemporal(options);
  return new JobClient(client, options);
}

export interface ManagerOptions extends ConnectOptions {
  /** `postgres://user:password@host:port/database`, with the rights of a reader or more. */
  readonly databaseUrl: string;
  /** Allow an unencrypted connection to a database on another machine. */
  readonly allowPlaintext?: boolean;
}

/** Connects to Temporal and to the database. @throws SystemError ETL-TMP-301 where no server answers. */
export async function connectManager(options: ManagerOptions): Promise<JobManager> {
  const { JobManager: Manager } = await import('./client/job-manager.ts');
  const { createManagerStore } = await import('./client/manager-store.ts');
  const { openWarehouse } = await import('./warehouse/pool.ts');
  const client = await connect(options);
  const warehouse = openWarehouse({
    connectionString: options.databaseUrl,
    applicationName: 'candlewick client',
    allowPlaintext: options.allowPlaintext ?? false,
  });
  return new Manager(client, createManagerStore(warehouse));
}
