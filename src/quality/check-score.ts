import { DIMENSIONS, type Dimension } from '../domain/rule-settings.ts';
import { RULES } from './catalogue.ts';
import { TOLERANCE } from './score.ts';

/** What a check has counted, of all symbols or of one session. */
export interface CheckedCosts {
  /** Bars judged. */
  readonly keys: number;
  /** Errors / tolerance by rule, as stored. */
  readonly rules: readonly { readonly rule: string; readonly cost: number }[];
  /** Owed sessions without a bar that readers see. */
  readonly absent: number;
}

const AT_TOLERANCE = 0.7;

/** Which dimension a rule belongs to; rules of the operator's own say so in their findings. */
export function dimensionOf(rule: string): Dimension {
  return RULES.find(({ id }) => id === rule)?.dimension ?? 'validity';
}

/** 0.7 to the power of cost / keys: 1 with no error, 0.7 when the tolerated share of errors is used up. */
export function scoreOf(cost: number, keys: number): number | undefined {
  return keys === 0 ? undefined : AT_TOLERANCE ** (cost / keys);
}

/** The score of stored bars, whole and by dimension. */
export function scoreCheck({ keys, rules, absent }: CheckedCosts): {
  readonly score: number | undefined;
  readonly dimensions: Readonly<Record<Dimension, number>>;
} {
  const all = keys + absent;
  const costs = new Map<Dimension, number>(DIMENSIONS.map((dimension) => [dimension, 0]));
  costs.set('completeness', absent / TOLERANCE);
  for (const { rule, cost } of rules) {
    const dimension = dimensionOf(rule);
    costs.set(dimension, (costs.get(dimension) ?? 0) + cost);
  }
  const total = [...costs.values()].reduce((sum, cost) => sum + cost, 0);
  return {
    score: scoreOf(total, all),
    dimensions: {
      completeness: scoreOf(costs.get('completeness') ?? 0, all) ?? 1,
      validity: scoreOf(costs.get('validity') ?? 0, all) ?? 1,
      accuracy: scoreOf(costs.get('accuracy') ?? 0, all) ?? 1,
      consistency: scoreOf(costs.get('consistency') ?? 0, all) ?? 1,
      uniqueness: scoreOf(costs.get('uniqueness') ?? 0, all) ?? 1,
      timeliness: scoreOf(costs.get('timeliness') ?? 0, all) ?? 1,
    },
  };
}
