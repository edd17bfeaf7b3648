import { openWarehouse } from '../warehouse/pool.ts';
import { runJobInScratch } from './job-in-scratch.ts';
import { Claims, type Proof, type ProofContext, type ProofResult } from './proof.ts';
import { createScratch } from './scratch.ts';
import { digestBars } from './table-digest.ts';

const JOB = { symbols: 300, startDate: '2024-01-02', endDate: '2024-06-28', batchSize: 50 };
/** WAL that a run may write for its own records while it changes no bar. */
const MAX_RERUN_WAL_BYTES = 1_000_000;

/** Promise 4: the second run of the same job changes no row. */
export const rerun: Proof = {
  title: 'The second run of the same job changes no row',
  async run(context) {
    const scratch = await createScratch(context.databaseUrl);
    try {
      return await proveRerun(context, scratch);
    } finally {
      await scratch.remove();
    }
  },
};

async function proveRerun(
  context: ProofContext,
  scratch: Awaited<ReturnType<typeof createScratch>>,
): Promise<ProofResult> {
  const warehouse = openWarehouse({
    connectionString: scratch.databaseUrl,
    applicationName: 'candlewick prove',
  });
  async function walPosition(): Promise<number> {
    const { rows } = await warehouse.pool.query<{ position: string }>(
      `select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::text as position`,
    );
    return Number(rows[0]?.position ?? 0);
  }
  try {
    context.onProgress('first run');
    const first = await runJobInScratch(context, scratch, JOB);
    const before = await digestBars(warehouse.pool);
    await warehouse.pool.query('checkpoint');
    const walBefore = await walPosition();
    context.onProgress('second run');
    const second = await runJobInScratch(context, scratch, JOB);
    const walBytes = (await walPosition()) - walBefore;
    const after = await digestBars(warehouse.pool);
    const claims = new Claims();
    claims.expect(first.metrics.recordsLoaded > 10_000, 'the first run loaded almost nothing');
    claims.expect(
      first.metrics.recordsLoaded === before.rows,
      'the table does not hold the rows that the first run reports',
    );
    claims.expect(
      second.metrics.recordsLoaded === 0,
      `the second run loaded ${second.metrics.recordsLoaded} rows`,
    );
    claims.expect(
      second.metrics.recordsUpdated === 0,
      `the second run updated ${second.metrics.recordsUpdated} rows`,
    );
    claims.expect(
      second.metrics.recordsUnchanged === before.rows,
      `the second run found ${second.metrics.recordsUnchanged} of ${before.rows} rows`,
    );
    claims.expect(after.sha256 === before.sha256, 'the table differs after the second run');
    claims.expect(walBytes < MAX_RERUN_WAL_BYTES, `the second run wrote ${walBytes} bytes of WAL`);
    return claims.result({
      rows: before.rows,
      second_run_loaded: second.metrics.recordsLoaded,
      second_run_updated: second.metrics.recordsUpdated,
      second_run_unchanged: second.metrics.recordsUnchanged,
      second_run_wal_bytes: walBytes,
      table_sha256: after.sha256,
    });
  } finally {
    await warehouse.close();
  }
}
