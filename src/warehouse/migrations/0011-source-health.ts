import type { Migration } from './migration.ts';

export const sourceHealth: Migration = {
  name: '0011-source-health',
  up: `
create table source_breakers (
  source text collate "C" not null,
  endpoint text collate "C" not null,
  position text not null default 'closed' check (position in ('closed', 'open', 'half_open')),
  failures integer not null default 0,
  openings integer not null default 0,
  open_until timestamptz,
  probe_until timestamptz,
  answered bigint not null default 0,
  failed bigint not null default 0,
  health double precision not null default 1 check (health between 0 and 1),
  last_answered_at timestamptz,
  last_failed_at timestamptz,
  last_code text,
  last_message text,
  changed_at timestamptz not null default now(),
  primary key (source, endpoint)
);
comment on table source_breakers is 'The circuit breaker of each endpoint of each source, shared by all workers; it survives their restarts. Instants are of this database''s clock.';
comment on column source_breakers.failures is 'Transient failures in a row.';
comment on column source_breakers.openings is 'Openings since it last closed: each doubles the cool-down.';
comment on column source_breakers.probe_until is 'Until then one worker tries whether the endpoint answers again.';
comment on column source_breakers.health is 'Share of the last calls that were answered, the last twenty or so weighing most: 0 to 1.';

create table source_breaker_events (
  event_id bigint generated always as identity primary key,
  source text collate "C" not null,
  endpoint text collate "C" not null,
  from_position text not null,
  to_position text not null,
  code text,
  reason text,
  worker text not null,
  at timestamptz not null default clock_timestamp()
);
create index source_breaker_events_source on source_breaker_events (source, at desc);
comment on table source_breaker_events is 'Every change of a breaker''s position, and the worker (host:pid) that made it.';

create table source_switches (
  source text collate "C" not null,
  endpoint text collate "C" not null default '*',
  account text not null,
  disabled_by text not null check (disabled_by in ('operator', 'configuration')),
  code text,
  reason text not null,
  disabled_at timestamptz not null default now(),
  primary key (source, endpoint)
);
comment on table source_switches is 'Sources, or single endpoints of them, that are not asked. Endpoint *: the whole source.';
comment on column source_switches.account is 'Hash of the configuration (token, address) under which it was disabled, never the token itself. Disabled by configuration: void as soon as the hash is another.';
`,
  down: `
drop table source_switches;
drop table source_breaker_events;
drop table source_breakers;
`,
};
