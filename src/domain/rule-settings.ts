import type { ValueColumn } from './bar.ts';

/** What is wrong with a row, as data quality is commonly divided. */
export type Dimension =
  'completeness' | 'validity' | 'accuracy' | 'consistency' | 'uniqueness' | 'timeliness';

export const DIMENSIONS = [
  'completeness',
  'validity',
  'accuracy',
  'consistency',
  'uniqueness',
  'timeliness',
] as const satisfies readonly Dimension[];

/** How grave a finding of a rule is; `info` costs nothing. */
export type RuleSeverity = 'critical' | 'high' | 'medium' | 'low' | 'info';

export const RULE_SEVERITIES = [
  'critical',
  'high',
  'medium',
  'low',
  'info',
] as const satisfies readonly RuleSeverity[];

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
  readonly severity: RuleSeverity;
  readonly summary: string;
  readonly when: readonly CustomCondition[];
}

/** What an operator may set; whatever is left out is as in the catalogue. */
export interface RuleSettings {
  /** Ids of rules that are switched off. */
  readonly disabled?: readonly string[];
  /** By rule id; `info` only notes what the rule finds. */
  readonly severities?: Readonly<Record<string, RuleSeverity>>;
  readonly thresholds?: Partial<Thresholds>;
  readonly custom?: readonly CustomRule[];
  /** Share of keys that may be wrong, by dimension; 0.05 where left out. */
  readonly tolerance?: Partial<Readonly<Record<Dimension, number>>>;
}

/** Both settings at once; where they speak of the same thing, `over` wins. */
export function mergeRuleSettings(base: RuleSettings, over: RuleSettings): RuleSettings {
  const named = new Map([...(base.custom ?? []), ...(over.custom ?? [])].map((r) => [r.id, r]));
  const merged = {
    disabled: [...new Set([...(base.disabled ?? []), ...(over.disabled ?? [])])].toSorted(),
    severities: { ...base.severities, ...over.severities },
    thresholds: { ...base.thresholds, ...over.thresholds },
    tolerance: { ...base.tolerance, ...over.tolerance },
    custom: [...named.values()],
  };
  return {
    ...(merged.disabled.length > 0 ? { disabled: merged.disabled } : {}),
    ...(isEmpty(merged.severities) ? {} : { severities: merged.severities }),
    ...(isEmpty(merged.thresholds) ? {} : { thresholds: merged.thresholds }),
    ...(isEmpty(merged.tolerance) ? {} : { tolerance: merged.tolerance }),
    ...(merged.custom.length > 0 ? { custom: merged.custom } : {}),
  };
}

function isEmpty(record: object): boolean {
  return Object.keys(record).length === 0;
}
