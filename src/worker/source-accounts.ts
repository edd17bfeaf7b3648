import { createHash } from 'node:crypto';

import type { RemoteSourceConfig } from '../config/remote-sources.ts';
import { Secret } from '../config/secret.ts';

/** Digits of the hash that are kept: enough to tell two accounts apart, too few to be of use to anybody else. */
const DIGITS = 16;

/**
 * Hash of all settings of a source (`tushareToken`, `tushareUrl`): its quota belongs to them, and what they have disabled is
 * void once they change. The token itself goes nowhere.
 */
export function sourceAccounts(remote: RemoteSourceConfig): (source: string) => string {
  return (source) => accountIn({ ...remote, ...remote.urls }, source);
}

function accountIn(config: object, source: string): string {
  const settings = Object.entries(config)
    .filter(([name]) => name.toLowerCase().startsWith(source.toLowerCase()))
    .map(([name, value]) => [name, value instanceof Secret ? value.reveal() : String(value)])
    .toSorted(([left = ''], [right = '']) => (left < right ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(settings)).digest('hex').slice(0, DIGITS);
}
