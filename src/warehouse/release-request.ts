import { createHash } from 'node:crypto';

import { allocateBarColumns, MISSING, VALUE_COLUMNS, type BarColumns } from '../domain/bar.ts';
import type { LandedAnswer } from '../domain/batch.ts';
import { valueFaultOf } from '../domain/value-fault.ts';
import type { LoadDecision, LoadRequest } from './load-request.ts';
import { queryRows, type Warehouse } from './pool.ts';
import type { ChunkKey } from './quarantine-selection.ts';
import type { DecisionRecord } from './settle-decision.ts';

interface ReleasedRow {
  readonly id: number;
  readonly symbol: string;
  readonly day: number;
  /** In 1/10,000 CNY and shares; text, since a double would round what the column holds exactly. */
  readonly values: readonly (string | null)[];
  /** Held rows of the same symbol and day that the decision means. */
  readonly versions: number;
  readonly answerKey: string;
  readonly source: string;
  readonly format: string;
  readonly request: LandedAnswer['request'];
  readonly sha256: string;
  readonly bytes: number;
  readonly fetchedAt: Date;
  readonly sourceRow: number;
  readonly rule: string;
  readonly score: number;
  readonly transformVersion: string;
}

/** The rows of a chunk that are still held, by key. */
async function readRows(warehouse: Warehouse, chunk: ChunkKey): Promise<readonly ReleasedRow[]> {
  return queryRows<ReleasedRow & Record<string, unknown>>(
    warehouse,
    'Reading rows of the quarantine',
    `with chosen as (
       select q.*, s.chunk_no, count(*) over (partition by q.symbol, q.trade_date) as versions
         from quarantine_selections s join quarantine q using (quarantine_id)
        where s.run_id = $1 and s.decision_no = $2 and q.state = 'held')
     select c.quarantine_id as id, c.symbol, c.trade_date - date '1970-01-01' as day, c.versions,
            array[trim_scale(c.open * 10000)::text, trim_scale(c.high * 10000)::text, trim_scale(c.low * 10000)::text,
              trim_scale(c.close * 10000)::text, trim_scale(c.pre_close * 10000)::text, trim_scale(c.volume)::text,
              trim_scale(c.amount * 10000)::text] as values,
            a.batch_id || '/' || a.answer_no as "answerKey", a.source, a.format, a.request, a.payload_sha256 as sha256,
            a.payload_bytes as bytes, a.fetched_at as "fetchedAt", c.source_row as "sourceRow",
            coalesce(c.reasons->0->>'rule', '?') as rule, l.score, l.transform_version as "transformVersion"
       from chosen c join batch_answers a using (batch_id, answer_no) join load_batches l using (batch_id)
      where c.chunk_no = $3 order by c.symbol, c.trade_date, c.quarantine_id`,
    [chunk.runId, chunk.decisionNo, chunk.chunkNo],
  );
}

/** A chunk as a load of its own, with the rows that no load can take. */
export interface ReleasePlan {
  readonly request: LoadRequest;
  readonly refused: readonly { readonly id: number; readonly message: string }[];
}

/**
 * Held rows as the loader takes them: their own values, answers and payloads, so that lineage leads to what the source
 * sent. Rows that the table could not hold are refused, each with its reason.
 */
export async function planRelease(
  warehouse: Warehouse,
  record: DecisionRecord,
  attempt: number,
): Promise<ReleasePlan> {
  const rows = await readRows(warehouse, record);
  const all = columnsOf(rows);
  const refused: { id: number; message: string }[] = [];
  const kept: ReleasedRow[] = [];
  for (const [at, row] of rows.entries()) {
    const fault =
      row.versions > 1
        ? `${row.versions} versions of this bar are held: release one of them by its id`
        : valueFaultOf(all, at);
    if (fault === undefined) {
      kept.push(row);
    } else {
      refused.push({ id: row.id, message: fault });
    }
  }
  const { decisionNo, chunkNo, jobId, runId } = record;
  const decision: LoadDecision = {
    ...record,
    kind: 'release',
    released: kept.map(({ id }) => id),
    refused,
  };
  const request: LoadRequest = {
    batchKey: `${runId}/release/${decisionNo}/${chunkNo}`,
    jobId,
    runId,
    batchNo: decisionNo * 10_000 + chunkNo,
    attempt,
    columns: columnsOf(kept),
    answers: answersOf(kept),
    mode: 'update',
    quarantined: { columns: allocateBarColumns(0, []), findings: [] },
    suspensions: [],
    verdict: verdictOf(kept),
    stagedSha256: hashOf(kept),
    transformVersion: kept[0]?.transformVersion ?? '?',
    decision,
  };
  return { request, refused };
}

function answerKeys(rows: readonly ReleasedRow[]): readonly string[] {
  return [...new Set(rows.map(({ answerKey }) => answerKey))];
}

function columnsOf(rows: readonly ReleasedRow[]): BarColumns {
  const symbols = [...new Set(rows.map(({ symbol }) => symbol))];
  const answers = answerKeys(rows);
  const columns = allocateBarColumns(rows.length, symbols);
  const idOf = new Map(symbols.map((symbol, id) => [symbol, id]));
  for (const [at, row] of rows.entries()) {
    columns.symbolId[at] = idOf.get(row.symbol) ?? 0;
    columns.tradingDay[at] = row.day;
    columns.answer[at] = answers.indexOf(row.answerKey);
    columns.sourceRow[at] = row.sourceRow;
    for (const [index, name] of VALUE_COLUMNS.entries()) {
      const text = row.values[index] ?? null;
      columns[name][at] = text === null ? Number.NaN : Number(text);
      // What a source has not said must not erase what another has.
      const reason = text === null ? MISSING.noColumn << (4 * index) : 0;
      columns.missing[at] = (columns.missing[at] ?? 0) | reason;
    }
  }
  return columns;
}

function answersOf(rows: readonly ReleasedRow[]): readonly LandedAnswer[] {
  const byKey = new Map(rows.map((row) => [row.answerKey, row]));
  return [...byKey.values()].map(({ source, format, request, sha256, bytes, fetchedAt }) => ({
    source,
    format,
    request,
    symbols: [],
    fetchedAt: fetchedAt.toISOString(),
    // Of a payload the ledger keeps address and size; how it lies in the store is no part of lineage.
    payload: { sha256, bytes, storedBytes: bytes, encoding: 'identity' },
  }));
}

/** Nobody judged these rows again: they keep the score of the batches that held them. */
function verdictOf(rows: readonly ReleasedRow[]): LoadRequest['verdict'] {
  const hits: Record<string, number> = {};
  for (const { rule } of rows) {
    hits[rule] = (hits[rule] ?? 0) + 1;
  }
  const total = rows.reduce((sum, { score }) => sum + score, 0);
  return {
    score: rows.length === 0 ? 1 : total / rows.length,
    dimensions: {},
    hits,
    symbolScores: {},
  };
}

function hashOf(rows: readonly ReleasedRow[]): string {
  const text = JSON.stringify(rows.map(({ id, symbol, day, values }) => [id, symbol, day, values]));
  return createHash('sha256').update(text).digest('hex');
}
