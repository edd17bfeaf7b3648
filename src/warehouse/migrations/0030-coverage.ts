import type { Migration } from './migration.ts';

/**
 * What is expected, what is there, and why the rest is not. A session is expected from the day on which its bars are
 * final: 16:00 of Shanghai, an hour after the close.
 */
export const coverage: Migration = {
  name: '0030-coverage',
  up: `
create table coverage_scope (
  symbol text collate "C" primary key,
  first_day date not null,
  noted_at timestamptz not null default now()
);
comment on table coverage_scope is 'From when on bars are owed: the earliest day that any job has asked for. Symbol * stands for every known instrument.';

create function exchange_of(symbol text) returns text language sql immutable parallel safe as $$
  select case right(symbol, 2) when 'SH' then 'SSE' when 'SZ' then 'SZSE' else 'BSE' end
$$;

create function last_completed_day(instant timestamptz) returns date language sql immutable parallel safe as $$
  select ((instant at time zone 'Asia/Shanghai') - interval '16 hours')::date
$$;
comment on function last_completed_day is 'The last day whose bars are final at an instant: that day from 16:00 of Shanghai on.';

create view coverage_symbols as
select symbol, min(first_day) as first_day
  from (select symbol, first_day from coverage_scope where symbol <> '*'
        union all
        select i.symbol, s.first_day from instruments i, coverage_scope s where s.symbol = '*') owed
 group by symbol;
comment on view coverage_symbols is 'Each symbol for which bars are owed, and since when.';

create function coverage_of(symbols text[], from_day date, to_day date, instant timestamptz, owed_from date default null)
returns table (symbol text, trade_date date, state text, reason text, next_try timestamptz)
language sql stable as $$
  select s.symbol, d.trading_day,
         case when b.symbol is not null then 'loaded'
              when u.symbol is not null or a.reason = 'no_trade' then 'excused'
              when q.rule is not null then 'quarantined'
              else 'missing' end,
         case when b.symbol is not null then null
              when u.symbol is not null then 'suspended'
              when a.reason = 'no_trade' then a.reason
              when q.rule is not null then 'held in quarantine: ' || q.rule
              when f.code is not null and (a.symbol is null or a.reason in ('failed', 'refused') or f.failed_at > a.last_seen_at)
                then 'failed: ' || f.code
              when a.symbol is not null then a.reason
              else 'never_fetched' end,
         case when b.symbol is null and a.reason = 'source_gap'
              then a.last_seen_at + least(30, power(2, a.tries - 1)) * interval '1 day' - interval '1 hour' end
    from (select o.symbol, o.first_day from coverage_symbols o
           where owed_from is null and (symbols is null or o.symbol = any (symbols))
          union all
          select w.symbol, owed_from from unnest(symbols) as w (symbol) where owed_from is not null) s
    left join instruments i on i.symbol = s.symbol
    join exchange_sessions d on d.exchange = exchange_of(s.symbol)
         -- Bounds that do not depend on the symbol stand alone: they cut the calendar before it is multiplied by symbols.
         and d.trading_day >= from_day and d.trading_day <= least(to_day, last_completed_day(instant))
         and d.trading_day >= s.first_day and (i.list_date is null or d.trading_day >= i.list_date)
         and (i.delist_date is null or d.trading_day < i.delist_date)
    left join daily_bars b on b.symbol = s.symbol and b.trade_date = d.trading_day
    left join suspensions u on b.symbol is null and u.symbol = s.symbol and u.trade_date = d.trading_day
    left join absences a on b.symbol is null and a.symbol = s.symbol and a.trade_date = d.trading_day
    left join lateral (select coalesce(h.reasons -> 0 ->> 'rule', 'score') as rule from quarantine h
                        where b.symbol is null and h.symbol = s.symbol and h.trade_date = d.trading_day
                          and h.state = 'held' limit 1) q on true
    left join lateral (select y.code, y.failed_at
                         from job_symbol_failures y join job_batches z using (run_id, batch_no)
                        where b.symbol is null and y.symbol = s.symbol
                          and d.trading_day between z.start_date and z.end_date
                        order by y.failed_at desc limit 1) f on true
$$;
comment on function coverage_of is 'Every expected (symbol, session) as seen at an instant: loaded, excused, quarantined or missing, with the reason. symbols null = all that are owed. owed_from: as if bars of these symbols were owed since then.';
create index job_symbol_failures_symbol on job_symbol_failures (symbol, failed_at desc);
create index quarantine_held_bar on quarantine (symbol, trade_date) where state = 'held';

create view coverage as
select * from coverage_of(null, date '1990-12-19', date 'infinity', now());
comment on view coverage is 'Calendar × listing life, each session with its state: no silent hole. Ask it with symbol; millions of rows without.';
`,
  down: `
drop view coverage;
drop index quarantine_held_bar;
drop index job_symbol_failures_symbol;
drop function coverage_of(text[], date, date, timestamptz, date);
drop view coverage_symbols;
drop function last_completed_day(timestamptz);
drop function exchange_of(text);
drop table coverage_scope;
`,
};
