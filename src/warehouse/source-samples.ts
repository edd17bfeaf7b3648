import type { SourceDifference, SourceSample } from '../domain/source-sample.ts';
import type { SecondSourceFacts } from '../quality/report/facts.ts';
import type { StockSymbol } from '../domain/stock-symbol.ts';
import type { TradingDay } from '../domain/trading-day.ts';
import { inTransaction, queryRows, type Warehouse } from './pool.ts';
import type { QualityQuery } from './quality-queries.ts';

/** Symbols of a run with the source of their newest bar, and the days over which they are compared. */
export interface DrawnSample {
  readonly batchNo: number;
  readonly startDate: TradingDay;
  readonly endDate: TradingDay;
  readonly symbols: readonly { readonly symbol: StockSymbol; readonly source: string }[];
}

/** Calendar days before the newest one that are compared too: the sessions that a daily run looks at again. */
const DAYS_BACK = 7;

/** Draws `size` symbols of a run that have a bar on its newest loaded day: by a hash of symbol and day, so the same each time. */
export async function drawSample(
  warehouse: Warehouse,
  runId: string,
  size: number,
): Promise<DrawnSample | undefined> {
  const rows = await queryRows<{
    batch_no: number;
    start_date: string;
    end_date: string;
    symbol: string;
    source: string;
  }>(
    warehouse,
    'Drawing a sample to compare with another source',
    `with planned as materialized (
       select b.batch_no, s.symbol, b.start_date, b.end_date
         from job_batches b cross join unnest(b.symbols) as s (symbol) where b.run_id = $1),
     newest as (
       select max(d.trade_date) as day from daily_bars d
        where d.trade_date >= (select max(end_date) from planned) - $3::int
          and d.trade_date <= (select max(end_date) from planned))
     select min(p.batch_no)::int as batch_no, (n.day - $3::int)::text as start_date, n.day::text as end_date,
            d.symbol, min(d.source) as source
       from newest n join daily_bars d on d.trade_date = n.day join planned p on p.symbol = d.symbol
      group by d.symbol, n.day
      order by md5(d.symbol || '/' || n.day), d.symbol limit $2`,
    [runId, size, DAYS_BACK],
  );
  const [first] = rows;
  return first === undefined
    ? undefined
    : {
        batchNo: first.batch_no,
        startDate: first.start_date,
        endDate: first.end_date,
        symbols: rows.map(({ symbol, source }) => ({ symbol, source })),
      };
}

/** Keeps a sample; one of the same run takes its place. */
export async function recordSample(warehouse: Warehouse, sample: SourceSample): Promise<void> {
  await inTransaction(warehouse, 'Recording a sample of sources', async (client) => {
    await client.query('delete from source_samples where run_id = $1', [sample.runId]);
    await client.query(
      `insert into source_samples (run_id, job_id, start_date, end_date, symbols, compared, bars, sources, abstained)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [
        sample.runId,
        sample.jobId,
        sample.startDate,
        sample.endDate,
        sample.symbols,
        sample.compared,
        sample.bars,
        [...sample.sources],
        sample.abstained ?? null,
      ],
    );
    await client.query(
      `insert into source_differences (run_id, symbol, trade_date, field, source, value, other_source, other_value)
       select $1, symbol, trade_date, field, source,
              case when field = 'volume' then value else value / 10000 end, other_source,
              case when field = 'volume' then other_value else other_value / 10000 end
         from jsonb_to_recordset($2::jsonb) as d (symbol text, trade_date date, field text, source text,
              value numeric, other_source text, other_value numeric)`,
      [sample.runId, JSON.stringify(sample.differences.map(recordOf))],
    );
  });
}

function recordOf(difference: SourceDifference): Readonly<Record<string, unknown>> {
  return {
    symbol: difference.symbol,
    trade_date: difference.tradingDay,
    field: difference.field,
    source: difference.source,
    value: difference.value,
    other_source: difference.otherSource,
    other_value: difference.otherValue,
  };
}

const SAMPLES_OF = `source_samples s where s.end_date between $1 and $2`;
const DIFFERENCES_SHOWN = 12;

/** What samples of a range of days have shown, the newest differences first. */
export async function readSecondSource(
  warehouse: Warehouse,
  { startDate, endDate }: { readonly startDate: TradingDay; readonly endDate: TradingDay },
): Promise<SecondSourceFacts> {
  const doing = 'Reading samples of sources';
  const [sums] = await queryRows<Omit<SecondSourceFacts, 'differences'>>(
    warehouse,
    doing,
    `select count(*)::int as samples, coalesce(sum(s.bars), 0)::int as bars,
            (select count(distinct (d.symbol, d.trade_date))::int from source_differences d
              where d.run_id in (select s.run_id from ${SAMPLES_OF})) as differing,
            (select s.abstained from ${SAMPLES_OF} and s.abstained is not null
              order by s.sampled_at desc limit 1) as abstained
       from ${SAMPLES_OF}`,
    [startDate, endDate],
  );
  const differences = await listDifferences(warehouse, {
    startDate,
    endDate,
    limit: DIFFERENCES_SHOWN,
  });
  const none = { samples: 0, bars: 0, differing: 0, abstained: null };
  return { ...(sums ?? none), differences };
}

/** Values on which two sources disagree, the newest first; of samples of the same bar the latest. */
export async function listDifferences(
  warehouse: Warehouse,
  { startDate, endDate, runId, jobId, symbols, limit }: QualityQuery,
): Promise<SecondSourceFacts['differences']> {
  return queryRows<SecondSourceFacts['differences'][number]>(
    warehouse,
    'Listing differences between sources',
    `select distinct on (d.trade_date, d.symbol, d.field, d.other_source)
            d.symbol, d.trade_date::text as day, d.field, d.source, trim_scale(d.value)::text as value,
            d.other_source as "otherSource", trim_scale(d.other_value)::text as "otherValue"
       from source_differences d join source_samples s using (run_id)
      where ($1::date is null or d.trade_date >= $1) and ($2::date is null or d.trade_date <= $2)
        and ($3::text is null or s.run_id = $3) and ($4::text is null or s.job_id = $4)
        and ($5::text[] is null or d.symbol = any ($5))
      order by d.trade_date desc, d.symbol, d.field, d.other_source, s.sampled_at desc limit $6`,
    [
      startDate ?? null,
      endDate ?? null,
      runId ?? null,
      jobId ?? null,
      symbols === undefined ? null : [...symbols],
      limit,
    ],
  );
}
