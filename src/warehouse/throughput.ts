import { queryRows, type Warehouse } from './pool.ts';

export interface Throughput {
  readonly batches: number;
  readonly callsPerSymbol: number;
  readonly bytesPerRow: number;
  readonly rowsPerSecond: number;
}

const RECENT_BATCHES = 200;

/** What the last batches from these sources took; undefined where there are none. */
export async function readThroughput(
  warehouse: Warehouse,
  sources: readonly string[],
): Promise<Throughput | undefined> {
  const [row] = await queryRows<{
    batches: number;
    symbols: number;
    calls: number;
    bytes: number;
    rows: number;
    seconds: number;
  }>(
    warehouse,
    'Reading the throughput of late',
    `with recent as (
       select l.batch_id, l.run_id, cardinality(b.symbols) as symbols, l.committed_at,
              l.inserted + l.updated + l.unchanged + l.skipped + l.quarantined as rows
         from load_batches l join job_batches b using (run_id, batch_no)
        where l.sources && $1::text[] order by l.batch_id desc limit $2),
     answer as (select batch_id, count(*) as calls, sum(payload_bytes) as bytes
                  from batch_answers where batch_id in (select batch_id from recent) group by batch_id),
     span as (select sum(seconds) as seconds from (
       select extract(epoch from max(committed_at) - min(r.started_at)) as seconds
         from recent join job_runs r using (run_id) group by run_id) s)
     select count(*)::int as batches, coalesce(sum(symbols), 0)::int as symbols, coalesce(sum(calls), 0)::int as calls,
            coalesce(sum(bytes), 0)::bigint as bytes, coalesce(sum(rows), 0)::bigint as rows,
            coalesce((select seconds from span), 0)::float8 as seconds
       from recent left join answer using (batch_id)`,
    [[...sources], RECENT_BATCHES],
  );
  if (row === undefined || row.rows === 0 || row.symbols === 0 || row.seconds <= 0) {
    return undefined;
  }
  return {
    batches: row.batches,
    callsPerSymbol: row.calls / row.symbols,
    bytesPerRow: row.bytes / row.rows,
    rowsPerSecond: row.rows / row.seconds,
  };
}
