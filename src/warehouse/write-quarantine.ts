import { createHash } from 'node:crypto';

import type { ClientBase } from 'pg';

import { MONEY_SCALE, VALUE_COLUMNS, type BarColumns, type ValueColumn } from '../domain/bar.ts';
import { fromDayNumber } from '../domain/trading-day.ts';
import { instantOf, type LoadStamp } from './ledger.ts';
import type { LoadRequest, RowFinding } from './load-request.ts';

const ROWS_A_STATEMENT = 5_000;

interface HeldRow {
  readonly symbol: string;
  readonly trade_date: string;
  readonly values: Readonly<Record<string, string | null>>;
  readonly source: string;
  readonly reasons: readonly Omit<RowFinding, 'row'>[];
  readonly fingerprint: string;
  readonly answer_no: number;
  readonly source_row: number;
  readonly payload_sha256: string | null;
}

/**
 * Holds the batch's quarantined rows. The same values with the same reasons from the same source are one row, whichever
 * batch sends them again: what a person decided about them stays decided.
 */
export async function holdQuarantined(
  client: ClientBase,
  request: LoadRequest,
  { batchId, loadedAtMicros }: LoadStamp,
): Promise<void> {
  const reasons = reasonsByRow(request.quarantined.findings);
  const { columns } = request.quarantined;
  for (let start = 0; start < columns.length; start += ROWS_A_STATEMENT) {
    const held: HeldRow[] = [];
    const end = Math.min(columns.length, start + ROWS_A_STATEMENT);
    for (let row = start; row < end; row += 1) {
      held.push(heldRow(request, row, reasons));
    }
    await client.query(
      `insert into quarantine (symbol, trade_date, open, high, low, close, pre_close, volume, amount, source, reasons,
         fingerprint, batch_id, run_id, answer_no, source_row, payload_sha256, held_at)
       select symbol, trade_date, v.open, v.high, v.low, v.close, v."preClose", v.volume, v.amount, source, reasons,
              fingerprint, $2, $3, answer_no, source_row, payload_sha256, ${instantOf('$4')}
         from jsonb_to_recordset($1::jsonb) as h (symbol text, trade_date date, values jsonb, source text, reasons jsonb,
                fingerprint text, answer_no int, source_row int, payload_sha256 text),
              jsonb_to_record(h.values) as v (open numeric, high numeric, low numeric, close numeric, "preClose" numeric,
                volume numeric, amount numeric)
        order by symbol, trade_date
       on conflict (symbol, trade_date, source, fingerprint) do nothing`,
      [JSON.stringify(held), batchId, request.runId, String(loadedAtMicros)],
    );
  }
}

/** Of the rows that a load holds back: by symbol and day (`600000.SH 2024-01-02`), their fingerprints. */
export function heldFingerprints(request: LoadRequest): ReadonlyMap<string, ReadonlySet<string>> {
  const reasons = reasonsByRow(request.quarantined.findings);
  const found = new Map<string, Set<string>>();
  for (let row = 0; row < request.quarantined.columns.length; row += 1) {
    const { symbol, trade_date, fingerprint } = heldRow(request, row, reasons);
    const key = `${symbol} ${trade_date}`;
    found.set(key, (found.get(key) ?? new Set()).add(fingerprint));
  }
  return found;
}

/** Records suspensions, each by the first source that said so. */
export async function recordSuspensions(
  client: ClientBase,
  { suspensions, answers }: LoadRequest,
  { batchId }: LoadStamp,
): Promise<void> {
  if (suspensions.length === 0) {
    return;
  }
  await client.query(
    `insert into suspensions (symbol, trade_date, source, batch_id)
     select symbol, trade_date, source, $4
       from unnest($1::text[], $2::date[], $3::text[]) as s (symbol, trade_date, source)
      order by symbol, trade_date
     on conflict (symbol, trade_date) do nothing`,
    [
      suspensions.map(({ symbol }) => symbol),
      suspensions.map(({ day }) => fromDayNumber(day)),
      suspensions.map(({ answer }) => answers[answer]?.source ?? 'unknown'),
      batchId,
    ],
  );
}

type Reasons = ReadonlyMap<number, readonly Omit<RowFinding, 'row'>[]>;

function reasonsByRow(findings: readonly RowFinding[]): Reasons {
  const byRow = new Map<number, Omit<RowFinding, 'row'>[]>();
  for (const { row, rule, dimension, severity, message } of findings) {
    if (row !== undefined) {
      const reasons = byRow.get(row) ?? [];
      reasons.push({ rule, dimension, severity, message });
      byRow.set(row, reasons);
    }
  }
  return byRow;
}

function heldRow({ quarantined, answers }: LoadRequest, row: number, reasons: Reasons): HeldRow {
  const { columns, rows } = quarantined;
  const why = reasons.get(rows?.[row] ?? row) ?? [];
  const values = valuesOf(columns, row);
  const rules = why.map(({ rule }) => rule).toSorted();
  const answerNo = columns.answer[row] ?? 0;
  const answer = answers[answerNo];
  return {
    symbol: columns.symbols[columns.symbolId[row] ?? 0] ?? '?',
    trade_date: fromDayNumber(columns.tradingDay[row] ?? 0),
    values,
    source: answer?.source ?? 'unknown',
    reasons: why,
    fingerprint: createHash('sha256')
      .update(JSON.stringify([values, rules]))
      .digest('hex'),
    answer_no: answerNo,
    source_row: columns.sourceRow[row] ?? 0,
    payload_sha256: answer?.payload.sha256 ?? null,
  };
}

function valuesOf(columns: BarColumns, row: number): Record<string, string | null> {
  return Object.fromEntries(
    VALUE_COLUMNS.map((column) => [column, asSent(column, columns[column][row] ?? Number.NaN)]),
  );
}

/** A value in CNY or shares as decimal text; null where there is none. */
export function asSent(column: ValueColumn, value: number): string | null {
  if (!Number.isFinite(value)) {
    return null;
  }
  return column === 'volume' ? String(value) : decimalText(value);
}

/** 1/10,000 CNY in CNY: exact for whole numbers, else as close as a double comes. */
function decimalText(scaled: number): string {
  if (!Number.isSafeInteger(scaled)) {
    return String(scaled / MONEY_SCALE);
  }
  const size = String(Math.abs(scaled)).padStart(5, '0');
  const text = `${size.slice(0, -4)}.${size.slice(-4)}`.replace(/\.?0+$/, '');
  return scaled < 0 ? `-${text}` : text;
}
