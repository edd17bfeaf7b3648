import { rulesetVersion } from '../config/rules-file.ts';
import { DIMENSIONS, type RuleSettings } from '../domain/rule-settings.ts';
import { ruleCatalogue } from '../quality/catalogue.ts';
import type { Rule } from '../quality/rule.ts';
import { openRulebook } from '../quality/rulebook.ts';
import { TOLERANCE } from '../quality/score.ts';
import { DEFAULT_THRESHOLDS } from '../quality/settings.ts';

export interface RuleRow extends Rule {
  /** `note`: only noted, whatever it finds. */
  readonly state: 'on' | 'note' | 'off';
  readonly origin: 'catalogue' | 'custom';
  /** undefined: as in the catalogue. */
  readonly severityBefore: string | undefined;
}

interface SettingValue {
  readonly value: number;
  readonly isDefault: boolean;
}

export interface RuleView {
  readonly ruleset: string;
  readonly file: string | undefined;
  readonly rules: readonly RuleRow[];
  readonly thresholds: Readonly<Record<string, SettingValue>>;
  readonly tolerance: Readonly<Record<string, SettingValue>>;
}

/** The rules as they are set, for people and for scripts. */
export function ruleView(settings: RuleSettings, file: string | undefined): RuleView {
  const book = openRulebook(settings);
  const catalogue = new Map(ruleCatalogue().map((rule) => [rule.id, rule]));
  return {
    ruleset: rulesetVersion(settings),
    file,
    rules: book.rules.map((rule) => {
      const before = catalogue.get(rule.id)?.severity;
      return {
        ...rule,
        state: stateOf(rule.id, book),
        origin: catalogue.has(rule.id) ? 'catalogue' : 'custom',
        severityBefore: before === rule.severity ? undefined : before,
      };
    }),
    thresholds: valuesOf(DEFAULT_THRESHOLDS, settings.thresholds ?? {}),
    tolerance: valuesOf(
      Object.fromEntries(DIMENSIONS.map((name) => [name, TOLERANCE])),
      settings.tolerance ?? {},
    ),
  };
}

function stateOf(id: string, book: ReturnType<typeof openRulebook>): RuleRow['state'] {
  if (book.isOff(id)) {
    return 'off';
  }
  return book.isNoteOnly(id) ? 'note' : 'on';
}

function valuesOf(defaults: object, set: object): Record<string, SettingValue> {
  const given = new Map<string, unknown>(Object.entries(set));
  return Object.fromEntries(
    Object.entries(defaults).map(([name, fallback]) => [
      name,
      { value: Number(given.get(name) ?? fallback), isDefault: !given.has(name) },
    ]),
  );
}
