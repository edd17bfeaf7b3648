import type { Migration } from './migration.ts';

export const qualityChecks: Migration = {
  name: '0027-quality-checks',
  up: `
create table quality_checks (
  check_id text collate "C" primary key,
  job_id text collate "C" not null,
  kind text not null check (kind in ('check', 'report')),
  start_date date not null,
  end_date date not null,
  symbols integer not null,
  status text not null default 'running' check (status in ('running', 'complete', 'cancelled')),
  notes text[] not null default '{}',
  created_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz,
  result jsonb
);
create index quality_checks_at on quality_checks (created_at desc);
comment on table quality_checks is 'Checks of stored bars: the rules of today over what the table holds.';
comment on column quality_checks.check_id is 'The first execution run id of the workflow.';

create table quality_check_shards (
  check_id text collate "C" not null references quality_checks on delete cascade,
  shard_no integer not null,
  symbols text[] collate "C" not null,
  bars integer,
  done_at timestamptz,
  primary key (check_id, shard_no)
);
comment on table quality_check_shards is 'The plan of a check: so many symbols at a time that memory stays bounded.';

create table quality_check_symbols (
  check_id text collate "C" not null references quality_checks on delete cascade,
  symbol text collate "C" not null,
  shard_no integer not null,
  bars integer not null,
  keys double precision not null,
  cost double precision not null,
  findings integer not null,
  missing integer not null default 0,
  held integer not null default 0,
  error text,
  primary key (check_id, symbol)
);
comment on table quality_check_symbols is 'Score of a symbol: 0.7 to the power of cost / keys. missing, held: owed bars that readers do not see. error: why it could not be judged.';

create table quality_check_days (
  check_id text collate "C" not null references quality_checks on delete cascade,
  shard_no integer not null,
  trade_date date not null,
  loaded integer not null,
  excused integer not null,
  quarantined integer not null,
  missing integer not null,
  keys double precision not null,
  cost double precision not null,
  primary key (check_id, shard_no, trade_date)
);
comment on table quality_check_days is 'Sessions by shard: owed bars by what became of them, and the errors among those that are there. Sums over shards are exact.';

create table quality_check_rules (
  check_id text collate "C" not null references quality_checks on delete cascade,
  shard_no integer not null,
  rule text not null,
  hits integer not null,
  symbols integer not null,
  cost double precision not null,
  primary key (check_id, shard_no, rule)
);

create table quality_check_findings (
  check_id text collate "C" not null references quality_checks on delete cascade,
  shard_no integer not null,
  symbol text collate "C" not null,
  trade_date date not null,
  rule text not null,
  dimension text not null,
  severity text not null,
  message text not null
);
create index quality_check_findings_key on quality_check_findings (check_id, symbol, trade_date);
comment on table quality_check_rules is 'How often each rule spoke in a check of stored bars, and what that cost of the score.';
comment on table quality_check_findings is 'What the rules say of stored bars; at most 2,000 a shard, the gravest first. Counts: quality_check_rules.';

create table quality_reports (
  report_id bigint generated always as identity primary key,
  check_id text collate "C" not null unique references quality_checks on delete cascade,
  job_id text collate "C" not null,
  start_date date not null,
  end_date date not null,
  score double precision,
  headline text not null,
  location text not null,
  html_key text not null,
  markdown_key text not null,
  json_key text not null,
  html_sha256 text not null,
  bytes integer not null,
  created_at timestamptz not null default clock_timestamp()
);
comment on table quality_reports is 'Reports that were drawn; the pages lie in the object store.';
comment on column quality_reports.location is 'The store, for people; the keys are relative to it.';
`,
  down: `
drop table quality_reports;
drop table quality_check_findings;
drop table quality_check_rules;
drop table quality_check_days;
drop table quality_check_symbols;
drop table quality_check_shards;
drop table quality_checks;
`,
};
