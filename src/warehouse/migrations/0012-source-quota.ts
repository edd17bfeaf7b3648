import type { Migration } from './migration.ts';

export const sourceQuota: Migration = {
  name: '0012-source-quota',
  up: `
create table source_quotas (
  source text collate "C" not null,
  account text collate "C" not null,
  endpoint text collate "C" not null,
  learnt jsonb not null default '{}',
  learnt_at timestamptz,
  daily_wanted_until timestamptz,
  primary key (source, account, endpoint)
);
comment on table source_quotas is 'One row for each account of a source and endpoint: what takes a call locks it, so that all workers share one count.';
comment on column source_quotas.account is 'Hash of token and address, never the token itself.';
comment on column source_quotas.learnt is 'Limits that the source itself has named: {"60": 200} = 200 calls in 60 seconds. Believed for a day.';
comment on column source_quotas.daily_wanted_until is 'Daily work waits for a call until then: backfill takes none.';

create table source_calls (
  call_id bigint generated always as identity primary key,
  source text collate "C" not null,
  account text collate "C" not null,
  endpoint text collate "C" not null,
  priority text not null,
  at timestamptz not null,
  done_at timestamptz
);
create index source_calls_key on source_calls (source, account, endpoint, at desc);
comment on table source_calls is 'Calls of the last day: the sliding windows of the quotas.';
comment on column source_calls.done_at is 'When it ended; null while it runs, or if its worker died.';

-- Takes one call, or says how long to wait for it. A window slides: at no moment do more than its limit lie within it, which
-- fixed windows cannot promise (twice the limit at their border).
create function take_source_call(
  p_source text, p_account text, p_endpoint text, p_priority text,
  p_limits integer[], p_window_ms bigint[], p_interval_ms integer, p_concurrency integer)
returns table (taken_id bigint, wait_ms bigint, limited_by text)
language plpgsql as $$
declare
  quota source_quotas;
  moment timestamptz;
  free_at timestamptz;
  candidate timestamptz;
  reason text;
  rule record;
begin
  loop
    select * into quota from source_quotas q
     where q.source = p_source and q.account = p_account and q.endpoint = p_endpoint for update;
    exit when found;
    insert into source_quotas (source, account, endpoint) values (p_source, p_account, p_endpoint)
      on conflict do nothing;
  end loop;
  moment := clock_timestamp();
  if p_priority = 'backfill' and quota.daily_wanted_until > moment then
    free_at := quota.daily_wanted_until;
    reason := 'daily work goes first';
  end if;
  for rule in
    select r.most, r.window_ms from unnest(p_limits, p_window_ms) as r (most, window_ms)
    union all
    select value::integer, key::bigint * 1000 from jsonb_each_text(quota.learnt)
     where quota.learnt_at > moment - interval '1 day'
  loop
    -- Backfill leaves a fifth of the long windows to daily work, which could not wait for their end.
    -- A little is added to the window, since a call may reach the source later than it was taken here.
    select c.at + make_interval(secs => (rule.window_ms + least(1000, rule.window_ms * 0.02)) / 1000.0)
      into candidate from source_calls c
     where c.source = p_source and c.account = p_account and c.endpoint = p_endpoint
     order by c.at desc
     offset greatest(0, case when p_priority = 'backfill' and rule.window_ms >= 3600000
                             then ceil(rule.most * 0.8)::integer else rule.most end - 1) limit 1;
    if found and candidate > moment and (free_at is null or candidate > free_at) then
      free_at := candidate;
      reason := rule.most || ' in ' || round(rule.window_ms / 1000.0) || ' s';
    end if;
  end loop;
  if free_at is not null and p_priority = 'daily' and free_at > moment + interval '1 second' then
    update source_quotas q set daily_wanted_until = free_at + interval '2 seconds'
     where q.source = p_source and q.account = p_account and q.endpoint = p_endpoint;
  end if;
  if free_at is null and p_interval_ms > 0 then
    select c.at + make_interval(secs => p_interval_ms / 1000.0) into candidate from source_calls c
     where c.source = p_source and c.account = p_account and c.endpoint = p_endpoint order by c.at desc limit 1;
    if found and candidate > moment then
      free_at := candidate;
      reason := 'interval';
    end if;
  end if;
  if free_at is null and p_concurrency > 0 and p_concurrency <= (
    select count(*) from source_calls c
     where c.source = p_source and c.account = p_account and c.done_at is null and c.at > moment - interval '60 seconds') then
    free_at := moment + interval '50 milliseconds';
    reason := 'concurrency';
  end if;
  if free_at is not null then
    return query select null::bigint, greatest(1, ceil(extract(epoch from free_at - moment) * 1000))::bigint, reason;
    return;
  end if;
  return query insert into source_calls (source, account, endpoint, priority, at)
    values (p_source, p_account, p_endpoint, p_priority, moment) returning call_id, 0::bigint, null::text;
end
$$;
comment on function take_source_call is 'Takes one call of a quota, atomically over all workers, or says how long to wait.';
`,
  down: `
drop function take_source_call(text, text, text, text, integer[], bigint[], integer, integer);
drop table source_calls;
drop table source_quotas;
`,
};
