import type { StockSymbol } from '../domain/stock-symbol.ts';
import type { TradingDay } from '../domain/trading-day.ts';
import { queryRows, type Warehouse } from './pool.ts';

/** Days of a symbol that a batch of a running backfill is to bring. */
interface PlannedRange {
  readonly symbol: StockSymbol;
  readonly startDate: TradingDay;
  readonly endDate: TradingDay;
}

/**
 * What running backfills have planned and not loaded yet. One that shows no sign of life for a day is taken for dead (a
 * terminated workflow leaves its run as running): what it planned is anybody's again.
 */
export async function readRangesInHand(warehouse: Warehouse): Promise<readonly PlannedRange[]> {
  return queryRows<PlannedRange>(
    warehouse,
    'Reading what running backfills are to bring',
    `select s.symbol, b.start_date as "startDate", b.end_date as "endDate"
       from job_runs r join job_batches b using (run_id) cross join lateral unnest(b.symbols) as s (symbol)
      where r.status = 'running' and r.job_type = 'historicalBackfill' and s.symbol <> all (b.skipped)
        and not exists (select from load_batches l where l.run_id = b.run_id and l.batch_no = b.batch_no)
        and (r.started_at > now() - interval '1 day'
          or exists (select from job_batches a where a.run_id = r.run_id and a.updated_at > now() - interval '1 day'))`,
  );
}
