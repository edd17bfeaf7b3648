import type { PayloadRef } from '../domain/batch.ts';
import type { QuarantineDecision } from '../domain/quarantine.ts';
import type {
  ChunkKey,
  DecisionKey,
  RejectedGroup,
  ReplayedBatch,
  StoredAnswer,
} from '../warehouse/quarantine-selection.ts';
import type { ReleasePlan } from '../warehouse/release-request.ts';
import type { ChunkCounts, DecisionRecord } from '../warehouse/settle-decision.ts';
import type { HeldSummary } from './quarantine-contract.ts';

/** The quarantine as decisions need it. */
export interface QuarantineStore {
  summarise(): Promise<HeldSummary>;
  select(
    key: DecisionKey,
    decision: QuarantineDecision,
  ): Promise<{ readonly selected: number; readonly chunks: number }>;
  planRelease(record: DecisionRecord, attempt: number): Promise<ReleasePlan>;
  settle(
    record: DecisionRecord,
    to: { readonly outcome: 'rejected' | 'refused'; readonly message?: string },
  ): Promise<void>;
  settleRefused(record: DecisionRecord, refused: ReleasePlan['refused']): Promise<void>;
  count(chunk: ChunkKey): Promise<ChunkCounts>;
  rejected(key: DecisionKey): Promise<readonly RejectedGroup[]>;
  replayedBatch(chunk: ChunkKey): Promise<ReplayedBatch | undefined>;
  answers(batchId: number): Promise<readonly StoredAnswer[]>;
}

/** What the duties of the quality queue need beside the stages' own. */
export interface QualityDeps {
  readonly quarantine: QuarantineStore;
  /** Finds a payload of which the ledger keeps only address and size. */
  readonly payloads: { find(sha256: string, bytes: number): Promise<PayloadRef | undefined> };
}
