import { chunk } from '../domain/chunk.ts';
import type { StockSymbol } from '../domain/stock-symbol.ts';
import type { TradingDay } from '../domain/trading-day.ts';
import { queryRows, type Warehouse } from './pool.ts';

interface AnsweredRange {
  readonly symbols: StockSymbol[];
  readonly start_date: TradingDay;
  readonly end_date: TradingDay;
  readonly due_at: Date;
  readonly sources: string[];
}

const SYMBOLS_A_STATEMENT = 500;

/** Of each range of a run: the symbols that were served and are in the ledger. The job's configuration may be long: read once. */
const ANSWERED = `
with served as (
select array_agg(distinct s order by s) as symbols, b.start_date, b.end_date
  from job_batches b
  join load_batches l using (run_id, batch_no)
  cross join unnest(b.symbols) as s
 where b.run_id = $1 and s <> all (b.skipped)
   -- Sources that are asked over a network have said themselves, when they were asked, what they do not have.
   and not exists (select from source_attempts t
                    where t.run_id = b.run_id and t.batch_no = b.batch_no and t.endpoint <> '')
   and not exists (select from job_symbol_failures f
                    where f.run_id = b.run_id and f.batch_no = b.batch_no and f.symbol = s)
 group by b.start_date, b.end_date)
select served.*, r.due_at, array(select jsonb_array_elements_text(r.config -> 'sources')) as sources
  from served, job_runs r
 where r.run_id = $1`;

/**
 * Which symbols lack anything at all: fewer bars and suspensions than sessions. Nearly every symbol of a run is whole by
 * what its batch brought; the others' bars are counted, which costs a fraction of looking at each session. Sessions are
 * counted once for all symbols of the same life.
 */
const INCOMPLETE = `
with wanted as materialized (
  select s.symbol, exchange_of(s.symbol) as exchange, greatest($2::date, i.list_date) as first,
         least($3::date, last_completed_day($4), i.delist_date - 1) as last
    from unnest($1::text[]) as n (name)
    cross join lateral (select n.name collate "C" as symbol) s
    left join instruments i on i.symbol = s.symbol),
expected as materialized (
  select exchange, first, last,
         (select count(*) from exchange_sessions d
           where d.exchange = w.exchange and d.trading_day between w.first and w.last) as sessions
    from (select distinct exchange, first, last from wanted) w),
brought as materialized (
  select d.symbol, d.days, d.first, d.last
    from load_batches l join batch_days b using (batch_id)
    cross join unnest(b.symbols, b.days, b.first_days, b.last_days) as d (symbol, days, first, last)
   where l.run_id = $5),
doubtful as materialized (
  select w.symbol, w.first, w.last, e.sessions
    from wanted w join expected e using (exchange, first, last)
   where not exists (select from brought d
                      where d.symbol = w.symbol and d.days >= e.sessions and d.first >= w.first and d.last <= w.last))
select w.symbol
  from doubtful w
 where w.sessions
     > (select count(*) from daily_bars b where b.symbol = w.symbol and b.trade_date between w.first and w.last)
     + (select count(*) from suspensions u
         where u.symbol = w.symbol and u.trade_date between w.first and w.last
           and not exists (select from daily_bars b where b.symbol = u.symbol and b.trade_date = u.trade_date))
 order by w.symbol`;

const RECORD = `
insert into absences as a (symbol, trade_date, reason, sources, run_id, first_seen_at, last_seen_at)
select c.symbol, c.trade_date, 'source_gap', $5, $6, $4, $4
  from coverage_of($1, $2, $3, $4) c where c.state = 'missing'
on conflict (symbol, trade_date) do update
  set tries = a.tries + (a.run_id is distinct from excluded.run_id)::integer, run_id = excluded.run_id,
      last_seen_at = excluded.last_seen_at
  where a.reason <> 'no_trade'
returning 1`;

/**
 * After a run: what was expected of its ranges, was asked for without an error and still is not there becomes an absence
 * with one more try. Safe to repeat: a run counts once. @returns how many sessions are noted.
 */
export async function recordAbsences(warehouse: Warehouse, runId: string): Promise<number> {
  const doing = `Noting what run ${runId} did not get`;
  let noted = 0;
  for (const range of await queryRows<AnsweredRange>(warehouse, doing, ANSWERED, [runId])) {
    const { symbols, start_date: from, end_date: to, due_at: dueAt, sources } = range;
    const incomplete = await queryRows<{ symbol: StockSymbol }>(warehouse, doing, INCOMPLETE, [
      symbols,
      from,
      to,
      dueAt,
      runId,
    ]);
    for (const part of chunk(incomplete, SYMBOLS_A_STATEMENT)) {
      const values = [part.map(({ symbol }) => symbol), from, to, dueAt, sources, runId];
      noted += (await queryRows(warehouse, doing, RECORD, values)).length;
    }
  }
  return noted;
}
