import type { Migration } from './migration.ts';

export const viewsAndGuards: Migration = {
  name: '0005-views-and-guards',
  up: `
create view stock_daily_data as
select b.symbol as stock_code, b.trade_date, b.open as open_price, b.high as high_price, b.low as low_price,
       b.close as close_price, b.volume, b.amount,
       (select f.factor from adjustment_factors f
         where f.symbol = b.symbol and f.effective_date <= b.trade_date
         order by f.effective_date desc limit 1) as adj_factor,
       b.created_at, b.updated_at
  from daily_bars b;
comment on view stock_daily_data is 'daily_bars under the column names of the former system. Raw prices in CNY, volume in shares, amount in CNY; adj_factor null where unknown.';

create view daily_bars_lineage as
select b.symbol, b.trade_date, b.source, b.created_at, b.updated_at,
       l.batch_id, l.batch_key, l.job_id, l.run_id, l.batch_no, l.attempt, l.transform_version, l.staged_sha256,
       l.score as batch_score, l.committed_at,
       b.answer_no, a.format, a.request, a.payload_sha256, a.payload_bytes, a.fetched_at,
       (select count(*) from daily_bars_history h where h.symbol = b.symbol and h.trade_date = b.trade_date)
         as former_versions
  from daily_bars b
  left join load_batches l on l.batch_id = b.batch_id
  left join batch_answers a on a.batch_id = b.batch_id and a.answer_no = b.answer_no;
comment on view daily_bars_lineage is 'Why is this row as it is: source, request, payload, batch, run, transform version. Ask it with symbol and trade_date.';

create function refuse_simulated_bars() returns trigger language plpgsql as $$
begin
  if 'simulated' = any (new.sources)
     and not exists (select from candlewick_database where purpose = 'demo') then
    raise exception 'simulated bars may enter only a demo database' using errcode = 'CW001';
  end if;
  return new;
end
$$;
create trigger load_batches_guard before insert or update on load_batches
  for each row execute function refuse_simulated_bars();
comment on function refuse_simulated_bars is 'The last wall: no batch without a ledger row, no ledger row with simulated bars outside of a demo database.';
`,
  down: `
drop trigger load_batches_guard on load_batches;
drop function refuse_simulated_bars();
drop view daily_bars_lineage;
drop view stock_daily_data;
`,
};
