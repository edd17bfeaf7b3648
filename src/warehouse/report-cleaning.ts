import type { CleaningFacts } from '../quality/report/facts.ts';
import { queryRows, type Warehouse } from './pool.ts';

const DOING = 'Reading what cleaning did';
const CHECKED = `with checked as (select * from quality_checks where check_id = $1)`;

type Totals = Omit<CleaningFacts, 'byRule' | 'examples'>;

/** What cleaning did to the batches whose days lie in a check's range; undefined where none was judged as sent. */
export async function readCleaning(
  warehouse: Warehouse,
  checkId: string,
): Promise<CleaningFacts | undefined> {
  function rows<Row>(text: string): Promise<readonly (Row & Record<string, unknown>)[]> {
    return queryRows<Row & Record<string, unknown>>(warehouse, DOING, text, [checkId]);
  }
  const [totals] = await rows<Totals>(TOTALS);
  if (totals === undefined || totals.batches === 0) {
    return undefined;
  }
  return {
    ...totals,
    byRule: await rows<CleaningFacts['byRule'][number]>(BY_RULE),
    examples: await rows<CleaningFacts['examples'][number]>(EXAMPLES),
  };
}

const TOTALS = `
${CHECKED}, batches as (
  select q.* from quality_batches q join load_batches l using (batch_id) join job_batches b using (run_id, batch_no), checked c
   where b.start_date <= c.end_date and b.end_date >= c.start_date),
scores as (
  select count(*)::int as batches, coalesce(sum(keys), 0)::int as keys,
         coalesce(0.7::float8 ^ (sum(ln(greatest(raw_score, 1e-12)) / ln(0.7::float8) * keys) / nullif(sum(keys), 0)), 1) as "scoreAsSent",
         coalesce(0.7::float8 ^ (sum(ln(greatest(score, 1e-12)) / ln(0.7::float8) * keys) / nullif(sum(keys), 0)), 1) as "scoreAfter"
    from batches),
found as (
  select count(*) filter (where f.outcome = 'repaired')::int as repaired,
         count(*) filter (where f.outcome = 'dropped')::int as dropped,
         count(*) filter (where f.outcome = 'held')::int as held,
         count(*) filter (where f.outcome = 'published')::int as published,
         count(*) filter (where f.outcome = 'absent')::int as absent
    from quality_findings f, checked c
   where f.trade_date between c.start_date and c.end_date and f.severity <> 'info'),
mended as (
  select count(distinct (r.symbol, r.trade_date)) filter (where r.state = 'applied')::int as "repairedBars",
         count(*) filter (where r.state = 'undone')::int as undone
    from bar_repairs r, checked c where r.trade_date between c.start_date and c.end_date)
select * from scores, found, mended`;

const BY_RULE = `
${CHECKED}
select f.rule, count(*)::int as found, count(*) filter (where f.outcome = 'repaired')::int as repaired
  from quality_findings f, checked c
 where f.trade_date between c.start_date and c.end_date and f.severity <> 'info'
 group by f.rule order by 2 desc, 1 limit 12`;

const EXAMPLES = `
${CHECKED}
select r.symbol, r.trade_date as day, r.column_name as column, r.original, r.repaired, r.rule
  from bar_repairs r, checked c
 where r.trade_date between c.start_date and c.end_date and r.state = 'applied'
 order by r.repaired_at desc, r.symbol, r.trade_date, r.column_name limit 8`;
