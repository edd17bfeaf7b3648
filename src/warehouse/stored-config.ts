import { SystemError } from '../domain/errors.ts';
import type { EtlJobConfig } from '../domain/job.ts';

/** The fields of a stored configuration and their types; `satisfies` keeps the list complete. */
const FIELD_TYPES = {
  jobName: 'string',
  symbols: 'object',
  startDate: 'string',
  endDate: 'string',
  batchSize: 'number',
  qualityThreshold: 'number',
  retryFailed: 'boolean',
  skipExisting: 'boolean',
  validateData: 'boolean',
  cleanData: 'boolean',
  sources: 'object',
  concurrency: 'number',
} as const satisfies Record<
  Exclude<
    keyof EtlJobConfig,
    'path' | 'orders' | 'rules' | 'priority' | 'dependsOn' | 'onComplete'
  >,
  string
>;

function isJobConfig(value: unknown): value is EtlJobConfig {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.entries(FIELD_TYPES).every(([field, type]) => typeof Reflect.get(value, field) === type)
  );
}

/** A configuration as `job_runs.config` holds it. It was checked when it was stored; here only its shape is. */
export function jobConfigOf(stored: unknown): EtlJobConfig {
  if (!isJobConfig(stored)) {
    throw new SystemError(
      'The stored configuration of a run has another shape than its writer gives it',
      {
        code: 'ETL-RUN-002',
        hint: 'start the job again; if workers of two versions share one database, finish the deployment first.',
      },
    );
  }
  // JSON leaves out a field that is undefined.
  return { ...stored, path: stored.path };
}
