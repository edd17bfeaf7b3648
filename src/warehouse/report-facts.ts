import type {
  AnomalyFacts,
  DayFacts,
  QuarantineFacts,
  ReportFacts,
  RestatementFacts,
  RuleFacts,
  SourceFacts,
  SymbolFacts,
} from '../quality/report/facts.ts';
import { databasePurpose } from './queries.ts';
import { readSecondSource } from './source-samples.ts';
import { queryRows, type Warehouse } from './pool.ts';
import { sumCheck, SYMBOL_SCORE } from './quality-checks.ts';
import { readCandles } from './report-candles.ts';
import { readCleaning } from './report-cleaning.ts';

const DOING = 'Gathering the facts of a quality report';
/** The check and its range, at the head of each statement: `$1` is the check. */
const CHECKED = `with checked as (select * from quality_checks where check_id = $1)`;

/** All that the report of a check says. Reads stored verdicts, coverage and bars; changes nothing. */
export async function gatherReport(
  warehouse: Warehouse,
  checkId: string,
  generatedAt: string,
): Promise<ReportFacts> {
  function rows<Row>(text: string): Promise<readonly (Row & Record<string, unknown>)[]> {
    return queryRows<Row & Record<string, unknown>>(warehouse, DOING, text, [checkId]);
  }
  const sums = await sumCheck(warehouse, checkId);
  const [quarantine] = await rows<Omit<QuarantineFacts, 'groups'>>(QUARANTINE);
  const [restated] = await rows<{ rows: number }>(RESTATED_COUNT);
  return {
    generatedAt,
    startDate: sums.startDate,
    endDate: sums.endDate,
    symbols: sums.symbols,
    bars: sums.bars,
    keys: sums.keys,
    missing: sums.missing,
    held: sums.held,
    barless: sums.barless,
    failedSymbols: sums.failed,
    days: await rows<DayFacts>(DAYS),
    rules: await rows<RuleFacts>(RULES),
    worst: await rows<SymbolFacts>(WORST),
    candles: await readCandles(warehouse, checkId),
    sources: await rows<SourceFacts>(SOURCES),
    cleaning: await readCleaning(warehouse, checkId),
    quarantine: {
      held: quarantine?.held ?? 0,
      symbols: quarantine?.symbols ?? 0,
      released: quarantine?.released ?? 0,
      rejected: quarantine?.rejected ?? 0,
      replaced: quarantine?.replaced ?? 0,
      oldestDays: quarantine?.oldestDays ?? null,
      groups: await rows<QuarantineFacts['groups'][number]>(HELD_GROUPS),
    },
    restatements: await rows<RestatementFacts>(RESTATEMENTS),
    restated: restated?.rows ?? 0,
    anomalies: await rows<AnomalyFacts>(ANOMALIES),
    secondSource: await readSecondSource(warehouse, sums),
    purpose: (await databasePurpose(warehouse)) ?? 'standard',
  };
}

const DAYS = `
  select d.trade_date as day, sum(d.loaded)::int as loaded, sum(d.excused)::int as excused,
         sum(d.quarantined)::int as quarantined, sum(d.missing)::int as missing,
         sum(d.keys) as keys, sum(d.cost) as cost,
         (select quality_score(sum(s.raw_cost), sum(s.keys)) from quality_day_scores s
           where s.trade_date = d.trade_date) as "scoreAsSent"
    from quality_check_days d where d.check_id = $1 group by d.trade_date order by d.trade_date`;

const RULES = `
  select rule, sum(hits)::int as hits, sum(symbols)::int as symbols, sum(cost) as cost
    from quality_check_rules where check_id = $1 group by rule order by 4 desc, 2 desc, 1`;

const WORST = `
${CHECKED}
select s.symbol, i.name, s.bars, ${SYMBOL_SCORE} as score, s.findings, s.held, s.missing,
       coalesce(
         (select f.message from quality_check_findings f where f.check_id = $1 and f.symbol = s.symbol
             and f.severity <> 'info'
           order by array_position(array['critical', 'high', 'medium', 'low'], f.severity), f.trade_date limit 1),
         (select q.reasons->0->>'message' from quarantine q, checked c where q.symbol = s.symbol and q.state = 'held'
             and q.trade_date between c.start_date and c.end_date order by q.trade_date limit 1)) as example
  from quality_check_symbols s left join instruments i on i.symbol = s.symbol
 where s.check_id = $1 and s.cost + s.missing + s.held > 0
 order by 4, s.symbol limit 12`;

const SOURCES = `
${CHECKED}, batches as (
  select l.batch_id, l.sources, l.inserted + l.updated + l.unchanged + l.skipped + l.quarantined as rows,
         q.raw_score, coalesce(q.score, l.score) as score
    from load_batches l join job_batches b using (run_id, batch_no)
    left join quality_batches q using (batch_id), checked c
   where b.start_date <= c.end_date and b.end_date >= c.start_date),
stored as (
  select b.source, count(*)::int as bars
    from checked c, quality_check_shards h, unnest(h.symbols) as s (symbol)
    join daily_bars b on b.symbol = s.symbol
   where h.check_id = $1 and b.trade_date between c.start_date and c.end_date group by b.source),
waiting as (
  select q.source, count(*) filter (where q.state = 'held')::int as held,
         count(*) filter (where q.state = 'rejected')::int as rejected
    from quarantine q, checked c where q.trade_date between c.start_date and c.end_date group by q.source),
answered as (
  select a.source, count(*)::int as answers, max(a.fetched_at) as last_fetched
    from batches t join batch_answers a using (batch_id) group by a.source),
judged as (
  select s.source, sum(t.raw_score * t.rows) / nullif(sum(t.rows) filter (where t.raw_score is not null), 0) as raw,
         sum(t.score * t.rows) / nullif(sum(t.rows), 0) as score
    from batches t, unnest(t.sources) as s (source) group by s.source)
select n.source, coalesce(a.answers, 0) as answers, coalesce(b.bars, 0) as bars, coalesce(w.held, 0) as held,
       coalesce(w.rejected, 0) as rejected, j.raw as "scoreAsSent", j.score,
       to_char(a.last_fetched at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as "lastFetched"
  from (select source from stored union select source from answered union select source from waiting) n
  left join answered a using (source) left join stored b using (source)
  left join waiting w using (source) left join judged j using (source)
 order by b.bars desc nulls last, n.source`;

const QUARANTINE = `
${CHECKED}
select count(*) filter (where q.state = 'held')::int as held,
       count(distinct q.symbol) filter (where q.state = 'held')::int as symbols,
       count(*) filter (where q.state = 'released')::int as released,
       count(*) filter (where q.state = 'rejected')::int as rejected,
       count(*) filter (where q.state = 'replaced')::int as replaced,
       floor(extract(epoch from now() - min(q.held_at) filter (where q.state = 'held')) / 86400)::int as "oldestDays"
  from quarantine q, checked c where q.trade_date between c.start_date and c.end_date`;

const HELD_GROUPS = `
${CHECKED}
select q.source, coalesce(q.reasons->0->>'rule', '?') as rule, count(*)::int as rows,
       count(distinct q.symbol)::int as symbols
  from quarantine q, checked c
 where q.state = 'held' and q.trade_date between c.start_date and c.end_date
 group by 1, 2 order by 3 desc, 1, 2 limit 8`;

/** Bars that stand with another value than once: each counts once however often it changed; a withdrawn one is none. */
const RESTATED_COUNT = `
${CHECKED}
select count(distinct (h.symbol, h.trade_date))::int as rows
  from daily_bars_history h join daily_bars b using (symbol, trade_date), checked c
 where h.trade_date between c.start_date and c.end_date
   and (h.open, h.high, h.low, h.close, h.pre_close, h.volume, h.amount)
       is distinct from (b.open, b.high, b.low, b.close, b.pre_close, b.volume, b.amount)`;

const RESTATEMENTS = `
${CHECKED}
select h.symbol, h.trade_date as day, h.close::float8 as before, b.close::float8 as after, b.source
  from daily_bars_history h join daily_bars b using (symbol, trade_date), checked c
 where h.trade_date between c.start_date and c.end_date and h.close <> b.close
 order by abs(h.close - b.close) / b.close desc, h.symbol, h.trade_date limit 8`;

/** What statistics point at: the rules on levels and twins, and the models (M01). */
const ANOMALIES = `
select symbol, trade_date as day, rule, message from quality_check_findings
 where check_id = $1 and rule ~ '^(M|S0|A12|A10|T0[124])'
 order by array_position(array['critical', 'high', 'medium', 'low', 'info'], severity), trade_date desc, symbol limit 12`;
