import { createHash } from 'node:crypto';

import type { RuleSettings } from '../domain/rule-settings.ts';
import { RULES_VERSION } from '../quality/catalogue.ts';
import { readJobFile } from './job-file.ts';
import { problemsError } from './problems.ts';
import { parseRuleSettings } from './rule-settings.ts';

/**
 * The rules as ETL_RULES_FILE sets them; the catalogue as it is where there is no such file.
 * @throws ConfigurationError ETL-CFG-120 naming every fault, or as `readJobFile`
 */
export function readRulesFile(path: string | undefined): RuleSettings {
  if (path === undefined) {
    return {};
  }
  const { settings, problems } = parseRuleSettings(readJobFile(path));
  if (problems.length > 0) {
    throw problemsError(problems, {
      code: 'ETL-CFG-120',
      subject: `the rules file ${path}`,
      hint: 'see docs/quality.md, "Settings"; `candlewick rules` lists rules and thresholds.',
    });
  }
  return settings;
}

/**
 * Names what judged: the catalogue's version and, where anything differs from it, a hash of the settings. Equal settings
 * have equal names, in whatever order they were written.
 */
export function rulesetVersion(settings: RuleSettings = {}): string {
  if (Object.keys(settings).length === 0) {
    return RULES_VERSION;
  }
  const hash = createHash('sha256').update(canonicalJson(settings)).digest('hex');
  return `${RULES_VERSION}+${hash.slice(0, 12)}`;
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
