import type { Severity } from './verdict.ts';

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
  /** Share of a session's symbols that must be absent or stale before the session itself is at fault. */
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

/** What an operator may set. */
export interface RuleSettings {
  readonly disabled?: readonly string[];
  readonly severities?: Readonly<Record<string, Severity>>;
  readonly thresholds?: Partial<Thresholds>;
}
