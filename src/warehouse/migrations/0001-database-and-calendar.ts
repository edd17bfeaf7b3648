import type { Migration } from './migration.ts';

export const databaseAndCalendar: Migration = {
  name: '0001-database-and-calendar',
  up: `
create table candlewick_database (
  singleton boolean primary key default true check (singleton),
  purpose text not null check (purpose in ('standard', 'demo')),
  created_at timestamptz not null default now()
);
comment on table candlewick_database is 'One row, written when the database was created. Simulated bars may enter only where purpose is demo.';

create table exchange_sessions (
  exchange text collate "C" not null,
  trading_day date not null,
  primary key (exchange, trading_day)
);
comment on table exchange_sessions is 'Days on which an exchange (SSE, SZSE, BSE) holds a session. Refreshed from the program at each migration.';
comment on column exchange_sessions.trading_day is 'Local to the exchange (Asia/Shanghai).';

create table calendar_horizon (
  singleton boolean primary key default true check (singleton),
  first_day date not null,
  last_day date not null check (last_day >= first_day)
);
comment on table calendar_horizon is 'Outside of these days the calendar is unknown: no row in exchange_sessions does not mean closed there.';
`,
  down: `
drop table calendar_horizon;
drop table exchange_sessions;
drop table candlewick_database;
`,
};
