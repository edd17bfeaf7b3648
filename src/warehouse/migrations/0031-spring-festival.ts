import type { Migration } from './migration.ts';

/** For the festival analysis: sessions counted from the closure. */
export const springFestival: Migration = {
  name: '0031-spring-festival',
  up: `
create table spring_festivals (
  year integer primary key,
  new_year_day date not null,
  last_session_before date not null,
  first_session_after date not null,
  check (last_session_before < new_year_day and new_year_day < first_session_after)
);
comment on table spring_festivals is 'Of each year of the calendar: the first day of the Chinese year, and the sessions on either side of the closure. Refreshed from the program at each migration.';

create table spring_festival_days (
  trading_day date not null,
  year integer not null references spring_festivals on delete cascade,
  sessions integer not null check (sessions <> 0),
  primary key (trading_day, year)
);
comment on table spring_festival_days is 'The 60 sessions on either side of each closure, counted from it: -1 = the last before, 1 = the first after.';

create view spring_festival_sessions as
select d.year, b.symbol, b.trade_date, d.sessions as "offset"
  from spring_festival_days d join daily_bars b on b.trade_date = d.trading_day;
comment on view spring_festival_sessions is 'Bars of the 60 sessions before and after each Spring Festival closure; join daily_bars for their values.';
comment on column spring_festival_sessions."offset" is 'In sessions of the exchange: -1 = the last before the closure, 1 = the first after it; there is no 0. A reserved word: write it in double quotes.';
`,
  down: `
drop view spring_festival_sessions;
drop table spring_festival_days;
drop table spring_festivals;
`,
};
