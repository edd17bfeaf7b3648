import type { Migration } from './migration.ts';

/** Counted while the rows are at hand: counting them again in the table cost a fifth of a job of four million rows. */
export const batchDays: Migration = {
  name: '0036-batch-days',
  up: `
create table batch_days (
  batch_id bigint primary key references load_batches on delete cascade,
  symbols text[] collate "C" not null,
  days integer[] not null,
  first_days date[] not null,
  last_days date[] not null
);
comment on table batch_days is 'On how many days a batch brought a bar or a suspension, for each of its symbols. A run knows by it that a symbol is whole.';
comment on column batch_days.first_days is 'The first of those days; last_days: the last.';
`,
  down: `
drop table batch_days;
`,
};
