import { openWarehouse } from '../warehouse/pool.ts';
import { runJobInScratch, type JobRun } from './job-in-scratch.ts';
import { Claims, type Proof, type ProofContext, type ProofResult } from './proof.ts';
import { createScratch } from './scratch.ts';
import { digestBars, type TableDigest } from './table-digest.ts';

const JOB = { symbols: 60, startDate: '2024-01-02', endDate: '2024-03-29', batchSize: 20 };

/** One place in each stage at which a worker dies, and the two around the commit that make duplicates elsewhere. */
export const KILLS = [
  'extract.after_answer=kill9@1',
  'transform.after_write=kill9@2',
  'validate.after_write=kill9@1',
  'load.mid_copy=kill9@1',
  'load.after_ledger_before_commit=kill9@2',
  'load.after_commit=kill9@1',
] as const;

interface Outcome {
  readonly run: JobRun;
  readonly bars: TableDigest;
  readonly ledgerRows: number;
  readonly historyRows: number;
}

/** A kill costs a heartbeat time-out, most of it waiting. */
const AT_A_TIME = 3;

/** Promise 4: any worker may die anywhere, and the tables end equal. */
export const exactlyOnce: Proof = {
  title: 'A worker killed in any stage leaves the tables of an undisturbed run',
  run: (context) => proveKills(context, KILLS),
};

/** Compares an undisturbed run with runs whose first worker dies at one of `kills`. */
export async function proveKills(
  context: ProofContext,
  kills: readonly string[],
): Promise<ProofResult> {
  const undisturbed = await outcomeOf(context, '');
  const claims = new Claims();
  claims.expect(undisturbed.bars.rows > 1000, 'the undisturbed run loaded almost nothing');
  const left = kills.values();
  async function killOneAfterAnother(): Promise<void> {
    for (const kill of left) {
      context.onProgress(`killing at ${kill}`);
      expectEqual(claims, kill, await outcomeOf(context, kill), undisturbed);
    }
  }
  await Promise.all(Array.from({ length: AT_A_TIME }, killOneAfterAnother));
  return claims.result({
    kills: kills.length,
    rows: undisturbed.bars.rows,
    batches: undisturbed.ledgerRows,
    table_sha256: undisturbed.bars.sha256,
  });
}

function expectEqual(claims: Claims, kill: string, outcome: Outcome, undisturbed: Outcome): void {
  const { run, bars, ledgerRows, historyRows } = outcome;
  const { status, recordsLoaded } = run.metrics;
  claims.expect(
    run.workers === 2,
    `${kill}: ${run.workers} workers ran, so the kill did not happen once`,
  );
  claims.expect(status === 'success', `${kill}: the job ended as ${status}`);
  claims.expect(
    bars.sha256 === undisturbed.bars.sha256,
    `${kill}: the table differs (${bars.rows} rows against ${undisturbed.bars.rows})`,
  );
  claims.expect(
    ledgerRows === undisturbed.ledgerRows,
    `${kill}: ${ledgerRows} batches in the ledger against ${undisturbed.ledgerRows}`,
  );
  claims.expect(historyRows === 0, `${kill}: ${historyRows} rows in history`);
  claims.expect(
    recordsLoaded === bars.rows,
    `${kill}: the job reports ${recordsLoaded} rows loaded, the table has ${bars.rows}`,
  );
}

async function outcomeOf(context: ProofContext, failpoints: string): Promise<Outcome> {
  const scratch = await createScratch(context.databaseUrl);
  const warehouse = openWarehouse({
    connectionString: scratch.databaseUrl,
    applicationName: 'candlewick prove',
  });
  async function countOf(table: 'load_batches' | 'daily_bars_history'): Promise<number> {
    const { rows } = await warehouse.pool.query<{ rows: string }>(
      `select count(*)::text as rows from ${table}`,
    );
    return Number(rows[0]?.rows ?? 0);
  }
  try {
    const run = await runJobInScratch(context, scratch, JOB, failpoints);
    return {
      run,
      bars: await digestBars(warehouse.pool),
      ledgerRows: await countOf('load_batches'),
      historyRows: await countOf('daily_bars_history'),
    };
  } finally {
    await warehouse.close();
    await scratch.remove();
  }
}
