import type pg from 'pg';

export interface TableDigest {
  readonly rows: number;
  /** sha256 over the business columns of every row, in key order. */
  readonly sha256: string;
}

/** Equal digests = equal bars: symbol, day, prices, volume, amount and source, whatever run or batch brought them. */
export async function digestBars(pool: pg.Pool): Promise<TableDigest> {
  const { rows } = await pool.query<{ rows: string; sha256: string }>(`
    with by_symbol as (
      select symbol,
             count(*) as rows,
             sha256(convert_to(string_agg(concat_ws('|', trade_date, open, high, low, close, pre_close, volume, amount, source),
                                          ',' order by trade_date), 'UTF8')) as digest
      from daily_bars group by symbol)
    select coalesce(sum(rows), 0)::text as rows,
           encode(sha256(convert_to(coalesce(string_agg(symbol || encode(digest, 'hex'), ',' order by symbol), ''), 'UTF8')), 'hex') as sha256
    from by_symbol`);
  return { rows: Number(rows[0]?.rows ?? 0), sha256: rows[0]?.sha256 ?? '' };
}
