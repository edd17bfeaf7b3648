import { openWarehouse } from '../warehouse/pool.ts';
import { runJobInScratch, type JobRun } from './job-in-scratch.ts';
import { Claims, type Proof, type ProofContext } from './proof.ts';
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

/** Promise 4: any worker may die anywhere, and the tables end equal. */
export const exactlyOnce: Proof = {
  title: 'A worker killed in any stage leaves the tables of an undisturbed run',
  async run(context) {
    const undisturbed = await outcomeOf(context, '');
    const claims = new Claims();
    claims.expect(undisturbed.bars.rows > 1000, 'the undisturbed run loaded almost nothing');
    for (const kill of KILLS) {
      context.onProgress(`killing at ${kill}`);
      const { run, bars, ledgerRows, historyRows } = await outcomeOf(context, kill);
      claims.expect(
        run.workers === 2,
        `${kill}: ${run.workers} workers ran, so the kill did not happen once`,
      );
      claims.expect(
        run.metrics.status === 'success',
        `${kill}: the job ended as ${run.metrics.status}`,
      );
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
        run.metrics.recordsLoaded === bars.rows,
        `${kill}: the job reports ${run.metrics.recordsLoaded} rows loaded, the table has ${bars.rows}`,
      );
    }
    return claims.result({
      kills: KILLS.length,
      rows: undisturbed.bars.rows,
      batches: undisturbed.ledgerRows,
      table_sha256: undisturbed.bars.sha256,
    });
  },
};

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
