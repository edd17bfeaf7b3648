import type { QuarantineSelection, QuarantineState } from '../domain/quarantine.ts';
import type { StockSymbol } from '../domain/stock-symbol.ts';
import type { TradingDay } from '../domain/trading-day.ts';
import { queryRows, type Warehouse } from './pool.ts';

/** A held bar as a person reads it: decimals as exact text, in CNY; volume in shares. */
export interface QuarantineRow {
  readonly id: number;
  readonly symbol: StockSymbol;
  readonly tradingDay: TradingDay;
  readonly open: string | null;
  readonly high: string | null;
  readonly low: string | null;
  readonly close: string | null;
  readonly preClose: string | null;
  readonly volume: string | null;
  readonly amount: string | null;
  readonly source: string;
  readonly reasons: readonly QuarantineReason[];
  readonly state: QuarantineState;
  /** ISO instant. */
  readonly heldAt: string;
  readonly decidedBy: string | null;
  readonly decidedAt: string | null;
  readonly decidedWhy: string | null;
  readonly batchId: number;
  readonly runId: string;
  /** Where the bar stands in what the source sent: address of the payload in the landing store, and row in it. */
  readonly payloadSha256: string | null;
  readonly sourceRow: number;
}

export interface QuarantineReason {
  readonly rule: string;
  readonly dimension: string;
  readonly severity: string;
  readonly message: string;
}

/** One line of the audit. */
export interface StoredDecision {
  readonly id: number;
  readonly decision: string;
  readonly outcome: string;
  readonly by: string;
  readonly why: string;
  readonly message: string | null;
  readonly jobId: string;
  readonly batchKey: string | null;
  /** ISO instant. */
  readonly at: string;
}

export interface QuarantineFilter extends QuarantineSelection {
  readonly state?: QuarantineState;
}

/** The condition for the rows that a filter means; its values are $1 to $8. */
export const FILTER_SQL = `
  ($1::bigint[] is null or q.quarantine_id = any ($1)) and ($2::text[] is null or q.symbol = any ($2))
  and ($3::text is null or q.source = $3)
  and ($4::text is null or q.reasons @> jsonb_build_array(jsonb_build_object('rule', $4::text)))
  and ($5::text is null or q.run_id = $5) and ($6::date is null or q.trade_date >= $6)
  and ($7::date is null or q.trade_date <= $7) and ($8::text is null or q.state = $8)`;

export function filterValues(filter: QuarantineFilter): readonly unknown[] {
  const { ids, symbols, source, rule, runId, startDate, endDate, state } = filter;
  return [
    ids ?? null,
    symbols ?? null,
    source ?? null,
    rule ?? null,
    runId ?? null,
    startDate ?? null,
    endDate ?? null,
    state ?? null,
  ];
}

const ISO = `'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'`;
const ROW_COLUMNS = `
  q.quarantine_id as id, q.symbol, q.trade_date as "tradingDay", trim_scale(q.open)::text as open,
  trim_scale(q.high)::text as high, trim_scale(q.low)::text as low, trim_scale(q.close)::text as close,
  trim_scale(q.pre_close)::text as "preClose", trim_scale(q.volume)::text as volume,
  trim_scale(q.amount)::text as amount, q.source, q.reasons, q.state,
  to_char(q.held_at at time zone 'UTC', ${ISO}) as "heldAt", q.decided_by as "decidedBy",
  to_char(q.decided_at at time zone 'UTC', ${ISO}) as "decidedAt", q.decided_why as "decidedWhy",
  q.batch_id as "batchId", q.run_id as "runId", q.payload_sha256 as "payloadSha256", q.source_row as "sourceRow"`;

/** Rows of the quarantine by symbol and day. */
export async function listQuarantine(
  warehouse: Warehouse,
  filter: QuarantineFilter & { readonly limit: number },
): Promise<readonly QuarantineRow[]> {
  return queryRows<QuarantineRow & Record<string, unknown>>(
    warehouse,
    'Reading the quarantine',
    `select ${ROW_COLUMNS} from quarantine q where ${FILTER_SQL}
      order by q.symbol, q.trade_date, q.quarantine_id limit $9`,
    [...filterValues(filter), filter.limit],
  );
}

/** What was decided about a row, oldest first. */
export async function readDecisions(
  warehouse: Warehouse,
  quarantineId: number,
): Promise<readonly StoredDecision[]> {
  return queryRows<StoredDecision & Record<string, unknown>>(
    warehouse,
    'Reading decisions about the quarantine',
    `select quarantine_id as id, decision, outcome, decided_by as by, why, message, job_id as "jobId",
            batch_key as "batchKey", to_char(decided_at at time zone 'UTC', ${ISO}) as at
       from quarantine_decisions where quarantine_id = $1 order by decision_id`,
    [quarantineId],
  );
}

export interface HeldGroup {
  readonly source: string;
  readonly rule: string;
  readonly rows: number;
  readonly symbols: number;
  readonly firstDay: TradingDay;
  readonly lastDay: TradingDay;
}

/** What is held, by source and gravest reason: the largest groups first. */
export async function summariseHeld(warehouse: Warehouse): Promise<{
  readonly rows: number;
  readonly symbols: number;
  readonly groups: readonly HeldGroup[];
}> {
  const [total] = await queryRows<{ rows: number; symbols: number }>(
    warehouse,
    'Counting the quarantine',
    `select count(*) as rows, count(distinct symbol) as symbols from quarantine where state = 'held'`,
  );
  const groups = await queryRows<HeldGroup & Record<string, unknown>>(
    warehouse,
    'Grouping the quarantine',
    `select source, coalesce(reasons->0->>'rule', '?') as rule, count(*) as rows,
            count(distinct symbol) as symbols, min(trade_date) as "firstDay", max(trade_date) as "lastDay"
       from quarantine where state = 'held' group by 1, 2 order by 3 desc, 1, 2 limit 10`,
  );
  return { rows: total?.rows ?? 0, symbols: total?.symbols ?? 0, groups };
}
