import type { QualityCheckResult, QualityReportResult } from '../domain/quality-check.ts';
import type { RunIdentity } from './contract.ts';

export interface CheckRequest extends RunIdentity {
  readonly kind: 'check' | 'report';
  /** What the caller sent, unread. */
  readonly input: unknown;
  /** ISO instant at which it was due. */
  readonly dueAt: string;
}

/** The symbols of each shard lie in `quality_check_shards`. */
export interface CheckPlan {
  readonly checkId: string;
  readonly startDate: string;
  readonly endDate: string;
  readonly symbols: number;
  readonly shards: number;
  readonly notes: readonly string[];
  readonly effectiveInput: Readonly<Record<string, unknown>>;
}

export interface CheckShard {
  readonly checkId: string;
  readonly shardNo: number;
}

export interface ShardOutcome {
  readonly bars: number;
  /** Errors / tolerance, and the keys they are spread over: the score is 0.7 to the power of cost / keys. */
  readonly cost: number;
  readonly keys: number;
  readonly findings: number;
  readonly failed: number;
}

export interface CheckActivities {
  /** @throws ConfigurationError naming each field at fault. */
  planCheck(request: CheckRequest): Promise<CheckPlan>;
  /** Judges the stored bars of some symbols; again: replaces what it had stored. */
  checkShard(shard: CheckShard): Promise<ShardOutcome>;
  finishCheck(check: {
    readonly checkId: string;
    readonly cancelled: boolean;
  }): Promise<QualityCheckResult>;
  /** Draws, stores and lists the report of a check. */
  buildReport(report: RunIdentity & { readonly checkId: string }): Promise<QualityReportResult>;
}
