import type { PoolClient } from 'pg';

import { DataQualityError } from '../domain/errors.ts';
import type { FindingRecord, GroupCost } from '../domain/verdict-detail.ts';
import { fromDayNumber } from '../domain/trading-day.ts';
import { inTransaction, queryRows, type Warehouse } from './pool.ts';
import type { DayRange } from './queries.ts';

export interface CheckStart extends DayRange {
  readonly checkId: string;
  readonly jobId: string;
  readonly kind: 'check' | 'report';
  readonly notes: readonly string[];
}

/** Records a check and its shards; again with the same id: what is there stands. */
export async function startCheck(
  warehouse: Warehouse,
  start: CheckStart,
  shards: readonly (readonly string[])[],
): Promise<void> {
  await inTransaction(warehouse, 'Recording a quality check', async (client) => {
    const { checkId, jobId, kind, startDate, endDate, notes } = start;
    const symbols = shards.reduce((sum, shard) => sum + shard.length, 0);
    await client.query(
      `insert into quality_checks (check_id, job_id, kind, start_date, end_date, symbols, notes)
       values ($1, $2, $3, $4, $5, $6, $7) on conflict (check_id) do nothing`,
      [checkId, jobId, kind, startDate, endDate, symbols, [...notes]],
    );
    for (const [shardNo, shard] of shards.entries()) {
      await client.query(
        `insert into quality_check_shards (check_id, shard_no, symbols) values ($1, $2, $3)
         on conflict do nothing`,
        [checkId, shardNo, [...shard]],
      );
    }
  });
}

export interface StoredShard extends DayRange {
  readonly symbols: readonly string[];
}

export async function readShard(
  warehouse: Warehouse,
  checkId: string,
  shardNo: number,
): Promise<StoredShard> {
  const [row] = await queryRows<StoredShard & Record<string, unknown>>(
    warehouse,
    'Reading a shard of a quality check',
    `select s.symbols, c.start_date as "startDate", c.end_date as "endDate"
       from quality_check_shards s join quality_checks c using (check_id) where check_id = $1 and shard_no = $2`,
    [checkId, shardNo],
  );
  if (row === undefined) {
    throw new DataQualityError(
      `There is no shard ${shardNo} of check ${checkId} in this database`,
      {
        code: 'ETL-CHK-404',
      },
    );
  }
  return row;
}

/** What a shard's judgement leaves behind. */
export interface ShardRecord {
  readonly bars: number;
  readonly symbols: readonly (GroupCost<string> & {
    readonly bars: number;
    readonly findings: number;
    readonly error: string | undefined;
  })[];
  readonly days: readonly GroupCost<number>[];
  readonly rules: readonly {
    readonly rule: string;
    readonly hits: number;
    readonly symbols: number;
    readonly cost: number;
  }[];
  readonly findings: readonly FindingRecord[];
}

/** Stores a shard's results, in place of what an earlier attempt has stored. */
export async function recordShard(
  warehouse: Warehouse,
  { checkId, shardNo }: { readonly checkId: string; readonly shardNo: number },
  record: ShardRecord,
): Promise<void> {
  const key = [checkId, shardNo] as const;
  await inTransaction(warehouse, 'Recording a shard of a quality check', async (client) => {
    for (const table of ['symbols', 'days', 'rules', 'findings']) {
      await client.query(
        `delete from quality_check_${table} where check_id = $1 and shard_no = $2`,
        [...key],
      );
    }
    await insertSymbols(client, key, record);
    await readCoverage(client, key);
    await insertDays(client, key, record);
    await addAbsences(client, key);
    await insertRules(client, key, record);
    await insertFindings(client, key, record);
    await client.query(
      `update quality_check_shards set bars = $3, done_at = clock_timestamp() where check_id = $1 and shard_no = $2`,
      [...key, record.bars],
    );
  });
}

type Key = readonly [checkId: string, shardNo: number];

async function insertSymbols(
  client: PoolClient,
  key: Key,
  { symbols }: ShardRecord,
): Promise<void> {
  await client.query(
    `insert into quality_check_symbols (check_id, shard_no, symbol, bars, keys, cost, findings, error)
     select $1, $2, * from unnest($3::text[], $4::int[], $5::float8[], $6::float8[], $7::int[], $8::text[])`,
    [
      ...key,
      symbols.map(({ name }) => name),
      symbols.map(({ bars }) => bars),
      symbols.map(({ keys }) => keys),
      symbols.map(({ rawCost }) => rawCost),
      symbols.map(({ findings }) => findings),
      symbols.map(({ error }) => error ?? null),
    ],
  );
}

/** What is owed, bar by bar. Of a symbol whose listing date nobody knows nothing is owed before its first bar. */
async function readCoverage(client: PoolClient, key: Key): Promise<void> {
  await client.query(
    `create temporary table checked_coverage on commit drop as
     with life as (
       select n.symbol, i.list_date,
              (select b.trade_date from daily_bars b where b.symbol = n.symbol order by b.trade_date limit 1) as first_bar
         from quality_check_shards s cross join lateral unnest(s.symbols) as n (symbol)
         left join instruments i on i.symbol = n.symbol where s.check_id = $1 and s.shard_no = $2)
     select v.symbol, v.trade_date, v.state
       from quality_check_shards s join quality_checks q using (check_id),
            coverage_of(s.symbols, q.start_date, q.end_date, now()) v join life using (symbol)
      where s.check_id = $1 and s.shard_no = $2
        and (life.list_date is not null or v.trade_date >= life.first_bar or v.state = 'quarantined')`,
    [...key],
  );
}

/** What was owed comes from coverage, what is wrong among it from the judgement. */
async function insertDays(client: PoolClient, key: Key, { days }: ShardRecord): Promise<void> {
  await client.query(
    `insert into quality_check_days (check_id, shard_no, trade_date, loaded, excused, quarantined, missing, keys, cost)
     select $1, $2, trade_date, coalesce(c.loaded, 0), coalesce(c.excused, 0), coalesce(c.quarantined, 0),
            coalesce(c.missing, 0), coalesce(j.keys, 0), coalesce(j.cost, 0)
       from (select v.trade_date, count(*) filter (where v.state = 'loaded')::int as loaded,
                    count(*) filter (where v.state = 'excused')::int as excused,
                    count(*) filter (where v.state = 'quarantined')::int as quarantined,
                    count(*) filter (where v.state = 'missing')::int as missing
               from checked_coverage v group by v.trade_date) c
       full join (select * from unnest($3::date[], $4::float8[], $5::float8[]) as d (trade_date, keys, cost)) j
         using (trade_date)`,
    [
      ...key,
      days.map(({ name }) => fromDayNumber(name)),
      days.map(({ keys }) => keys),
      days.map(({ rawCost }) => rawCost),
    ],
  );
}

/** Symbols with what they lack; one that lacks everything has no bar to be judged, and still a line. */
async function addAbsences(client: PoolClient, key: Key): Promise<void> {
  await client.query(
    `insert into quality_check_symbols as s (check_id, shard_no, symbol, bars, keys, cost, findings, missing, held)
     select $1, $2, v.symbol, 0, 0, 0, 0, count(*) filter (where v.state = 'missing')::int,
            count(*) filter (where v.state = 'quarantined')::int
       from checked_coverage v where v.state in ('missing', 'quarantined') group by v.symbol
     on conflict (check_id, symbol) do update set missing = excluded.missing, held = excluded.held`,
    [...key],
  );
}

async function insertRules(client: PoolClient, key: Key, { rules }: ShardRecord): Promise<void> {
  await client.query(
    `insert into quality_check_rules (check_id, shard_no, rule, hits, symbols, cost)
     select $1, $2, * from unnest($3::text[], $4::int[], $5::int[], $6::float8[])`,
    [
      ...key,
      rules.map(({ rule }) => rule),
      rules.map(({ hits }) => hits),
      rules.map(({ symbols }) => symbols),
      rules.map(({ cost }) => cost),
    ],
  );
}

async function insertFindings(
  client: PoolClient,
  key: Key,
  { findings }: ShardRecord,
): Promise<void> {
  await client.query(
    `insert into quality_check_findings (check_id, shard_no, symbol, trade_date, rule, dimension, severity, message)
     select $1, $2, * from unnest($3::text[], $4::date[], $5::text[], $6::text[], $7::text[], $8::text[])`,
    [
      ...key,
      findings.map(({ symbol }) => symbol),
      findings.map(({ day }) => fromDayNumber(day)),
      findings.map(({ rule }) => rule),
      findings.map(({ dimension }) => dimension),
      findings.map(({ severity }) => severity),
      findings.map(({ message }) => message),
    ],
  );
}

/** An absent bar is one error in completeness; a symbol is judged over at least 20 keys. */
export const SYMBOL_SCORE = `0.7::float8 ^ ((cost + (missing + held) / 0.05) / greatest(keys + missing + held, 20))`;

/** The sums of a check, as its result tells them. */
export interface CheckSums extends DayRange {
  readonly symbols: number;
  readonly bars: number;
  readonly keys: number;
  readonly cost: number;
  /** Owed sessions without a bar that readers see: missing, or held in quarantine. */
  readonly missing: number;
  readonly held: number;
  /** Symbols without a bar in the range. */
  readonly barless: number;
  readonly failed: number;
  readonly notes: readonly string[];
  readonly rules: readonly {
    readonly rule: string;
    readonly hits: number;
    readonly cost: number;
  }[];
  readonly worst: readonly { readonly symbol: string; readonly score: number }[];
  readonly failures: readonly { readonly symbol: string; readonly message: string }[];
}

export async function sumCheck(warehouse: Warehouse, checkId: string): Promise<CheckSums> {
  const doing = 'Summing up a quality check';
  const [sums] = await queryRows<Omit<CheckSums, 'rules' | 'worst' | 'failures'>>(
    warehouse,
    doing,
    `select c.start_date as "startDate", c.end_date as "endDate", c.symbols, c.notes,
            coalesce(sum(s.bars), 0)::int as bars, coalesce(sum(s.keys), 0) as keys, coalesce(sum(s.cost), 0) as cost,
            count(s.error)::int as failed,
            (select coalesce(sum(d.missing), 0)::int from quality_check_days d where d.check_id = $1) as missing,
            (select coalesce(sum(d.quarantined), 0)::int from quality_check_days d where d.check_id = $1) as held,
            c.symbols - count(s.symbol) filter (where s.bars > 0)::int as barless
       from quality_checks c left join quality_check_symbols s using (check_id) where check_id = $1
      group by c.check_id`,
    [checkId],
  );
  if (sums === undefined) {
    throw new DataQualityError(`There is no check ${checkId} in this database`, {
      code: 'ETL-CHK-404',
    });
  }
  const rules = await queryRows<{ rule: string; hits: number; cost: number }>(
    warehouse,
    doing,
    `select rule, sum(hits)::int as hits, sum(cost) as cost from quality_check_rules where check_id = $1
      group by rule order by 3 desc, 2 desc, 1`,
    [checkId],
  );
  const worst = await queryRows<{ symbol: string; score: number }>(
    warehouse,
    doing,
    `select symbol, ${SYMBOL_SCORE} as score from quality_check_symbols
      where check_id = $1 and cost + missing + held > 0 order by 2, symbol limit 10`,
    [checkId],
  );
  const failures = await queryRows<{ symbol: string; message: string }>(
    warehouse,
    doing,
    `select symbol, error as message from quality_check_symbols
      where check_id = $1 and error is not null order by symbol limit 10`,
    [checkId],
  );
  return { ...sums, rules, worst, failures };
}

export async function closeCheck(
  warehouse: Warehouse,
  checkId: string,
  end: { readonly cancelled: boolean; readonly result: unknown },
): Promise<void> {
  await queryRows(
    warehouse,
    'Closing a quality check',
    `update quality_checks set status = $2, ended_at = clock_timestamp(), result = $3::jsonb where check_id = $1`,
    [checkId, end.cancelled ? 'cancelled' : 'complete', JSON.stringify(end.result)],
  );
}

/** Symbols that have a bar in a range, or for which bars are owed there, ascending. */
export async function symbolsToCheck(
  warehouse: Warehouse,
  { startDate, endDate }: DayRange,
): Promise<readonly string[]> {
  const rows = await queryRows<{ symbol: string }>(
    warehouse,
    'Reading symbols to check',
    // By a walk along the key, and one look into each symbol: never a scan of all bars.
    `with recursive barred as (
       (select symbol from daily_bars order by symbol limit 1)
       union all
       select (select b.symbol from daily_bars b where b.symbol > barred.symbol order by b.symbol limit 1)
         from barred where barred.symbol is not null)
     select symbol from barred
      where symbol is not null
        and exists (select from daily_bars b where b.symbol = barred.symbol and b.trade_date between $1 and $2)
     union
     select c.symbol from coverage_symbols c left join instruments i using (symbol)
      where c.first_day <= $2 and coalesce(i.list_date <= $2, true) and coalesce(i.delist_date > $1, true)
      order by symbol`,
    [startDate, endDate],
  );
  return rows.map(({ symbol }) => symbol);
}

/** The last day of which any bar is stored. */
export async function lastStoredDay(warehouse: Warehouse): Promise<string | undefined> {
  const [row] = await queryRows<{ day: string | null }>(
    warehouse,
    'Reading the last stored day',
    'select max(trade_date) as day from daily_bars',
  );
  return row?.day ?? undefined;
}
