import type { StockSymbol } from './stock-symbol.ts';
import type { TradingDay } from './trading-day.ts';

/** What a person may do with bars that are held back. */
export const DECISIONS = ['release', 'reject', 'replay'] as const;
export type DecisionKind = (typeof DECISIONS)[number];

/** `replaced`: a replay derived the bar again, and another row of the quarantine, or none, now stands for it. */
export const QUARANTINE_STATES = ['held', 'released', 'rejected', 'replaced'] as const;
export type QuarantineState = (typeof QUARANTINE_STATES)[number];

/** Held rows by any of these; all given must hold. Dates include both ends. */
export interface QuarantineSelection {
  readonly ids?: readonly number[] | undefined;
  readonly symbols?: readonly StockSymbol[] | undefined;
  readonly source?: string | undefined;
  /** Id of a rule among the row's reasons. */
  readonly rule?: string | undefined;
  /** The run that held the row first. */
  readonly runId?: string | undefined;
  readonly startDate?: TradingDay | undefined;
  readonly endDate?: TradingDay | undefined;
}

/** One decision, with every default filled in. Made by `config/quarantine-input.ts` only. */
export interface QuarantineDecision extends QuarantineSelection {
  readonly decision: DecisionKind;
  /** Who decides, and why: kept for ever. */
  readonly by: string;
  readonly why: string;
  /** With `reject`: ask other sources for the same bars. */
  readonly refetch: boolean;
  /** With `refetch`: which; empty = those configured, less the one whose rows were rejected. */
  readonly sources: readonly string[];
  /** With `replay`: in place of the job's own, 0 to 1. */
  readonly qualityThreshold: number | undefined;
}

/** What became of one decision, in rows. */
export interface DecisionResult {
  readonly decision: DecisionKind;
  readonly by: string;
  readonly why: string;
  /** Held rows that it concerned. */
  readonly selected: number;
  readonly released: number;
  readonly rejected: number;
  /** Derived again and held again, for other reasons or as another row. */
  readonly replaced: number;
  /** Derived again and held for the same reasons. */
  readonly stillHeld: number;
  /** Could not be done; still held. */
  readonly refused: number;
  /** Of the released rows: what the load did. */
  readonly inserted: number;
  readonly updated: number;
  readonly unchanged: number;
  /** Jobs that ask other sources for rejected bars. */
  readonly refetches: readonly RefetchResult[];
  /** Plain sentences: why rows were refused, at most a few. */
  readonly notes: readonly string[];
}

export interface RefetchResult {
  readonly jobId: string;
  readonly sources: readonly string[];
  readonly symbols: number;
  readonly status: 'success' | 'partial_success' | 'failed';
  /** Rows new or updated in the table. */
  readonly loaded: number;
  readonly quarantined: number;
  readonly failure: string | undefined;
}

/** What a resolution of the quarantine ends with. */
export interface QuarantineResolution {
  readonly results: readonly DecisionResult[];
  readonly heldLeft: number;
}
