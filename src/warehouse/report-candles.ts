import type { CandleBar, CandleFacts, CandleFlag } from '../quality/report/facts.ts';
import { queryRows, type Warehouse } from './pool.ts';

const DOING = 'Reading flagged bars';
const MAX_SYMBOLS = 3;
const MAX_FLAGS = 40;
/** Sessions shown on each side of the flagged one. */
const AROUND = 35;

/** The symbols with the gravest flags, each around its gravest one. */
export async function readCandles(
  warehouse: Warehouse,
  checkId: string,
): Promise<readonly CandleFacts[]> {
  const chosen = await queryRows<{ symbol: string; name: string | null; day: string }>(
    warehouse,
    DOING,
    CHOSEN,
    [checkId, MAX_SYMBOLS],
  );
  const candles: CandleFacts[] = [];
  for (const { symbol, name, day } of chosen) {
    const bars = await queryRows<CandleBar & Record<string, unknown>>(warehouse, DOING, BARS, [
      symbol,
      day,
      AROUND,
    ]);
    const [first, last] = [bars.at(0)?.day ?? day, bars.at(-1)?.day ?? day];
    const flags = await queryRows<CandleFlag & Record<string, unknown>>(warehouse, DOING, FLAGS, [
      checkId,
      symbol,
      first < day ? first : day,
      last > day ? last : day,
      MAX_FLAGS,
    ]);
    if (bars.length > 0) {
      candles.push({ symbol, name, bars, flags });
    }
  }
  return candles;
}

/** Flags of three kinds: what the rules say of stored bars, what was repaired when it came, and what is held. */
const ALL_FLAGS = `
  flagged as (
    select f.symbol, f.trade_date, f.rule, 'stored' as outcome, f.message,
           array_position(array['critical', 'high', 'medium', 'low'], f.severity) as rank
      from quality_check_findings f where f.check_id = $1 and f.severity <> 'info'
    union all
    select f.symbol, f.trade_date, f.rule, f.outcome, f.message,
           array_position(array['critical', 'high', 'medium', 'low'], f.severity)
      from quality_findings f join quality_check_symbols s on s.check_id = $1 and s.symbol = f.symbol
     where f.severity <> 'info' and f.outcome in ('repaired', 'held')
    union all
    select q.symbol, q.trade_date, coalesce(q.reasons->0->>'rule', '?'), 'held', coalesce(q.reasons->0->>'message', ''), 1
      from quarantine q join quality_check_symbols s on s.check_id = $1 and s.symbol = q.symbol where q.state = 'held')`;

const CHOSEN = `
with checked as (select * from quality_checks where check_id = $1), ${ALL_FLAGS},
ranked as (
  select f.symbol, f.trade_date, f.rank,
         row_number() over (partition by f.symbol order by f.rank, f.trade_date desc) as nth
    from flagged f, checked c
   where f.trade_date between c.start_date and c.end_date
     and exists (select from daily_bars b where b.symbol = f.symbol and b.trade_date between c.start_date and c.end_date))
select r.symbol, i.name, r.trade_date as day from ranked r left join instruments i using (symbol)
 where r.nth = 1 order by r.rank, r.trade_date desc, r.symbol limit $2`;

const BARS = `
select day, open, high, low, close, volume from (
  (select trade_date as day, open::float8 as open, high::float8 as high, low::float8 as low, close::float8 as close, volume
     from daily_bars where symbol = $1 and trade_date <= $2 order by trade_date desc limit $3)
  union all
  (select trade_date, open::float8, high::float8, low::float8, close::float8, volume
     from daily_bars where symbol = $1 and trade_date > $2 order by trade_date limit $3)) b order by day`;

const FLAGS = `
with ${ALL_FLAGS}
select distinct on (trade_date, rule) trade_date as day, rule, outcome, message from flagged
 where symbol = $2 and trade_date between $3 and $4
 order by trade_date, rule, outcome limit $5`;
