import type { ClientBase } from 'pg';

import { VALUE_COLUMNS } from '../domain/bar.ts';
import { chunk } from '../domain/chunk.ts';
import { fromDayNumber } from '../domain/trading-day.ts';
import type { FindingRecord, VerdictDetail } from '../domain/verdict-detail.ts';
import type { LoadStamp } from './ledger.ts';
import type { LoadRequest } from './load-request.ts';
import { asSent } from './write-quarantine.ts';

const ROWS_A_STATEMENT = 5_000;

/** How many provisional verdicts of earlier runs a batch has settled, and how. */
export interface Settled {
  readonly confirmed: number;
  readonly corrected: number;
  readonly withdrawn: number;
}

/** Keeps how a batch was judged: one row for its scores, and rows for what was found; none for what was clean. */
export async function writeVerdictDetail(
  client: ClientBase,
  { verdict }: LoadRequest,
  { batchId }: LoadStamp,
  settled: Settled,
): Promise<void> {
  const { detail } = verdict;
  if (detail === undefined) {
    return;
  }
  await client.query(
    'insert into rulesets (version, settings) values ($1, $2::jsonb) on conflict (version) do nothing',
    [detail.ruleset, JSON.stringify(detail.rules)],
  );
  await writeScores(client, batchId, { detail, score: verdict.score, settled });
  await writeCosts(client, batchId, detail);
  await writeFindings(client, batchId, detail.findings);
}

async function writeScores(
  client: ClientBase,
  batchId: number,
  { detail, score, settled }: { detail: VerdictDetail; score: number; settled: Settled },
): Promise<void> {
  const { symbols, days } = detail;
  await client.query(
    `insert into quality_batches (batch_id, ruleset, keys, raw_score, score, raw_costs, costs, abstentions, findings,
       repairs, settled, symbols, symbol_keys, symbol_raw_costs, symbol_costs, days, day_keys, day_raw_costs, day_costs)
     values ($1, $2, $3, $4, $5, $6::jsonb, $7::jsonb, $8::jsonb, $9, $10, $11::jsonb, $12, $13, $14, $15, $16, $17, $18, $19)`,
    [
      batchId,
      detail.ruleset,
      detail.keys,
      detail.rawScore,
      score,
      JSON.stringify(detail.costs),
      JSON.stringify(detail.loadCosts),
      JSON.stringify(detail.abstentions),
      detail.findings.length,
      detail.repairs.length,
      JSON.stringify(settled),
      symbols.map(({ name }) => name),
      symbols.map(({ keys }) => keys),
      symbols.map(({ rawCost }) => rawCost),
      symbols.map(({ cost }) => cost),
      days.map(({ name }) => fromDayNumber(name)),
      days.map(({ keys }) => keys),
      days.map(({ rawCost }) => rawCost),
      days.map(({ cost }) => cost),
    ],
  );
}

async function writeCosts(
  client: ClientBase,
  batchId: number,
  { ruleCosts }: VerdictDetail,
): Promise<void> {
  for (const part of chunk(ruleCosts, ROWS_A_STATEMENT)) {
    await client.query(
      `insert into quality_costs (batch_id, symbol, trade_date, rule, hits, raw_cost, cost)
       select $1, symbol, trade_date, rule, hits, raw_cost, cost
         from unnest($2::text[], $3::date[], $4::text[], $5::int[], $6::float8[], $7::float8[])
           as c (symbol, trade_date, rule, hits, raw_cost, cost)`,
      [
        batchId,
        part.map(({ symbol }) => symbol ?? null),
        part.map(({ day }) => (day === undefined ? null : fromDayNumber(day))),
        part.map(({ rule }) => rule),
        part.map(({ hits }) => hits),
        part.map(({ rawCost }) => rawCost),
        part.map(({ cost }) => cost),
      ],
    );
  }
}

async function writeFindings(
  client: ClientBase,
  batchId: number,
  findings: readonly FindingRecord[],
): Promise<void> {
  for (const part of chunk(findings, ROWS_A_STATEMENT)) {
    await client.query(
      `insert into quality_findings (batch_id, symbol, trade_date, rule, dimension, severity, outcome, confidence, message,
         sent, answer_no, source_row)
       select $2, symbol, trade_date, rule, dimension, severity, outcome, confidence, message, sent, answer_no, source_row
         from jsonb_to_recordset($1::jsonb) as f (symbol text, trade_date date, rule text, dimension text, severity text,
           outcome text, confidence real, message text, sent jsonb, answer_no int, source_row int)`,
      [JSON.stringify(part.map(findingRow)), batchId],
    );
  }
}

function findingRow({ day, sent, answer, sourceRow, ...rest }: FindingRecord): object {
  return {
    ...rest,
    trade_date: fromDayNumber(day),
    sent: sent === undefined ? null : sentRecord(sent),
    answer_no: answer ?? null,
    source_row: sourceRow ?? null,
  };
}

function sentRecord(sent: readonly (number | null)[]): Record<string, string | null> {
  return Object.fromEntries(
    VALUE_COLUMNS.map((column, index) => [
      column === 'preClose' ? 'pre_close' : column,
      asSent(column, sent[index] ?? Number.NaN),
    ]),
  );
}
