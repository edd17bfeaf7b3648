import type { DecisionKind, QuarantineDecision } from '../domain/quarantine.ts';
import type {
  BatchTask,
  ExtractedBatch,
  LoadedBatch,
  RunIdentity,
  ValidatedBatch,
} from './contract.ts';

/** What a resolution starts from: the decisions in the input, and how long it stays open for further ones. */
export interface ResolutionPlan {
  readonly decisions: readonly QuarantineDecision[];
  /** 0: ends with its decisions. */
  readonly openForMs: number;
  readonly held: HeldSummary;
}

/** What lies in quarantine, in small numbers for people. */
export interface HeldSummary {
  readonly rows: number;
  readonly symbols: number;
  /** The most frequent groups, at most ten. */
  readonly groups: readonly {
    readonly source: string;
    readonly rule: string;
    readonly rows: number;
    readonly symbols: number;
    readonly firstDay: string;
    readonly lastDay: string;
  }[];
}

/** A decision of a run: the n-th, from 0. */
export interface DecisionTask extends RunIdentity {
  readonly decisionNo: number;
  readonly decision: QuarantineDecision;
}

/** The rows that a decision concerns are fixed and stored before it acts: only counts travel. */
export interface DecisionPlan {
  readonly selected: number;
  /** Chunks of rows, numbered from 0. */
  readonly chunks: number;
  /** Ids that were named and not chosen, each with why. Plans in older histories have none. */
  readonly notes?: readonly string[];
}

export interface DecisionChunk extends DecisionTask {
  readonly chunkNo: number;
}

export interface ChunkOutcome {
  readonly released: number;
  readonly rejected: number;
  readonly replaced: number;
  readonly stillHeld: number;
  readonly refused: number;
  readonly inserted: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly notes: readonly string[];
}

/** A batch whose landed answers are read again, as a batch of a run of its own. */
export interface ReplayTask extends BatchTask {
  readonly chunk: DecisionChunk;
}

export interface ReplayLoad {
  readonly batch: ValidatedBatch;
  readonly chunk: DecisionChunk;
}

/** A job that asks other sources for rejected bars. */
export interface RefetchPlan {
  readonly symbols: readonly string[];
  readonly startDate: string;
  readonly endDate: string;
  readonly sources: readonly string[];
}

export interface QuarantineActivities {
  /** @throws ConfigurationError naming each field at fault. */
  planResolution(input: unknown): Promise<ResolutionPlan>;
  /** One decision as an update sends it. @throws ConfigurationError */
  readDecision(input: unknown): Promise<QuarantineDecision>;
  /** Fixes which rows a decision concerns. */
  planDecision(task: DecisionTask): Promise<DecisionPlan>;
  /** Publishes a chunk's rows by the loader: history, ledger, exactly once. */
  releaseRows(chunk: DecisionChunk): Promise<ChunkOutcome>;
  rejectRows(chunk: DecisionChunk): Promise<ChunkOutcome>;
  /** Which jobs should ask other sources for what a decision has rejected. */
  planRefetch(task: DecisionTask): Promise<{
    readonly jobs: readonly RefetchPlan[];
    readonly notes: readonly string[];
  }>;
  /** The run in which a chunk's batch is derived again. */
  startReplay(chunk: DecisionChunk): Promise<ReplayTask>;
  /** In place of `extractBatch`: the answers as they were landed, no source is asked. */
  extractLanded(task: ReplayTask): Promise<ExtractedBatch>;
  /** In place of `loadBatch`: settles the held rows in the same transaction. */
  loadReplayed(load: ReplayLoad): Promise<LoadedBatch & { readonly outcome: ChunkOutcome }>;
  /** Records that a chunk could not be dealt with; its rows stay held. */
  refuseChunk(refusal: {
    readonly chunk: DecisionChunk;
    readonly message: string;
  }): Promise<ChunkOutcome>;
  summariseHeld(): Promise<HeldSummary>;
}

export type { DecisionKind };
