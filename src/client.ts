/**
 * The typed client: other services start and follow jobs through it.
 *
 *     const candlewick = await connect();
 *     const metrics = await candlewick.runJob({ symbols: ['600000.SH'], startDate: '2026-11-16', endDate: '2026-11-20' });
 *     await candlewick.close();
 */
import type { Client } from '@temporalio/client';

import { connectTemporal, type ConnectOptions } from './client/connection.ts';
import { JobClient } from './client/job-client.ts';

export type { ConnectOptions } from './client/connection.ts';
export type { JobHandle, JobSummary, JobView } from './client/job-client.ts';
export { JobClient } from './client/job-client.ts';
export type { JobInput } from './config/job-config.ts';
export type { EtlJobConfig, EtlMetrics, EtlStage, JobStatus } from './domain/job.ts';
export { EtlError, ConfigurationError, SystemError, TransientError } from './domain/errors.ts';

/** Connects to Temporal. @throws SystemError ETL-TMP-301 where no server answers within the time-out. */
export async function connect(options: ConnectOptions = {}): Promise<JobClient> {
  const client: Client = await connectTemporal(options);
  return new JobClient(client, options);
}
