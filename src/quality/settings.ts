import type { ValueColumn } from '../domain/bar.ts';
import type { Dimension, Severity } from './verdict.ts';

/** Thresholds of the rules that have one; the rest are exact. Each default was chosen on clean real bars (docs/quality.md). */
export interface Thresholds {
  /** Sessions without a bar after which a resumption may have no price limit. */
  readonly relistingSessions: number;
  /** Absent sessions that are taken for a suspension where the chain of closes is unbroken. */
  readonly absentBlockSessions: number;
  /** Volume this many times above, or below, both neighbours and the medians of 20 sessions before and 10 after. */
  readonly volumeSpike: number;
  readonly volumeDip: number;
  /** Rows in which all prices are multiples of 0.1 before lost precision is suspected. */
  readonly coarseRows: number;
  /** Share of a session's symbols that must be absent, or stale, before the session itself is at fault. */
  readonly partialUniverse: number;
  readonly staleUniverse: number;
}

export const DEFAULT_THRESHOLDS: Thresholds = {
  relistingSessions: 30,
  absentBlockSessions: 20,
  volumeSpike: 6,
  volumeDip: 9,
  coarseRows: 3,
  partialUniverse: 0.03,
  staleUniverse: 0.5,
};

/** One comparison of a rule of the operator's own: `left op factor × right`. Values in CNY and shares. */
export interface CustomCondition {
  readonly left: ValueColumn;
  readonly op: '<' | '<=' | '>' | '>=' | '=';
  readonly right: ValueColumn | number;
  /** 1 where left out. */
  readonly factor?: number;
}

/** A rule of the operator's own, as data: it hits a row for which every condition holds. */
export interface CustomRule {
  readonly id: string;
  readonly dimension: Dimension;
  /** `critical` and `high` quarantine the row, the others only note it. */
  readonly severity: Severity;
  readonly summary: string;
  readonly when: readonly CustomCondition[];
}

/** What an operator may set. */
export interface RuleSettings {
  /** Ids of rules that are switched off. */
  readonly disabled?: readonly string[];
  /** By rule id; `info` only notes what the rule finds. */
  readonly severities?: Readonly<Record<string, Severity>>;
  readonly thresholds?: Partial<Thresholds>;
  readonly custom?: readonly CustomRule[];
  /** Share of keys that may be wrong, by dimension; 0.05 where left out. */
  readonly tolerance?: Partial<Readonly<Record<Dimension, number>>>;
}
