import type { QualityDeps } from '../activities/quality-deps.ts';
import type { LandingStore } from '../storage/landing.ts';
import type { Warehouse } from '../warehouse/pool.ts';
import { summariseHeld } from '../warehouse/quarantine-rows.ts';
import {
  readAnswers,
  readRejected,
  readReplayedBatch,
  selectHeld,
} from '../warehouse/quarantine-selection.ts';
import { planRelease } from '../warehouse/release-request.ts';
import { countChunk, settleChunk, settleRefused } from '../warehouse/settle-decision.ts';

/** What the quality duties need, over a warehouse and the stores. */
export function createQualityDeps(warehouse: Warehouse, landing: LandingStore): QualityDeps {
  return {
    quarantine: {
      summarise: () => summariseHeld(warehouse),
      select: (key, decision) => selectHeld(warehouse, key, decision),
      planRelease: (record, attempt) => planRelease(warehouse, record, attempt),
      settle: (record, to) => settleChunk(warehouse, record, to),
      settleRefused: (record, refused) => settleRefused(warehouse, record, refused),
      count: (chunk) => countChunk(warehouse, chunk),
      rejected: (key) => readRejected(warehouse, key),
      replayedBatch: (chunk) => readReplayedBatch(warehouse, chunk),
      answers: (batchId) => readAnswers(warehouse, batchId),
    },
    payloads: { find: (sha256, bytes) => landing.find(sha256, bytes) },
  };
}
