import type { ClientBase } from 'pg';

import { takeRows, type BarColumns } from '../domain/bar.ts';
import { chunk } from '../domain/chunk.ts';
import { fromDayNumber } from '../domain/trading-day.ts';
import { valueFaultOf } from '../domain/value-fault.ts';
import type { RepairRecord } from '../domain/verdict-detail.ts';
import { instantOf, type LoadStamp } from './ledger.ts';
import type { LoadRequest } from './load-request.ts';
import { asSent } from './write-quarantine.ts';

const ROWS_A_STATEMENT = 5_000;

/** A repair as `bar_repairs` names it. */
interface RepairRow {
  readonly symbol: string;
  readonly trade_date: string;
  readonly column_name: string;
  readonly original: string | null;
  readonly repaired: string | null;
  readonly rule: string;
  readonly source: string;
}

/**
 * Records the batch's repairs. One that is known is left as it is; one that was only reported, and now stands in the
 * table, becomes applied. Comes after the bars are written: what stands there decides.
 */
export async function recordRepairs(
  client: ClientBase,
  request: LoadRequest,
  { batchId, loadedAtMicros }: LoadStamp,
): Promise<void> {
  const repairs = request.verdict.detail?.repairs ?? [];
  for (const part of chunk(repairs, ROWS_A_STATEMENT)) {
    const rows = part.map((repair) => ({
      ...rowOf(repair, request),
      confidence: repair.confidence,
      is_applied: repair.isApplied,
      answer_no: repair.answer,
      source_row: repair.sourceRow,
      payload_sha256: request.answers[repair.answer]?.payload.sha256 ?? null,
    }));
    await client.query(
      `insert into bar_repairs as known (symbol, trade_date, column_name, original, repaired, rule, confidence, state,
         source, batch_id, answer_no, source_row, payload_sha256, repaired_at)
       select r.symbol, r.trade_date, r.column_name, r.original, r.repaired, r.rule, r.confidence,
              case when r.is_applied and b.batch_id = $2 then 'applied' else 'reported' end,
              r.source, $2, r.answer_no, r.source_row, r.payload_sha256, ${instantOf('$3')}
         from jsonb_to_recordset($1::jsonb) as r (symbol text, trade_date date, column_name text, original text,
                repaired text, rule text, confidence real, is_applied boolean, source text, answer_no int,
                source_row int, payload_sha256 text)
         left join daily_bars b on b.symbol = r.symbol and b.trade_date = r.trade_date
        order by r.symbol, r.trade_date, r.column_name
       on conflict (symbol, trade_date, source, column_name, rule, coalesce(original, ''), coalesce(repaired, ''))
       do update set state = 'applied', batch_id = excluded.batch_id, repaired_at = excluded.repaired_at
        where known.state = 'reported' and excluded.state = 'applied'`,
      [JSON.stringify(rows), batchId, String(loadedAtMicros)],
    );
  }
}

/**
 * The request without the repairs that a person has undone, and how many rows it lost: such a row is loaded as it was sent or, where the table cannot
 * hold that, not at all; it lies in quarantine since it was undone.
 */
export async function honourUndoneRepairs(
  client: ClientBase,
  request: LoadRequest,
): Promise<{ readonly request: LoadRequest; readonly withheld: number }> {
  const { detail } = request.verdict;
  const applied = detail?.repairs.filter(({ isApplied }) => isApplied) ?? [];
  if (detail === undefined || applied.length === 0) {
    return { request, withheld: 0 };
  }
  const { rows } = await client.query<RepairRow>(
    `select symbol, trade_date::text, column_name, original, repaired, rule, source from bar_repairs
      where state = 'undone' and symbol = any ($1::text[])`,
    [[...new Set(applied.map(({ symbol }) => symbol))]],
  );
  const undone = new Set(rows.map(nameOf));
  const bars = new Set(
    applied.filter((one) => undone.has(nameOf(rowOf(one, request)))).map((one) => barOf(one)),
  );
  if (bars.size === 0) {
    return { request, withheld: 0 };
  }
  const columns = withOriginals(
    request.columns,
    applied.filter((one) => bars.has(barOf(one))),
  );
  const repairs = detail.repairs.filter((one) => !bars.has(barOf(one)));
  const verdict = { ...request.verdict, detail: { ...detail, repairs } };
  return {
    request: { ...request, columns, verdict },
    withheld: request.columns.length - columns.length,
  };
}

function rowOf(repair: RepairRecord, { answers }: LoadRequest): RepairRow {
  const { symbol, day, column, original, repaired, rule, answer } = repair;
  return {
    symbol,
    trade_date: fromDayNumber(day),
    column_name: column === 'preClose' ? 'pre_close' : column.replace('tradingDay', 'trade_date'),
    original: shown(column, original),
    repaired: shown(column, repaired),
    rule,
    source: answers[answer]?.source ?? 'unknown',
  };
}

function shown(column: RepairRecord['column'], value: number | null): string | null {
  if (value === null) {
    return null;
  }
  return column === 'tradingDay' ? fromDayNumber(value) : asSent(column, value);
}

function nameOf(row: RepairRow): string {
  const { symbol, trade_date: day, column_name: column, original, repaired, rule, source } = row;
  return JSON.stringify([symbol, day, column, original, repaired, rule, source]);
}

function barOf({ symbol, day }: Pick<RepairRecord, 'symbol' | 'day'>): string {
  return `${symbol}/${day}`;
}

/** The columns with these cells as they were sent; rows that cannot be published so are left out. */
function withOriginals(columns: BarColumns, repairs: readonly RepairRecord[]): BarColumns {
  const byBar = new Map<string, RepairRecord[]>();
  for (const repair of repairs) {
    byBar.set(barOf(repair), [...(byBar.get(barOf(repair)) ?? []), repair]);
  }
  const copy = takeRows(
    columns,
    Uint32Array.from({ length: columns.length }, (_, row) => row),
  );
  const kept: number[] = [];
  for (let row = 0; row < copy.length; row += 1) {
    const symbol = copy.symbols[copy.symbolId[row] ?? 0] ?? '';
    const cells = byBar.get(barOf({ symbol, day: copy.tradingDay[row] ?? 0 })) ?? [];
    let isKept = true;
    for (const { column, original } of cells) {
      if (column === 'tradingDay') {
        isKept = false;
      } else {
        copy[column][row] = original ?? Number.NaN;
      }
    }
    if (isKept && (cells.length === 0 || valueFaultOf(copy, row) === undefined)) {
      kept.push(row);
    }
  }
  return kept.length === copy.length ? copy : takeRows(copy, Uint32Array.from(kept));
}
