import type { StockSymbol } from '../domain/stock-symbol.ts';
import type { TradingDay } from '../domain/trading-day.ts';
import { queryRows, type Warehouse } from './pool.ts';

/** What is asked of the stored verdicts; what is left out is not limited. */
export interface QualityQuery {
  readonly jobId?: string;
  readonly runId?: string;
  readonly symbols?: readonly StockSymbol[];
  readonly startDate?: TradingDay;
  readonly endDate?: TradingDay;
  readonly rule?: string;
  readonly limit: number;
}

/** A score, of what `name` says: a batch key, a symbol or a trading day. */
export interface ScoreRow {
  readonly name: string;
  readonly jobId: string;
  readonly runId: string;
  readonly judgedAt: string;
  readonly ruleset: string;
  readonly keys: number;
  /** As sent, and after repair, 0 to 1. */
  readonly rawScore: number;
  readonly score: number;
}

/** What one rule cost, in shares of the error budget of all keys asked for. */
export interface RuleCostRow {
  readonly rule: string;
  readonly hits: number;
  readonly rawCost: number;
  readonly cost: number;
}

export interface FindingRow {
  readonly symbol: StockSymbol;
  readonly tradingDay: TradingDay;
  readonly rule: string;
  readonly dimension: string;
  readonly severity: string;
  readonly outcome: string;
  readonly confidence: number;
  readonly message: string;
  readonly sent: Readonly<Record<string, string | null>> | null;
  readonly ruleset: string;
  readonly jobId: string;
  readonly batchKey: string;
  readonly judgedAt: string;
}

export interface RepairRow {
  readonly repairId: number;
  readonly symbol: StockSymbol;
  readonly tradingDay: TradingDay;
  readonly column: string;
  readonly original: string | null;
  readonly repaired: string | null;
  readonly rule: string;
  readonly confidence: number;
  readonly state: 'applied' | 'reported' | 'undone';
  readonly source: string;
  readonly repairedAt: string;
  readonly undoneBy: string | null;
  readonly undoneAt: string | null;
  readonly undoneWhy: string | null;
  readonly undoneOutcome: string | null;
}

export type ScoreGroup = 'batch' | 'symbol' | 'day';

const JUDGED_AT = `to_char(judged_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "judgedAt"`;

const SCORES: Readonly<Record<ScoreGroup, string>> = {
  batch: `select l.batch_key as name, l.job_id, l.run_id, l.loaded_at as judged_at, q.ruleset, q.keys,
                 q.raw_score, q.score
            from quality_batches q join load_batches l using (batch_id)
           where ($1::text is null or l.job_id = $1) and ($2::text is null or l.run_id = $2)
             and ($3::text[] is null or q.symbols && $3)
             and ($4::date is null or $4 <= any (q.days)) and ($5::date is null or $5 >= any (q.days))`,
  symbol: `select symbol as name, job_id, run_id, max(loaded_at) as judged_at, max(ruleset) as ruleset,
                  sum(keys)::int as keys, quality_score(sum(raw_cost), greatest(sum(keys), 20)) as raw_score,
                  quality_score(sum(cost), greatest(sum(keys), 20)) as score
             from quality_symbol_scores
            where ($1::text is null or job_id = $1) and ($2::text is null or run_id = $2)
              and ($3::text[] is null or symbol = any ($3))
              and ($4::date is null or loaded_at >= $4) and ($5::date is null or loaded_at < $5::date + 1)
            group by symbol, job_id, run_id`,
  day: `select trade_date::text as name, job_id, run_id, max(loaded_at) as judged_at, max(ruleset) as ruleset,
               sum(keys)::int as keys, quality_score(sum(raw_cost), sum(keys)) as raw_score,
               quality_score(sum(cost), sum(keys)) as score
          from quality_day_scores
         where ($1::text is null or job_id = $1) and ($2::text is null or run_id = $2) and $3::text[] is null
           and ($4::date is null or trade_date >= $4) and ($5::date is null or trade_date <= $5)
         group by trade_date, job_id, run_id`,
};

function bindings({ jobId, runId, symbols, startDate, endDate }: QualityQuery): readonly unknown[] {
  return [jobId ?? null, runId ?? null, symbols ?? null, startDate ?? null, endDate ?? null];
}

/**
 * Scores by batch, by symbol or by trading day of each run, newest run first and worst score first within it. Days limit
 * the sessions of days and batches, and the instants at which symbols were judged.
 */
export async function readScores(
  warehouse: Warehouse,
  by: ScoreGroup,
  query: QualityQuery,
): Promise<readonly ScoreRow[]> {
  return queryRows<ScoreRow>(
    warehouse,
    'Reading quality scores',
    `select name, job_id as "jobId", run_id as "runId", ${JUDGED_AT}, ruleset, keys, raw_score as "rawScore", score
       from (select *, max(judged_at) over (partition by run_id) as ended_at from (${SCORES[by]}) scores) runs
      order by ended_at desc, run_id, score, raw_score, name limit $6`,
    [...bindings(query), query.limit],
  );
}

/** What each rule cost, dearest first: of the symbols named, else of all. */
export async function readRuleCosts(
  warehouse: Warehouse,
  query: QualityQuery,
): Promise<readonly RuleCostRow[]> {
  return queryRows<RuleCostRow>(
    warehouse,
    'Reading costs of rules',
    `with asked as (
       select q.batch_id, s.symbol, s.keys
         from quality_batches q join load_batches l using (batch_id)
        cross join lateral unnest(q.symbols, q.symbol_keys) as s (symbol, keys)
        where ($1::text is null or l.job_id = $1) and ($2::text is null or l.run_id = $2)
          and ($3::text[] is null or s.symbol = any ($3))
          and ($4::date is null or l.loaded_at >= $4) and ($5::date is null or l.loaded_at < $5::date + 1))
     select c.rule, sum(c.hits)::int as hits, sum(c.raw_cost) / (select sum(keys) from asked) as "rawCost",
            sum(c.cost) / (select sum(keys) from asked) as cost
       from asked join quality_costs c using (batch_id, symbol)
      group by c.rule order by 3 desc, 1 limit $6`,
    [...bindings(query), query.limit],
  );
}

/** Findings, newest batch first: why bars were held, repaired or remarked on. */
export async function readFindings(
  warehouse: Warehouse,
  query: QualityQuery,
): Promise<readonly FindingRow[]> {
  return queryRows<FindingRow>(
    warehouse,
    'Reading findings',
    `select symbol, "tradingDay", rule, dimension, severity, outcome, confidence, message, sent, ruleset, "jobId", "batchKey",
            ${JUDGED_AT}
       from (select f.symbol, f.trade_date::text as "tradingDay", f.rule, f.dimension, f.severity, f.outcome, f.confidence,
                    f.message, f.sent, q.ruleset, l.job_id as "jobId", l.batch_key as "batchKey", l.loaded_at as judged_at,
                    f.finding_id
               from quality_findings f join quality_batches q using (batch_id) join load_batches l using (batch_id)
              where ($1::text is null or l.job_id = $1) and ($2::text is null or l.run_id = $2)
                and ($3::text[] is null or f.symbol = any ($3))
                and ($4::date is null or f.trade_date >= $4) and ($5::date is null or f.trade_date <= $5)
                and ($7::text is null or f.rule = $7)
              order by f.batch_id desc, f.finding_id limit $6) found
      order by judged_at desc, finding_id`,
    [...bindings(query), query.limit, query.rule ?? null],
  );
}

/** Repairs, newest first. */
export async function readRepairs(
  warehouse: Warehouse,
  query: Omit<QualityQuery, 'runId'> & { readonly state?: RepairRow['state'] },
): Promise<readonly RepairRow[]> {
  return queryRows<RepairRow>(
    warehouse,
    'Reading repairs',
    `select r.repair_id as "repairId", r.symbol, r.trade_date::text as "tradingDay", r.column_name as "column", r.original,
            r.repaired, r.rule, r.confidence, r.state, r.source, ${isoOf('r.repaired_at')} as "repairedAt",
            r.undone_by as "undoneBy", ${isoOf('r.undone_at')} as "undoneAt", r.undone_why as "undoneWhy",
            r.undone_outcome as "undoneOutcome"
       from bar_repairs r join load_batches l using (batch_id)
      where ($1::text is null or l.job_id = $1) and ($2::text[] is null or r.symbol = any ($2))
        and ($3::date is null or r.trade_date >= $3) and ($4::date is null or r.trade_date <= $4)
        and ($5::text is null or r.rule = $5) and ($6::text is null or r.state = $6)
      order by r.repaired_at desc, r.repair_id limit $7`,
    [
      query.jobId ?? null,
      query.symbols ?? null,
      query.startDate ?? null,
      query.endDate ?? null,
      query.rule ?? null,
      query.state ?? null,
      query.limit,
    ],
  );
}

function isoOf(column: string): string {
  return `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}
