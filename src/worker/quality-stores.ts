import type { QualityDeps } from '../activities/quality-deps.ts';
import { toDayNumber } from '../domain/trading-day.ts';
import { createLanding } from '../storage/landing.ts';
import type { ObjectStore } from '../storage/object-store.ts';
import { linkOf } from '../storage/link.ts';
import type { Warehouse } from '../warehouse/pool.ts';
import { summariseHeld } from '../warehouse/quarantine-rows.ts';
import {
  explainUnchosen,
  readAnswers,
  readRejected,
  readReplayedBatch,
  selectHeld,
} from '../warehouse/quarantine-selection.ts';
import { planRelease } from '../warehouse/release-request.ts';
import {
  closeCheck,
  lastStoredDay,
  readShard,
  recordShard,
  startCheck,
  sumCheck,
  symbolsToCheck,
} from '../warehouse/quality-checks.ts';
import { recordReport } from '../warehouse/quality-reports.ts';
import { readBarColumns } from '../warehouse/read-bar-columns.ts';
import { gatherReport } from '../warehouse/report-facts.ts';
import { drawSample, recordSample } from '../warehouse/source-samples.ts';
import { countChunk, settleChunk, settleRefused } from '../warehouse/settle-decision.ts';

/** What the quality duties need, over a warehouse and the stores. */
export function createQualityDeps(warehouse: Warehouse, store: ObjectStore): QualityDeps {
  const landing = createLanding(store);
  return {
    quarantine: {
      summarise: () => summariseHeld(warehouse),
      select: (key, decision) => selectHeld(warehouse, key, decision),
      unchosen: (key, ids) => explainUnchosen(warehouse, key, ids),
      planRelease: (record, attempt) => planRelease(warehouse, record, attempt),
      settle: (record, to) => settleChunk(warehouse, record, to),
      settleRefused: (record, refused) => settleRefused(warehouse, record, refused),
      count: (chunk) => countChunk(warehouse, chunk),
      rejected: (key) => readRejected(warehouse, key),
      replayedBatch: (chunk) => readReplayedBatch(warehouse, chunk),
      answers: (batchId) => readAnswers(warehouse, batchId),
    },
    payloads: { find: (sha256, bytes) => landing.find(sha256, bytes) },
    checks: {
      symbolsToCheck: (range) => symbolsToCheck(warehouse, range),
      lastStoredDay: () => lastStoredDay(warehouse),
      start: (start, shards) => startCheck(warehouse, start, shards),
      readShard: (checkId, shardNo) => readShard(warehouse, checkId, shardNo),
      readColumns: (symbols, { startDate, endDate }) =>
        readBarColumns(warehouse, {
          symbols,
          firstDay: toDayNumber(startDate),
          lastDay: toDayNumber(endDate),
        }),
      recordShard: (key, record) => recordShard(warehouse, key, record),
      sum: (checkId) => sumCheck(warehouse, checkId),
      close: (checkId, end) => closeCheck(warehouse, checkId, end),
    },
    samples: {
      draw: (runId, size) => drawSample(warehouse, runId, size),
      record: (sample) => recordSample(warehouse, sample),
    },
    reports: {
      gather: (checkId, generatedAt) => gatherReport(warehouse, checkId, generatedAt),
      put: (key, bytes) => store.put(key, bytes),
      linkOf: (key) => linkOf(store.location, key),
      record: (report) => recordReport(warehouse, { ...report, location: store.location }),
    },
  };
}
