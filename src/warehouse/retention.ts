import { translateDatabaseError } from './database-error.ts';
import { inTransaction, queryRows, type Warehouse } from './pool.ts';

const OF_OLD_BATCHES = 'batch_id in (select l.batch_id from load_batches l where l.loaded_at < $1)';
const OF_OLD_RUNS = 'run_id in (select r.run_id from job_runs r where r.ended_at < $1)';

/** Operational rows that grow with every run, and which of them are past an instant ($1). */
const OLD_ROWS = {
  // Before the batch that they are of: what a foreign key would remove with it is not bounded.
  findings: { table: 'quality_findings', key: 'finding_id', where: OF_OLD_BATCHES },
  costs: { table: 'quality_costs', key: 'ctid', where: OF_OLD_BATCHES },
  scores: { table: 'quality_batches', key: 'batch_id', where: OF_OLD_BATCHES },
  quality_results: { table: 'batch_verdicts', key: 'batch_id', where: OF_OLD_BATCHES },
  samples: { table: 'source_samples', key: 'run_id', where: 'sampled_at < $1' },
  checks: { table: 'quality_checks', key: 'check_id', where: 'created_at < $1' },
  quarantine: {
    table: 'quarantine',
    key: 'quarantine_id',
    where: `state <> 'held' and decided_at < $1`,
  },
  notices: { table: 'notices', key: 'key', where: 'last_seen_at < $1' },
  breaker_events: { table: 'source_breaker_events', key: 'event_id', where: 'at < $1' },
  claims: { table: 'load_claims', key: 'batch_key', where: 'claimed_at < $1' },
  run_failures: {
    table: 'job_symbol_failures',
    key: '(run_id, batch_no, symbol)',
    where: OF_OLD_RUNS,
  },
  run_batches: {
    table: 'job_batches',
    key: '(run_id, batch_no)',
    where: OF_OLD_RUNS,
  },
  runs: { table: 'job_runs', key: 'run_id', where: 'ended_at < $1' },
} as const;
export type OldRowsClass = keyof typeof OLD_ROWS;

export function isOldRowsClass(name: string): name is OldRowsClass {
  return Object.hasOwn(OLD_ROWS, name);
}

/** Neither waits long for others nor makes them wait. */
const LOCK_TIMEOUT = "set local lock_timeout = '3s'";

export async function countOldRows(
  warehouse: Warehouse,
  dataClass: OldRowsClass,
  before: string,
): Promise<number> {
  const { table, where } = OLD_ROWS[dataClass];
  const [row] = await queryRows<{ rows: number }>(
    warehouse,
    `Counting old ${table}`,
    `select count(*)::int as rows from ${table} where ${where}`,
    [before],
  );
  return row?.rows ?? 0;
}

/** Deletes at most `limit` of them in one short transaction. @returns how many; fewer than `limit`: these were the last. */
export async function deleteOldRows(
  warehouse: Warehouse,
  dataClass: OldRowsClass,
  { before, limit }: { readonly before: string; readonly limit: number },
): Promise<number> {
  const { table, key, where } = OLD_ROWS[dataClass];
  const columns = key.startsWith('(') ? key.slice(1, -1) : key;
  return inTransaction(warehouse, `Deleting old ${table}`, async (client) => {
    await client.query(LOCK_TIMEOUT);
    const { rowCount } = await client.query(
      `delete from ${table} where ${key} in (select ${columns} from ${table} where ${where} limit $2 for update skip locked)`,
      [before, limit],
    );
    return rowCount ?? 0;
  });
}

/** Whole years with bars, up to and with a year, and for each the job that is working on it now, if any. */
export async function oldBarYears(
  warehouse: Warehouse,
  lastYear: number,
): Promise<
  readonly { readonly year: number; readonly rows: number; readonly busyWith: string | undefined }[]
> {
  const rows = await queryRows<{ year: number; rows: number; job: string | null }>(
    warehouse,
    'Counting old bars',
    `select y.year, y.rows,
            (select r.job_id from job_runs r
              where r.ended_at is null and r.started_at > now() - interval '30 days' and r.config ->> 'startDate' <= y.year || '-12-31'
                and r.config ->> 'endDate' >= y.year || '-01-01' limit 1) as job
       from (select extract(year from trade_date)::int as year, count(*)::int as rows
               from daily_bars where trade_date < make_date($1 + 1, 1, 1) group by 1) y
      order by y.year`,
    [lastYear],
  );
  return rows.map(({ year, rows: count, job }) => ({
    year,
    rows: count,
    busyWith: job ?? undefined,
  }));
}

const BAR_TABLES = ['daily_bars', 'daily_bars_history', 'suspensions', 'absences'] as const;

/**
 * From now on no bars are owed before a year: else the next run would see the removed ones as gaps and bring them back.
 */
export async function narrowCoverage(warehouse: Warehouse, firstYear: number): Promise<void> {
  await queryRows(
    warehouse,
    'Narrowing the scope of coverage',
    'update coverage_scope set first_day = make_date($1, 1, 1) where first_day < make_date($1, 1, 1)',
    [firstYear],
  );
}

/** Removes a year of some symbols in one transaction, unless a job has begun to work on it. @returns bars removed */
export async function deleteBarsOfYear(
  { pool }: Warehouse,
  year: number,
  symbols: readonly string[],
): Promise<number> {
  const warehouse = { pool, close: () => Promise.resolve() };
  try {
    return await inTransaction(warehouse, `Removing bars of ${year}`, async (client) => {
      await client.query(LOCK_TIMEOUT);
      let bars = 0;
      for (const table of BAR_TABLES) {
        const { rowCount } = await client.query(
          `delete from ${table}
            where symbol = any ($1::text[]) and trade_date between make_date($2, 1, 1) and make_date($2, 12, 31)
              and not exists (select from job_runs r
                               where r.ended_at is null and r.started_at > now() - interval '30 days' and r.config ->> 'startDate' <= $2 || '-12-31'
                                 and r.config ->> 'endDate' >= $2 || '-01-01')`,
          [[...symbols], year],
        );
        bars += table === 'daily_bars' ? (rowCount ?? 0) : 0;
      }
      return bars;
    });
  } catch (error) {
    throw translateDatabaseError(error, `Removing bars of ${year}`);
  }
}

/** Of these payload hashes, those whose last use lies before an instant and that no held bar needs for its replay. */
export async function oldPayloads(
  warehouse: Warehouse,
  hashes: readonly string[],
  before: string,
): Promise<ReadonlySet<string>> {
  const rows = await queryRows<{ sha256: string }>(
    warehouse,
    'Looking for old payloads',
    `select payload_sha256 as sha256 from batch_answers where payload_sha256 = any ($1::text[])
      group by payload_sha256 having max(fetched_at) < $2
     except select payload_sha256 from quarantine where state = 'held' and payload_sha256 = any ($1::text[])`,
    [[...hashes], before],
  );
  return new Set(rows.map(({ sha256 }) => sha256));
}

/** Of these runs, those that ended before an instant. */
export async function oldRuns(
  warehouse: Warehouse,
  runIds: readonly string[],
  before: string,
): Promise<ReadonlySet<string>> {
  const rows = await queryRows<{ run_id: string }>(
    warehouse,
    'Looking for old runs',
    'select run_id from job_runs where run_id = any ($1::text[]) and ended_at < $2',
    [[...runIds], before],
  );
  return new Set(rows.map(({ run_id: runId }) => runId));
}

/** The pages of a quality report, by their keys in the store. */
export interface ReportPages {
  readonly reportId: number;
  readonly keys: readonly string[];
}

/** Quality reports that were drawn before an instant, the oldest first. */
export async function oldReports(
  warehouse: Warehouse,
  before: string,
): Promise<readonly ReportPages[]> {
  return queryRows<{ reportId: number; keys: string[] }>(
    warehouse,
    'Looking for old quality reports',
    `select report_id as "reportId", array[html_key, markdown_key, json_key] as keys
       from quality_reports where created_at < $1 order by report_id`,
    [before],
  );
}

/** Forgets a report whose pages are gone. */
export async function deleteReport(warehouse: Warehouse, reportId: number): Promise<void> {
  const doing = `Deleting quality report ${reportId}`;
  await queryRows(warehouse, doing, 'delete from quality_reports where report_id = $1', [reportId]);
}
