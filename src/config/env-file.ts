import { readFileSync, statSync } from 'node:fs';
import { parseEnv } from 'node:util';

import { ConfigurationError } from '../domain/errors.ts';

const MAX_CONFIG_BYTES = 1_000_000;

/**
 * The text of a configuration file, without its byte order mark; undefined where there is no such file.
 * @throws ConfigurationError ETL-CFG-110 for a folder, an unreadable, huge or binary file.
 */
export function readConfigText(path: string): string | undefined {
  try {
    const facts = statSync(path);
    if (!facts.isFile()) {
      throw unreadable(
        path,
        facts.isDirectory() ? 'it is a directory (EISDIR)' : 'it is no regular file',
      );
    }
    if (facts.size > MAX_CONFIG_BYTES) {
      throw unreadable(path, `it has ${facts.size} bytes; at most 1 MB is read`);
    }
    const text = readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
    if (text.includes('\0')) {
      throw unreadable(path, 'it is no UTF-8 text');
    }
    return text;
  } catch (error) {
    if (error instanceof ConfigurationError) {
      throw error;
    }
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    if (code === 'ENOENT') {
      return undefined;
    }
    throw unreadable(path, code);
  }
}

/** Variables of a `.env` file; none where there is no such file. */
export function readEnvFile(path: string): Readonly<Record<string, string>> {
  const text = readConfigText(path);
  const parsed = text === undefined ? {} : parseEnv(text);
  return Object.fromEntries(
    Object.entries(parsed).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

function unreadable(path: string, why: string): ConfigurationError {
  return new ConfigurationError(`Cannot read ${path}: ${why}`, {
    code: 'ETL-CFG-110',
    hint: 'correct it, or move it away.',
    details: { path },
  });
}
