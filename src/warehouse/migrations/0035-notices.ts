import type { Migration } from './migration.ts';

export const notices: Migration = {
  name: '0035-notices',
  up: `
create table notices (
  key text collate "C" primary key,
  severity smallint not null check (severity between 0 and 3),
  error_class text,
  code text not null,
  title text not null,
  meaning text not null,
  action text not null,
  facts jsonb not null default '{}',
  seen integer not null default 1,
  first_seen_at timestamptz not null default clock_timestamp(),
  last_seen_at timestamptz not null default clock_timestamp()
);
create index notices_last_seen on notices (last_seen_at desc);
comment on table notices is 'Troubles that people should know of, one row each; again: counted. Shared by all workers.';
comment on column notices.severity is '0 info, 1 warning, 2 error, 3 critical';

create table notice_tellings (
  channel text collate "C" not null,
  key text collate "C" not null references notices on delete cascade,
  told_at timestamptz,
  told_seen integer not null default 0,
  claimed_until timestamptz,
  attempts integer not null default 0,
  last_error text,
  primary key (channel, key)
);
comment on table notice_tellings is 'What each channel has told. Channels are named by form and a digest of their address, never by the address.';
comment on column notice_tellings.told_seen is 'notices.seen when it was told last.';
comment on column notice_tellings.claimed_until is 'A worker is telling it; after this instant another one may.';
`,
  down: `
drop table notice_tellings;
drop table notices;
`,
};
