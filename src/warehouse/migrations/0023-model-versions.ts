import type { Migration } from './migration.ts';

export const modelVersions: Migration = {
  name: '0023-model-versions',
  up: `
create table model_versions (
  model_id bigint generated always as identity primary key,
  kind text not null check (kind in ('isolation_forest', 'boosted_trees')),
  status text not null default 'shadow' check (status in ('shadow', 'active', 'retired')),
  trained_from date not null,
  trained_to date not null,
  symbols integer not null,
  rows integer not null,
  snapshot_sha256 text not null,
  settings jsonb not null,
  features text[] not null,
  threshold double precision not null,
  metrics jsonb not null,
  reference jsonb not null,
  sha256 text not null,
  bytes bytea not null,
  created_at timestamptz not null default clock_timestamp(),
  decided_at timestamptz,
  decided_by text,
  decided_why text,
  unique (kind, sha256)
);
create unique index model_versions_active on model_versions (kind) where status = 'active';
comment on table model_versions is 'Trained anomaly models. Training is deterministic: the same snapshot and settings give the same bytes, and one row.';
comment on column model_versions.status is 'shadow: scores and counts, acts on nothing. active: its flags are findings; one of each kind. retired: unused.';
comment on column model_versions.rows is 'Rows that it was trained on, faults among them.';
comment on column model_versions.snapshot_sha256 is 'Of the features and labels that it was trained on.';
comment on column model_versions.threshold is 'Rows that score at least this are flagged.';
comment on column model_versions.metrics is 'On the benchmark: faults injected into the bars of symbols that it was not trained on.';
comment on column model_versions.reference is 'Shares of the training rows by feature and bin: what drift is measured against.';
comment on column model_versions.decided_why is 'Why it has its status.';

create table model_drift (
  drift_id bigint generated always as identity primary key,
  model_id bigint not null references model_versions on delete cascade,
  first_day date not null,
  last_day date not null,
  rows integer not null,
  flagged integer not null,
  expected_share double precision not null,
  psi jsonb not null,
  worst double precision not null,
  verdict text not null check (verdict in ('steady', 'watch', 'drifted', 'too_few')),
  measured_at timestamptz not null default clock_timestamp()
);
create index model_drift_model on model_drift (model_id, measured_at desc);
comment on table model_drift is 'How far the bars of some days are from those that a model was trained on.';
comment on column model_drift.psi is 'Population stability index by feature: above 0.1 watch, above 0.25 drifted.';
`,
  down: `
drop table model_drift;
drop table model_versions;
`,
};
