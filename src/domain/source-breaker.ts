/** closed: asked as usual. open: not asked until `openUntilMs`. half_open: one call may try whether it answers again. */
export type BreakerPosition = 'closed' | 'open' | 'half_open';

/** What made a source's endpoint unusable for a while. */
export type Trouble = 'transient' | 'rate_limited' | 'banned' | 'schema_drift';

/** The circuit breaker of one endpoint of one source, shared by all workers. Instants are epoch ms of the database's clock. */
export interface BreakerState {
  readonly position: BreakerPosition;
  /** Transient failures in a row. */
  readonly failures: number;
  /** Openings since it was last closed for good: each doubles the cool-down. */
  readonly openings: number;
  readonly openUntilMs: number | undefined;
  /** Until then one worker is trying whether the endpoint answers again. */
  readonly probeUntilMs: number | undefined;
}

export const CLOSED: BreakerState = {
  position: 'closed',
  failures: 0,
  openings: 0,
  openUntilMs: undefined,
  probeUntilMs: undefined,
};

/** How a call ended, as far as the breaker is concerned. `inconclusive`: it says nothing of the endpoint's health. */
export type CallEnd =
  | { readonly kind: 'answered' }
  | { readonly kind: 'inconclusive' }
  | {
      readonly kind: 'failed';
      readonly trouble: Trouble;
      /** When the source said that it will answer again. */
      readonly retryAfterMs?: number;
    };

/** One attempt of a batch on one source, for the record. */
export interface SourceAttempt {
  readonly source: string;
  readonly endpoint: string;
  /** 1 for the first source that was asked. */
  readonly position: number;
  /**
   * accepted: every symbol that was asked. partial: some, or some with gaps. refused: what came failed acceptance. failed: it
   * did not answer. skipped: it was not asked (breaker, disabled, market not served).
   */
  readonly outcome: 'accepted' | 'partial' | 'refused' | 'failed' | 'skipped';
  readonly code: string | undefined;
  readonly reason: string | undefined;
  readonly symbols: number;
  readonly accepted: number;
  readonly rows: number;
  readonly answers: number;
  /** ISO instants. */
  readonly startedAt: string;
  readonly endedAt: string;
}

/** An expected session of a symbol without a bar; see the table `absences`. */
export interface Absence {
  readonly symbol: string;
  /** Days since 1970-01-01. */
  readonly day: number;
  readonly reason: 'no_trade' | 'source_gap' | 'refused' | 'failed';
  readonly sources: readonly string[];
  readonly detail: string;
}
