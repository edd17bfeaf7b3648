import type { Migration } from './migration.ts';

export const thresholdVersions: Migration = {
  name: '0024-threshold-versions',
  up: `
create table threshold_versions (
  version_id bigint generated always as identity primary key,
  based_on bigint references threshold_versions,
  thresholds jsonb not null,
  budget double precision not null check (budget > 0),
  evidence jsonb not null,
  status text not null default 'active' check (status in ('active', 'superseded', 'reverted')),
  created_at timestamptz not null default clock_timestamp(),
  created_by text not null,
  ended_at timestamptz,
  ended_by text
);
create unique index threshold_versions_active on threshold_versions (status) where status = 'active';
comment on table threshold_versions is 'Thresholds of statistical rules, tuned from decisions about held bars. One version is active; without any the defaults hold.';
comment on column threshold_versions.based_on is 'The version that it took the place of, and that comes back when it is reverted.';
comment on column threshold_versions.budget is 'Flags in 10,000 rows that the tuning was allowed.';
comment on column threshold_versions.evidence is 'The back-test: rows, flags, decisions and recall, before and after.';
`,
  down: `
drop table threshold_versions;
`,
};
