import type { Migration } from './migration.ts';

export const refreshScope: Migration = {
  name: '0016-refresh-scope',
  up: `
alter table reference_refreshes add column symbols text[] collate "C";
comment on column reference_refreshes.symbols is 'Of whom it was fetched. Null: of the whole market.';
`,
  down: 'alter table reference_refreshes drop column symbols;',
};
