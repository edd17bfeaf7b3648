import { createHash } from 'node:crypto';

import type { PoolClient } from 'pg';

import { ConfigurationError } from '../domain/errors.ts';
import { COPY_COLUMNS } from './copy-encoder.ts';
import { sqlStateOf } from './database-error.ts';
import { lockSymbols } from './key-locks.ts';
import { inTransaction, type Warehouse } from './pool.ts';

export interface UndoRequest {
  readonly repairIds: readonly number[];
  /** Who decided so, and why: kept with the repairs. */
  readonly by: string;
  readonly why: string;
}

export type UndoOutcome = 'as_sent' | 'former_version' | 'withdrawn';

/** One bar whose repairs were undone; a diagnosis is undone whole, with all the cells that it changed. */
export interface UndoneBar {
  readonly symbol: string;
  readonly tradingDay: string;
  readonly rule: string;
  readonly repairIds: readonly number[];
  readonly outcome: UndoOutcome;
  /** It had been undone before; nothing was changed. */
  readonly wasUndone: boolean;
}

interface StoredRepair {
  readonly repair_id: number;
  readonly symbol: string;
  readonly trade_date: string;
  readonly column_name: string;
  readonly original: string | null;
  readonly repaired: string | null;
  readonly rule: string;
  readonly state: 'applied' | 'reported' | 'undone';
  readonly source: string;
  readonly batch_id: number;
  readonly undone_outcome: UndoOutcome | null;
}

/** SQLSTATE classes of a row that the table cannot hold: constraint violated, value out of range or no number. */
const NOT_STORABLE = /^(23|22)/;
const MAX_DECIMALS = 4;

/**
 * Takes repairs back, in one transaction. The bar stands as it was sent; where the table cannot hold that, its version from
 * before the repair returns; where there is none, it is withdrawn and lies in quarantine as it was sent. What stood there
 * goes to the history. Later loads leave the bar unrepaired.
 * @throws ConfigurationError ETL-REP-404, ETL-REP-002, ETL-REP-003; then nothing was undone
 */
export async function undoRepairs(
  warehouse: Warehouse,
  request: UndoRequest,
): Promise<readonly UndoneBar[]> {
  return inTransaction(warehouse, 'Undoing repairs', async (client) => {
    const named = await readNamed(client, request.repairIds);
    await lockSymbols(client, [...new Set(named.map(({ symbol }) => symbol))]);
    const undone: UndoneBar[] = [];
    for (const cells of await readDiagnoses(client, request.repairIds)) {
      undone.push(await undoBar(client, cells, request));
    }
    return undone;
  });
}

async function readNamed(
  client: PoolClient,
  ids: readonly number[],
): Promise<readonly StoredRepair[]> {
  const { rows } = await client.query<StoredRepair>(
    'select * from bar_repairs where repair_id = any ($1::bigint[])',
    [[...ids]],
  );
  const missing = ids.filter((id) => !rows.some((row) => row.repair_id === id));
  if (missing.length > 0) {
    throw new ConfigurationError(`There is no repair ${missing.join(', ')}`, {
      code: 'ETL-REP-404',
      hint: 'list them with `candlewick repairs list`.',
    });
  }
  return rows;
}

/** Two sessions that were exchanged are one diagnosis: with only one of them undone both would have the same bar. */
const EXCHANGED = 'A06_date_swap';
/** Days between two neighbouring sessions, at most: the longest holidays have ten. */
const NEIGHBOUR_DAYS = 15;

/** The cells of each diagnosis of which any cell is named, as they are now that nobody else can load the bars. */
async function readDiagnoses(
  client: PoolClient,
  ids: readonly number[],
): Promise<readonly (readonly StoredRepair[])[]> {
  const { rows } = await client.query<StoredRepair>(
    `with named as (
       select distinct symbol, trade_date, source, rule, batch_id from bar_repairs where repair_id = any ($1::bigint[])),
     exchanged as (
       select p.symbol, p.trade_date, p.source, p.rule, p.batch_id
         from named join bar_repairs n using (symbol, trade_date, source, rule, batch_id)
         join bar_repairs p on p.symbol = n.symbol and p.source = n.source and p.rule = n.rule and p.batch_id = n.batch_id
          and p.column_name = n.column_name and p.original = n.repaired and p.repaired = n.original
          and abs(p.trade_date - n.trade_date) between 1 and $3
        where n.rule = $2)
     select r.repair_id, r.symbol, r.trade_date::text, r.column_name, r.original, r.repaired, r.rule, r.state, r.source,
            r.batch_id, r.undone_outcome
       from bar_repairs r
      where (r.symbol, r.trade_date, r.source, r.rule, r.batch_id) in (table named union table exchanged)
      order by r.symbol, r.trade_date, r.repair_id for update`,
    [[...ids], EXCHANGED, NEIGHBOUR_DAYS],
  );
  const bars = new Map<string, StoredRepair[]>();
  for (const row of rows) {
    const name = JSON.stringify([row.symbol, row.trade_date, row.source, row.rule, row.batch_id]);
    bars.set(name, [...(bars.get(name) ?? []), row]);
  }
  return [...bars.values()];
}

async function undoBar(
  client: PoolClient,
  cells: readonly StoredRepair[],
  { by, why }: UndoRequest,
): Promise<UndoneBar> {
  const [first] = cells;
  if (first === undefined) {
    throw new RangeError('A diagnosis without a cell');
  }
  const { symbol, trade_date: tradingDay, rule, state, undone_outcome: before } = first;
  const repairIds = cells.map(({ repair_id: id }) => id);
  const bar = { symbol, tradingDay, rule, repairIds };
  if (state === 'undone' && before !== null) {
    return { ...bar, outcome: before, wasUndone: true };
  }
  if (state === 'reported') {
    throw new ConfigurationError(
      `Repair ${repairIds.join(', ')} of ${symbol} ${tradingDay} was only reported: it does not stand in the table`,
      { code: 'ETL-REP-002', hint: 'undo repairs whose state is `applied`.' },
    );
  }
  await assertStands(client, cells, first);
  const outcome = await putBack(client, cells, first);
  await client.query(
    `update bar_repairs set state = 'undone', undone_by = $2, undone_at = clock_timestamp(), undone_why = $3,
            undone_outcome = $4 where repair_id = any ($1::bigint[])`,
    [repairIds, by, why, outcome],
  );
  return { ...bar, outcome, wasUndone: false };
}

/** @throws ConfigurationError where the bar is gone, or no longer what the repair made of it */
async function assertStands(
  client: PoolClient,
  cells: readonly StoredRepair[],
  { symbol, trade_date: day }: StoredRepair,
): Promise<void> {
  const values = cells.filter(isValue);
  const { rows } = await client.query<{ same: boolean }>(
    `select ${values.map((cell, index) => `${columnOf(cell)} is not distinct from $${index + 3}::numeric`).join(' and ') || 'true'} as same
       from daily_bars where symbol = $1 and trade_date = $2 for update`,
    [symbol, day, ...values.map(({ repaired }) => repaired)],
  );
  if (rows[0]?.same !== true) {
    throw new ConfigurationError(
      `${symbol} ${day} is no longer what the repair made of it${rows.length === 0 ? ': the bar is gone' : ''}`,
      {
        code: 'ETL-REP-003',
        hint: 'look at it with `candlewick bars` and at its history in daily_bars_history.',
      },
    );
  }
}

async function putBack(
  client: PoolClient,
  cells: readonly StoredRepair[],
  bar: StoredRepair,
): Promise<UndoOutcome> {
  if (await replaceByOriginal(client, cells, bar)) {
    return 'as_sent';
  }
  // Held first: from the bar as it still stands come the cells that were right.
  await holdOriginal(client, cells, bar);
  return (await replaceByFormer(client, bar)) ? 'former_version' : withdrawBar(client, bar);
}

const KEEP_VERSION = `
  insert into daily_bars_history (${COPY_COLUMNS}, known_from, known_to)
  select ${COPY_COLUMNS}, updated_at, greatest(clock_timestamp(), updated_at + interval '1 microsecond')
    from daily_bars where symbol = $1 and trade_date = $2`;

/** @returns false where the table cannot hold the bar as it was sent. */
async function replaceByOriginal(
  client: PoolClient,
  cells: readonly StoredRepair[],
  { symbol, trade_date: day }: StoredRepair,
): Promise<boolean> {
  if (!cells.every((cell) => isValue(cell) && isExact(cell))) {
    return false;
  }
  await client.query('savepoint original');
  try {
    await client.query(KEEP_VERSION, [symbol, day]);
    await client.query(
      `update daily_bars set ${cells.map((cell, index) => `${columnOf(cell)} = $${index + 3}::numeric`).join(', ')},
              updated_at = (select max(known_to) from daily_bars_history where symbol = $1 and trade_date = $2)
        where symbol = $1 and trade_date = $2`,
      [symbol, day, ...cells.map(({ original }) => original)],
    );
    await client.query('release savepoint original');
    return true;
  } catch (error) {
    if (!NOT_STORABLE.test(sqlStateOf(error) ?? '')) {
      throw error;
    }
    await client.query('rollback to savepoint original');
    return false;
  }
}

/** @returns false where the bar had no version before the repair. */
async function replaceByFormer(
  client: PoolClient,
  { symbol, trade_date: day }: StoredRepair,
): Promise<boolean> {
  const { rows } = await client.query<{ known_from: string }>(
    `select h.known_from::text from daily_bars_history h join daily_bars b using (symbol, trade_date)
      where h.symbol = $1 and h.trade_date = $2 and h.known_to = b.updated_at`,
    [symbol, day],
  );
  const [former] = rows;
  if (former === undefined) {
    return false;
  }
  await client.query(KEEP_VERSION, [symbol, day]);
  await client.query(
    `update daily_bars b
        set open = f.open, high = f.high, low = f.low, close = f.close, pre_close = f.pre_close, volume = f.volume,
            amount = f.amount, source = f.source, batch_id = f.batch_id, answer_no = f.answer_no,
            updated_at = (select max(known_to) from daily_bars_history where symbol = $1 and trade_date = $2)
       from daily_bars_history f
      where b.symbol = $1 and b.trade_date = $2
        and f.symbol = $1 and f.trade_date = $2 and f.known_from = $3::timestamptz`,
    [symbol, day, former.known_from],
  );
  return true;
}

async function withdrawBar(
  client: PoolClient,
  { symbol, trade_date: day }: StoredRepair,
): Promise<UndoOutcome> {
  await client.query('select withdraw_bars(array[$1], array[$2::date], clock_timestamp())', [
    symbol,
    day,
  ]);
  return 'withdrawn';
}

/** The bar as it was sent, for a person to decide about. */
async function holdOriginal(
  client: PoolClient,
  cells: readonly StoredRepair[],
  { symbol, trade_date: day, rule, source, batch_id: batchId }: StoredRepair,
): Promise<void> {
  const sent = Object.fromEntries(
    cells.filter(isValue).map((cell) => [cell.column_name, cell.original]),
  );
  const reasons = [
    {
      rule,
      dimension: 'accuracy',
      severity: 'high',
      message: 'its repair was undone by hand, and the table cannot hold it as it was sent',
    },
  ];
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([sent, rule, 'undone']))
    .digest('hex');
  await client.query(
    `insert into quarantine (symbol, trade_date, open, high, low, close, pre_close, volume, amount, source, reasons,
       fingerprint, batch_id, run_id, answer_no, source_row, payload_sha256, held_at)
     select b.symbol, b.trade_date, s.open, s.high, s.low, s.close, s.pre_close, s.volume, s.amount, $4, $5::jsonb, $6,
            $7, l.run_id, r.answer_no, r.source_row, r.payload_sha256, clock_timestamp()
       from daily_bars b
       join load_batches l on l.batch_id = $7
       join lateral (select answer_no, source_row, payload_sha256 from bar_repairs
                      where symbol = $1 and trade_date = $2 and batch_id = $7 limit 1) r on true
      cross join lateral jsonb_to_record(to_jsonb(b) || $3::jsonb) as s (open numeric, high numeric, low numeric,
              close numeric, pre_close numeric, volume numeric, amount numeric)
      where b.symbol = $1 and b.trade_date = $2
     on conflict (symbol, trade_date, source, fingerprint) do nothing`,
    [symbol, day, JSON.stringify(sent), source, JSON.stringify(reasons), fingerprint, batchId],
  );
}

/** A moved day has no column of its own: the bar cannot go back to a day that is no session. */
function isValue({ column_name: column }: StoredRepair): boolean {
  return column !== 'trade_date';
}

/** The table would round more decimals, and so hold another value than was sent. */
function isExact({ original }: StoredRepair): boolean {
  return original === null || (original.split('.')[1] ?? '').length <= MAX_DECIMALS;
}

const COLUMNS = new Set(['open', 'high', 'low', 'close', 'pre_close', 'volume', 'amount']);

/** Names come from our own table; still, none is spliced into SQL unless it is known. */
function columnOf({ column_name: column }: StoredRepair): string {
  if (!COLUMNS.has(column)) {
    throw new RangeError(`No such column: ${column}`);
  }
  return column;
}
