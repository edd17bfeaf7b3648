import { activityInfo } from '@temporalio/activity';

import { takeRows, type BarColumns } from '../domain/bar.ts';
import { FATE } from '../quality/verdict.ts';
import type { LoadRequest } from '../warehouse/load-batch.ts';
import type { EtlActivities, ValidatedBatch } from './contract.ts';
import type { EtlDeps } from './deps.ts';
import type { VerdictSummary } from './cpu/tasks.ts';
import { withHeartbeat } from './heartbeat.ts';
import { readManifest, readSuspended, readVerdict } from './staged-records.ts';

/** Names the code that made the rows; raise it when a change of transform or rules may change a value. */
const TRANSFORM_VERSION = '1';

type RequestDeps = Pick<EtlDeps, 'runs' | 'staging'>;

/** Publishes the rows that may be read and quarantines the others, in one transaction. */
export function createLoadBatch(
  deps: RequestDeps & Pick<EtlDeps, 'load' | 'failpoint'>,
): EtlActivities['loadBatch'] {
  return async function loadBatch(batch) {
    return withHeartbeat(async (signal) => {
      const request = await loadRequestOf(deps, batch);
      const counts = await deps.load(request, { signal, failpoint: deps.failpoint });
      deps.failpoint('load.after_commit');
      const { jobId, runId, batchNo } = batch;
      return { jobId, runId, batchNo, ...counts };
    });
  };
}

/** A judged batch as the loader takes it. */
export async function loadRequestOf(
  deps: RequestDeps,
  batch: ValidatedBatch,
): Promise<LoadRequest> {
  const { jobId, runId, batchNo, judged } = batch;
  const spec = await deps.runs.readBatch(runId, batchNo);
  const { columns, extra } = await deps.staging.readColumns(judged);
  const fate = extra['fate'] ?? new Uint8Array(columns.length);
  const verdict = await readVerdict(deps.staging, batch.verdict);
  const quarantine = rowsOfFate(fate, FATE.quarantine);
  return {
    batchKey: `${runId}/${batchNo}`,
    jobId,
    runId,
    batchNo,
    attempt: activityInfo().attempt,
    columns: publishable(columns, fate),
    answers: await readManifest(deps.staging, batch.manifest),
    mode: spec.config.skipExisting ? 'skip' : 'update',
    quarantined: {
      columns: takeRows(columns, quarantine),
      findings: withGate(columns, quarantine, verdict, spec.config.qualityThreshold),
      rows: quarantine,
    },
    suspensions: await readSuspended(deps.staging, batch.suspended),
    verdict,
    stagedSha256: judged.sha256,
    transformVersion: TRANSFORM_VERSION,
  };
}

type Findings = VerdictSummary['findings'];

/** Rows that are held for their symbol's score have no finding of their own: the score is their reason. */
function withGate(
  columns: BarColumns,
  quarantine: Uint32Array,
  { findings, symbolScores }: VerdictSummary,
  threshold: number,
): Findings {
  const explained = new Set(findings.map(({ row }) => row));
  const held: Findings[number][] = [];
  for (const row of quarantine) {
    if (!explained.has(row)) {
      const symbol = columns.symbols[columns.symbolId[row] ?? 0] ?? '';
      const rules = findings.filter((one) => one.symbol === symbol).map(({ rule }) => rule);
      held.push({
        rule: 'gate',
        dimension: 'accuracy',
        severity: 'high',
        symbol,
        tradingDay: columns.tradingDay[row] ?? 0,
        row,
        message: `the score of ${symbol}, ${symbolScores[symbol]?.toFixed(3)}, is below ${threshold}; hits in this batch: ${[...new Set(rules)].join(', ')}`,
      });
    }
  }
  return [...findings, ...held];
}

function rowsOfFate(fate: Uint8Array, wanted: number): Uint32Array {
  const rows = new Uint32Array(fate.length);
  let count = 0;
  for (let row = 0; row < fate.length; row += 1) {
    if (fate[row] === wanted) {
      rows[count] = row;
      count += 1;
    }
  }
  return rows.subarray(0, count);
}

function publishable(columns: BarColumns, fate: Uint8Array): BarColumns {
  const rows = rowsOfFate(fate, FATE.publish);
  return rows.length === columns.length ? columns : takeRows(columns, rows);
}
