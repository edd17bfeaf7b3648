import type { BarColumns } from '../domain/bar.ts';
import type { PayloadRef } from '../domain/batch.ts';
import type { QuarantineDecision } from '../domain/quarantine.ts';
import type { SourceSample } from '../domain/source-sample.ts';
import type { ReportFacts } from '../quality/report/facts.ts';
import type {
  ChunkKey,
  DecisionKey,
  RejectedGroup,
  ReplayedBatch,
  StoredAnswer,
} from '../warehouse/quarantine-selection.ts';
import type {
  CheckStart,
  CheckSums,
  ShardRecord,
  StoredShard,
} from '../warehouse/quality-checks.ts';
import type { NewReport } from '../warehouse/quality-reports.ts';
import type { DayRange } from '../warehouse/queries.ts';
import type { ReleasePlan } from '../warehouse/release-request.ts';
import type { DrawnSample } from '../warehouse/source-samples.ts';
import type { ChunkCounts, DecisionRecord } from '../warehouse/settle-decision.ts';
import type { HeldSummary } from './quarantine-contract.ts';

/** The quarantine as decisions need it. */
export interface QuarantineStore {
  summarise(): Promise<HeldSummary>;
  select(
    key: DecisionKey,
    decision: QuarantineDecision,
  ): Promise<{ readonly selected: number; readonly chunks: number }>;
  unchosen(key: DecisionKey, ids: readonly number[]): Promise<readonly string[]>;
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
  readonly checks: CheckStore;
  readonly reports: ReportStore;
  readonly samples: SampleStore;
}

/** Samples of stored bars, compared with a second source. */
export interface SampleStore {
  /** The same symbols for the same day; undefined where the run has no bars. */
  draw(runId: string, size: number): Promise<DrawnSample | undefined>;
  record(sample: SourceSample): Promise<void>;
}

/** Checks of stored bars, in the warehouse. */
export interface CheckStore {
  symbolsToCheck(range: DayRange): Promise<readonly string[]>;
  lastStoredDay(): Promise<string | undefined>;
  start(start: CheckStart, shards: readonly (readonly string[])[]): Promise<void>;
  readShard(checkId: string, shardNo: number): Promise<StoredShard>;
  /** Stored bars, sorted by symbol and day. */
  readColumns(symbols: readonly string[], range: DayRange): Promise<BarColumns>;
  recordShard(
    key: { readonly checkId: string; readonly shardNo: number },
    record: ShardRecord,
  ): Promise<void>;
  sum(checkId: string): Promise<CheckSums>;
  close(
    checkId: string,
    end: { readonly cancelled: boolean; readonly result: unknown },
  ): Promise<void>;
}

/** Reports: facts from the warehouse, pages in the object store. */
export interface ReportStore {
  gather(checkId: string, generatedAt: string): Promise<ReportFacts>;
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** For a browser. */
  linkOf(key: string): string;
  record(report: Omit<NewReport, 'location'>): Promise<number>;
}
