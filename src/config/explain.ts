import { isSecretKey, REDACTED } from '../observability/redact.ts';
import { ENV_FILE, mergeEnvironments, type Environment } from './config.ts';
import { shownDatabaseUrl, databaseUrlFault } from './database-url.ts';
import { readEnvFile } from './env-file.ts';
import { describeValue } from './problems.ts';
import { metaOf, SETTING_NAMES, type SettingName } from './settings.ts';

export interface SettingRow {
  readonly name: SettingName;
  /** Without secrets. */
  readonly value: string;
  readonly from: 'default' | 'environment' | '.env';
  readonly meaning: string;
}

/** Where the value of every setting comes from. Wrong values are shown too: this is how a person finds them. */
export function explainConfig(
  env: Environment = process.env,
  envFile: string = ENV_FILE,
): readonly SettingRow[] {
  const file = readEnvFile(envFile);
  const merged = mergeEnvironments(file, env);
  return SETTING_NAMES.map((name) => {
    const { meaning, fallback } = metaOf(name);
    const text = merged[name]?.trim() ?? '';
    if (text === '') {
      return { name, value: fallback, from: 'default', meaning };
    }
    const isReal = (env[name] ?? '') !== '';
    return { name, value: shownValue(name, text), from: isReal ? 'environment' : '.env', meaning };
  });
}

function shownValue(name: SettingName, text: string): string {
  if (name === 'DATABASE_URL' && databaseUrlFault(text) === undefined) {
    return shownDatabaseUrl(text);
  }
  return isSecretKey(name) ? REDACTED : describeValue(text).slice(1, -1);
}

/** The text of `.env.example`: every setting, commented out, with its meaning and its default. */
export function renderEnvExample(): string {
  const parts = SETTING_NAMES.map((name) => {
    const { meaning, expected, fallback, isOptional } = metaOf(name);
    return isOptional === true
      ? `# ${meaning} (${expected}).\n# Default: ${fallback}.\n# ${name}=`
      : `# ${meaning} (${expected}).\n# ${name}=${fallback.includes(' ') ? `"${fallback}"` : fallback}`;
  });
  return `# Candlewick's settings. Copy to .env and remove the # of what you change; the real environment wins.\n\n${parts.join('\n\n')}\n`;
}

/** The configuration table of the README. */
export function renderSettingsTable(): string {
  const rows = SETTING_NAMES.map((name) => {
    const { meaning, fallback, isOptional } = metaOf(name);
    const shown = isOptional === true ? fallback : `\`${fallback}\``;
    return `| \`${name}\` | ${shown} | ${meaning} |`;
  });
  return ['| variable | default | meaning |', '|---|---|---|', ...rows].join('\n');
}
