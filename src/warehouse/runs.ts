import type { PoolClient } from 'pg';

import type { SymbolFailure } from '../domain/batch.ts';
import { SystemError } from '../domain/errors.ts';
import type { EtlMetrics } from '../domain/job.ts';
import type { BatchSpec, PlannedBatch, RunStart } from '../domain/run.ts';
import type { StockSymbol } from '../domain/stock-symbol.ts';
import { inTransaction, queryRows, type Warehouse } from './pool.ts';
import { jobConfigOf } from './stored-config.ts';

/**
 * Records a run and its plan. Again with the same run: the plan is replaced as long as no stage has recorded anything, so
 * that a planner that was retried and the workflow speak of the same batches; after that it stands.
 */
export async function startRun(
  warehouse: Warehouse,
  start: RunStart,
  batches: readonly PlannedBatch[],
): Promise<void> {
  await inTransaction(warehouse, `Recording run ${start.runId}`, async (client) => {
    const { runId, jobId, jobType, config, dueAt, notes } = start;
    const symbols = new Set(batches.flatMap((batch) => batch.symbols)).size;
    await client.query(
      `insert into job_runs (run_id, job_id, job_type, job_name, status, config, notes, symbols, due_at)
       values ($1, $2, $3, $4, 'running', $5::jsonb, $6, $7, $8)
       on conflict (run_id) do update
         set config = excluded.config, notes = excluded.notes, symbols = excluded.symbols
         where not exists (select from job_batches b where b.run_id = $1 and b.facts <> '{}')`,
      [runId, jobId, jobType, config.jobName, JSON.stringify(config), [...notes], symbols, dueAt],
    );
    await client.query(
      `delete from job_batches where run_id = $1
        and not exists (select from job_batches b where b.run_id = $1 and b.facts <> '{}')`,
      [runId],
    );
    await insertBatches(client, runId, batches);
  });
}

/** Adds batches to a plan (a retry); those whose number is there already are left. */
export async function saveBatches(
  warehouse: Warehouse,
  runId: string,
  batches: readonly PlannedBatch[],
): Promise<void> {
  await inTransaction(warehouse, `Recording batches of run ${runId}`, async (client) => {
    await insertBatches(client, runId, batches);
  });
}

async function insertBatches(
  client: PoolClient,
  runId: string,
  batches: readonly PlannedBatch[],
): Promise<void> {
  if (batches.length === 0) {
    return;
  }
  await client.query(
    `insert into job_batches (run_id, batch_no, symbols, start_date, end_date)
     select $1, batch_no, array(select jsonb_array_elements_text(symbols)), start_date, end_date
       from jsonb_to_recordset($2::jsonb) as b (batch_no int, symbols jsonb, start_date date, end_date date)
     on conflict (run_id, batch_no) do nothing`,
    [
      runId,
      JSON.stringify(
        batches.map(({ batchNo, symbols, startDate, endDate }) => ({
          batch_no: batchNo,
          symbols,
          start_date: startDate,
          end_date: endDate,
        })),
      ),
    ],
  );
}

/** @throws SystemError where there is no such batch: it was planned in another database. */
export async function readBatch(
  warehouse: Warehouse,
  runId: string,
  batchNo: number,
): Promise<BatchSpec> {
  const doing = `Reading batch ${batchNo} of run ${runId}`;
  const [row] = await queryRows<{
    symbols: string[];
    skipped: string[];
    start_date: string;
    end_date: string;
    job_type: string;
    config: unknown;
  }>(
    warehouse,
    doing,
    `select b.symbols, b.skipped, b.start_date, b.end_date, r.job_type, r.config
       from job_batches b join job_runs r using (run_id) where b.run_id = $1 and b.batch_no = $2`,
    [runId, batchNo],
  );
  if (row === undefined) {
    throw new SystemError(`${doing}: there is no such batch in this database`, {
      code: 'ETL-RUN-001',
      hint: 'check that all workers of the queue use the same DATABASE_URL.',
    });
  }
  const { symbols, skipped, start_date: startDate, end_date: endDate } = row;
  const config = jobConfigOf(row.config);
  return { batchNo, symbols, skipped, startDate, endDate, config, jobType: row.job_type };
}

/** Records what a stage has counted; again: replaces. */
export async function recordStage(
  warehouse: Warehouse,
  runId: string,
  batchNo: number,
  stage: string,
  facts: Readonly<Record<string, unknown>>,
): Promise<void> {
  await queryRows(
    warehouse,
    `Recording ${stage} of batch ${batchNo} of run ${runId}`,
    `update job_batches set facts = facts || jsonb_build_object($3::text, $4::jsonb), updated_at = now()
      where run_id = $1 and batch_no = $2`,
    [runId, batchNo, stage, JSON.stringify(facts)],
  );
}

/** The symbols that a batch could not serve; again: replaces, so that a stage that is retried and succeeds clears them. */
export async function recordSymbolFailures(
  warehouse: Warehouse,
  runId: string,
  batchNo: number,
  failures: readonly SymbolFailure[],
): Promise<void> {
  const doing = `Recording failed symbols of batch ${batchNo} of run ${runId}`;
  await inTransaction(warehouse, doing, async (client) => {
    await client.query('delete from job_symbol_failures where run_id = $1 and batch_no = $2', [
      runId,
      batchNo,
    ]);
    await client.query(
      `insert into job_symbol_failures (run_id, batch_no, symbol, code, message)
       select $1, $2, symbol, code, message
         from unnest($3::text[], $4::text[], $5::text[]) as f (symbol, code, message)
       on conflict do nothing`,
      [
        runId,
        batchNo,
        failures.map(({ symbol }) => symbol),
        failures.map(({ code }) => code),
        failures.map(({ message }) => message),
      ],
    );
  });
}

/**
 * A symbol has failed when a batch failed it and no later batch with it, over at least the same days, was loaded without failing it. Symbols that an
 * operator left out have not failed.
 */
const FAILED = `
    from job_symbol_failures f join job_batches o using (run_id, batch_no)
   where f.run_id = $1
     and not exists (
       select from job_batches b join load_batches l using (run_id, batch_no)
        where b.run_id = $1 and b.batch_no > f.batch_no and f.symbol = any (b.symbols)
          and b.start_date <= o.start_date and b.end_date >= o.end_date
          and not exists (select from job_symbol_failures g
                           where g.run_id = $1 and g.batch_no = b.batch_no and g.symbol = f.symbol))
     and not exists (select from job_batches s where s.run_id = $1 and f.symbol = any (s.skipped))`;
const FAILURES = `
  select distinct on (f.symbol) f.symbol, f.code, f.message ${FAILED}
   order by f.symbol, f.batch_no desc`;
const FAILED_RANGES = `
  select distinct f.symbol, o.start_date as "startDate", o.end_date as "endDate" ${FAILED}
   order by "startDate", "endDate", f.symbol`;

/** Symbols whose last try failed, with the last reason, ascending. */
export async function symbolFailures(
  warehouse: Warehouse,
  runId: string,
): Promise<readonly SymbolFailure[]> {
  return queryRows<SymbolFailure>(warehouse, `Reading failed symbols of run ${runId}`, FAILURES, [
    runId,
  ]);
}

/** Each symbol whose last try over some days failed, with these days. */
export async function failedRanges(
  warehouse: Warehouse,
  runId: string,
): Promise<readonly (Omit<PlannedBatch, 'batchNo' | 'symbols'> & { symbol: StockSymbol })[]> {
  return queryRows(warehouse, `Reading failed symbols of run ${runId}`, FAILED_RANGES, [runId]);
}

export async function failedSymbols(
  warehouse: Warehouse,
  runId: string,
): Promise<readonly StockSymbol[]> {
  return (await symbolFailures(warehouse, runId)).map(({ symbol }) => symbol);
}

/** From now on these symbols are left out of the run. @returns how many batches hold any of them. */
export async function skipSymbols(
  warehouse: Warehouse,
  runId: string,
  symbols: readonly StockSymbol[],
): Promise<number> {
  const rows = await queryRows(
    warehouse,
    `Leaving out symbols of run ${runId}`,
    `update job_batches b
        set skipped = array(select s from unnest(b.symbols) as s
                             where s = any ($2::text[]) or s = any (b.skipped) order by s)
      where run_id = $1 and symbols && $2::text[] returning batch_no`,
    [runId, [...symbols]],
  );
  return rows.length;
}

/** Closes a run with its account; again: replaces. */
export async function finishRun(
  warehouse: Warehouse,
  runId: string,
  metrics: EtlMetrics,
): Promise<void> {
  await queryRows(
    warehouse,
    `Closing run ${runId}`,
    'update job_runs set status = $2, ended_at = $3, metrics = $4::jsonb where run_id = $1',
    [runId, metrics.status, metrics.endTime ?? new Date().toISOString(), JSON.stringify(metrics)],
  );
}
