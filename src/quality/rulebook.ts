import { RULES } from './catalogue.ts';
import type { Rule } from './rule.ts';
import type { RuleSettings } from './settings.ts';

/** The rules as an operator has set them: what counts in one judgement. */
export interface Rulebook {
  readonly rules: readonly Rule[];
  readonly indexOf: ReadonlyMap<string, number>;
  /** Switched off: not even noted. */
  isOff(id: string): boolean;
  /** Noted, and nothing else. */
  isNoteOnly(id: string): boolean;
}

/** For a job that wants no validation: twins still fall together, and what the table cannot hold is still held back. */
export const KEY_RULES_ONLY: RuleSettings = {
  disabled: RULES.map(({ id }) => id).filter((id) => !/^[UG]/.test(id)),
};

/** @throws RangeError where a setting names no rule, or a custom rule takes the id of one. */
export function openRulebook({
  disabled = [],
  severities = {},
  custom = [],
}: RuleSettings = {}): Rulebook {
  const known = new Set(RULES.map(({ id }) => id));
  const taken = custom.find(({ id }) => known.has(id));
  if (taken !== undefined) {
    throw new RangeError(`A custom rule cannot be named as a rule of the catalogue: ${taken.id}`);
  }
  const rules = [...RULES, ...custom.map(ruleOfCustom)].map((rule) => ({
    ...rule,
    severity: severities[rule.id] ?? rule.severity,
  }));
  const indexOf = new Map(rules.map(({ id }, index) => [id, index]));
  const unknown = [...disabled, ...Object.keys(severities)].find((id) => !indexOf.has(id));
  if (unknown !== undefined) {
    throw new RangeError(`No such rule: ${unknown}; candlewick rules lists them`);
  }
  const kept = disabled.find((id) => id.startsWith('G'));
  if (kept !== undefined) {
    throw new RangeError(`${kept} guards the table and cannot be switched off`);
  }
  const off = new Set(disabled);
  const noted = new Set(
    Object.entries(severities)
      .filter(([, severity]) => severity === 'info')
      .map(([id]) => id),
  );
  return { rules, indexOf, isOff: (id) => off.has(id), isNoteOnly: (id) => noted.has(id) };
}

function ruleOfCustom(custom: {
  readonly id: string;
  readonly dimension: Rule['dimension'];
  readonly severity: Rule['severity'];
  readonly summary: string;
}): Rule {
  const { id, dimension, severity, summary } = custom;
  const isGrave = severity === 'critical' || severity === 'high';
  return {
    id,
    dimension,
    severity,
    summary,
    actions: [isGrave ? 'quarantine' : 'keep'],
    needs: [],
  };
}
