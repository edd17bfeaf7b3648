import { SystemError } from '../domain/errors.ts';
import type { CoverageQuery } from './coverage.ts';
import { queryRows, type Warehouse } from './pool.ts';
import { jobConfigOf } from './stored-config.ts';

/** What a run was to bring: its configuration's symbols (none: all) and range, as of when it was due. */
export async function readRunScope(warehouse: Warehouse, runId: string): Promise<CoverageQuery> {
  const [row] = await queryRows<{ config: unknown; due_at: Date }>(
    warehouse,
    `Reading run ${runId}`,
    'select config, due_at from job_runs where run_id = $1',
    [runId],
  );
  if (row === undefined) {
    throw new SystemError(`Run ${runId} is not in this database`, { code: 'ETL-RUN-003' });
  }
  const { symbols, startDate, endDate } = jobConfigOf(row.config);
  return {
    ...(symbols.length === 0 ? {} : { symbols }),
    from: startDate,
    to: endDate,
    asOf: row.due_at.toISOString(),
  };
}
