import type { Migration } from './migration.ts';

export const qualityScores: Migration = {
  name: '0020-quality-scores',
  up: `
create table rulesets (
  version text collate "C" primary key,
  settings jsonb not null,
  first_used_at timestamptz not null default clock_timestamp()
);
comment on table rulesets is 'What judged: the catalogue''s version and, after the +, a hash of the settings that differ from it.';

create table quality_batches (
  batch_id bigint primary key references load_batches on delete cascade,
  ruleset text collate "C" not null references rulesets,
  keys integer not null,
  raw_score double precision not null,
  score double precision not null,
  raw_costs jsonb not null,
  costs jsonb not null,
  abstentions jsonb not null,
  findings integer not null,
  repairs integer not null,
  settled jsonb not null default '{}',
  symbols text[] not null,
  symbol_keys integer[] not null,
  symbol_raw_costs double precision[] not null,
  symbol_costs double precision[] not null,
  days date[] not null,
  day_keys integer[] not null,
  day_raw_costs double precision[] not null,
  day_costs double precision[] not null
);
comment on table quality_batches is 'How a batch was judged: one row a batch, whatever its size. Read it by quality_symbol_scores, quality_day_scores, quality_rule_costs.';
comment on column quality_batches.keys is 'Rows judged, and sessions that lack one.';
comment on column quality_batches.raw_score is 'As sent, 0 to 1.';
comment on column quality_batches.score is 'After repair, 0 to 1: what the gate compares.';
comment on column quality_batches.raw_costs is 'Share of the error budget that each rule has used, as sent: raw_score = 0.7 ^ their sum.';
comment on column quality_batches.costs is 'The same after repair; held: rows that cannot be published.';
comment on column quality_batches.abstentions is 'Rules that could not speak in full, and what they lacked.';
comment on column quality_batches.settled is 'Provisional verdicts of earlier runs that this batch has settled: {confirmed, corrected, withdrawn}.';
comment on column quality_batches.symbol_costs is 'In errors / tolerance, not divided by keys, so that costs of several batches add up.';

create table quality_costs (
  batch_id bigint not null references quality_batches on delete cascade,
  symbol text collate "C",
  trade_date date,
  rule text collate "C" not null,
  hits integer not null,
  raw_cost double precision not null,
  cost double precision not null,
  check ((symbol is null) <> (trade_date is null))
);
create index quality_costs_batch on quality_costs (batch_id);
create index quality_costs_symbol on quality_costs (symbol) where symbol is not null;
create index quality_costs_day on quality_costs (trade_date) where trade_date is not null;
comment on table quality_costs is 'What each rule cost a symbol, or a trading day, in a batch; only where it cost or noted anything.';

create table quality_findings (
  finding_id bigint generated always as identity primary key,
  batch_id bigint not null references quality_batches on delete cascade,
  symbol text collate "C" not null,
  trade_date date not null,
  rule text collate "C" not null,
  dimension text not null,
  severity text not null,
  outcome text not null check (outcome in ('repaired', 'dropped', 'held', 'published', 'absent')),
  confidence real not null,
  message text not null,
  sent jsonb,
  answer_no integer,
  source_row integer
);
create index quality_findings_batch on quality_findings (batch_id);
create index quality_findings_key on quality_findings (symbol, trade_date);
comment on table quality_findings is 'Why: each finding with its explanation and the values as sent. At most 10,000 a batch beside those of held rows; exact counts are in batch_verdicts.hits.';
comment on column quality_findings.symbol is 'Empty for a finding about a whole trading day.';
comment on column quality_findings.sent is 'CNY and shares, as sent: open, high, low, close, pre_close, volume, amount.';

create function quality_score(cost double precision, keys bigint) returns double precision
language sql immutable parallel safe as $$ select power(0.7, cost / greatest(keys, 1)) $$;
comment on function quality_score is 'The score of so many keys: 1 without a cost, exactly 0.7 where the tolerated share of errors is used up.';

create view quality_symbol_scores as
select l.job_id, l.run_id, l.batch_no, q.batch_id, l.loaded_at, q.ruleset, s.symbol, s.keys, s.raw_cost, s.cost,
       quality_score(s.raw_cost, greatest(s.keys, 20)) as raw_score, quality_score(s.cost, greatest(s.keys, 20)) as score
  from quality_batches q join load_batches l using (batch_id)
 cross join lateral unnest(q.symbols, q.symbol_keys, q.symbol_raw_costs, q.symbol_costs)
    as s (symbol, keys, raw_cost, cost);
comment on view quality_symbol_scores is 'Score of each symbol in each batch, over at least 20 keys.';

create view quality_day_scores as
select l.job_id, l.run_id, l.batch_no, q.batch_id, l.loaded_at, q.ruleset, d.trade_date, d.keys, d.raw_cost, d.cost,
       quality_score(d.raw_cost, d.keys) as raw_score, quality_score(d.cost, d.keys) as score
  from quality_batches q join load_batches l using (batch_id)
 cross join lateral unnest(q.days, q.day_keys, q.day_raw_costs, q.day_costs)
    as d (trade_date, keys, raw_cost, cost);
comment on view quality_day_scores is 'Score of each trading day in each batch; of a run: quality_score(sum(cost), sum(keys)).';
`,
  down: `
drop view quality_day_scores;
drop view quality_symbol_scores;
drop function quality_score(double precision, bigint);
drop table quality_findings;
drop table quality_costs;
drop table quality_batches;
drop table rulesets;
`,
};
