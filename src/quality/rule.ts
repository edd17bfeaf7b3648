import type { Dimension, Severity } from './verdict.ts';

/** What cleaning does with a row that a rule hits. */
export type RuleAction =
  'repair' | 'quarantine' | 'blank' | 'drop' | 'refetch' | 'keep' | 'stop_batch';

/** One rule as a person reads it: `candlewick rules` prints this table. */
export interface Rule {
  readonly id: string;
  readonly dimension: Dimension;
  readonly severity: Severity;
  /** The first is what cleaning tries; the next is what remains where it does not succeed. */
  readonly actions: readonly RuleAction[];
  readonly summary: string;
  /** What the rule must know beside the row itself; where that is missing it abstains. */
  readonly needs: readonly RuleNeed[];
}

export type RuleNeed =
  | 'calendar'
  | 'instruments'
  | 'suspensions'
  | 'ex_rights'
  | 'st'
  | 'neighbours'
  | 'history'
  | 'all_symbols'
  | 'second_source'
  | 'stored_version'
  | 'model'
  | 'fetch_time';

/** One line of the catalogue: actions and needs as words. */
export function rule(
  id: string,
  dimension: Dimension,
  severity: Severity,
  actions: string,
  summary: string,
  needs = '',
): Rule {
  return {
    id,
    dimension,
    severity,
    actions: words(actions).filter(isRuleAction),
    summary,
    needs: words(needs).filter(isRuleNeed),
  };
}

function words(text: string): readonly string[] {
  return text.split(' ').filter((word) => word !== '');
}

const ACTIONS: readonly string[] = [
  'repair',
  'quarantine',
  'blank',
  'drop',
  'refetch',
  'keep',
  'stop_batch',
] satisfies readonly RuleAction[];
const NEEDS: readonly string[] = [
  'calendar',
  'instruments',
  'suspensions',
  'ex_rights',
  'st',
  'neighbours',
  'history',
  'all_symbols',
  'second_source',
  'stored_version',
  'model',
  'fetch_time',
] satisfies readonly RuleNeed[];

function isRuleAction(word: string): word is RuleAction {
  return ACTIONS.includes(word);
}

function isRuleNeed(word: string): word is RuleNeed {
  return NEEDS.includes(word);
}
