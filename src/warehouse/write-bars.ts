import type { ClientBase } from 'pg';

import type { BarColumns } from '../domain/bar.ts';
import type { LandedAnswer } from '../domain/batch.ts';
import { TransientError } from '../domain/errors.ts';
import { COPY_COLUMNS, encodeBars, type AnswerStamp } from './copy-encoder.ts';
import { copyIn, type CopyHooks } from './copy-stream.ts';
import { instantOf, type LoadStamp } from './ledger.ts';

const CREATE_INCOMING = `create temporary table if not exists incoming_bars (like public.daily_bars) on commit drop`;
/** From here on the planner's guess about a table without statistics costs more than making them. */
const ANALYZE_FROM_ROWS = 1000;

export function stampsOf(
  answers: readonly LandedAnswer[],
  { batchId, loadedAtMicros }: LoadStamp,
): readonly AnswerStamp[] {
  return answers.map(({ source }, answerNo) => ({ source, answerNo, batchId, loadedAtMicros }));
}

/** New rows, straight into the table. Fails with 23505 where a foreign writer was faster. */
export async function copyBars(
  client: ClientBase,
  chunks: Iterable<Buffer>,
  hooks: CopyHooks,
): Promise<number> {
  return copyIn(
    client,
    `copy daily_bars (${COPY_COLUMNS}) from stdin (format binary)`,
    chunks,
    hooks,
  );
}

/**
 * New rows by way of a temporary table: those that a foreign writer stored meanwhile are left.
 * @returns how many went in, by source.
 */
export async function insertMissingBars(
  client: ClientBase,
  chunks: Iterable<Buffer>,
  hooks: CopyHooks,
): Promise<Record<string, number>> {
  await fillIncoming(client, chunks, hooks);
  const { rows } = await client.query<{ source: string; rows: number }>(
    `with stored as (
       insert into daily_bars (${COPY_COLUMNS})
       select ${COPY_COLUMNS} from pg_temp.incoming_bars order by symbol, trade_date
       on conflict (symbol, trade_date) do nothing
       returning source)
     select source, count(*) as rows from stored group by source`,
  );
  return Object.fromEntries(rows.map(({ source, rows: count }) => [source, count]));
}

/** Replaces rows by `changed`, and keeps what they were in the history. */
export async function updateBars(
  client: ClientBase,
  changed: BarColumns,
  stamps: readonly AnswerStamp[],
  hooks: CopyHooks,
): Promise<void> {
  await fillIncoming(client, encodeBars(changed, stamps), hooks);
  // Two statements: within one, the update could come first, and a row that it has changed is no longer there to be locked.
  await client.query(
    `insert into daily_bars_history (${COPY_COLUMNS}, known_from, known_to)
     select f.*, f.updated_at, ${instantOf('$1')}
       from (select ${prefixed('b', COPY_COLUMNS)}
               from daily_bars b join pg_temp.incoming_bars i using (symbol, trade_date)
              order by b.symbol, b.trade_date for update of b) f`,
    [String(stamps[0]?.loadedAtMicros ?? 0n)],
  );
  const { rowCount } = await client.query(
    `update daily_bars b
        set open = i.open, high = i.high, low = i.low, close = i.close, pre_close = i.pre_close, volume = i.volume,
            amount = i.amount, source = i.source, batch_id = i.batch_id, answer_no = i.answer_no,
            updated_at = i.updated_at
       from pg_temp.incoming_bars i
      where b.symbol = i.symbol and b.trade_date = i.trade_date`,
  );
  if (rowCount !== changed.length) {
    throw new TransientError(
      `${changed.length} rows differed, ${rowCount} were there to be updated: another program deleted some meanwhile`,
      {
        code: 'ETL-LOAD-011',
        hint: 'find out which program writes to daily_bars beside the loader.',
      },
    );
  }
}

async function fillIncoming(
  client: ClientBase,
  chunks: Iterable<Buffer>,
  hooks: CopyHooks,
): Promise<void> {
  await client.query(CREATE_INCOMING);
  await client.query('truncate pg_temp.incoming_bars');
  const statement = `copy pg_temp.incoming_bars (${COPY_COLUMNS}) from stdin (format binary)`;
  if ((await copyIn(client, statement, chunks, hooks)) >= ANALYZE_FROM_ROWS) {
    await client.query('analyze pg_temp.incoming_bars (symbol, trade_date)');
  }
}

function prefixed(alias: string, columns: string): string {
  return columns
    .split(', ')
    .map((column) => `${alias}.${column}`)
    .join(', ');
}
