import { ConfigurationError } from '../../domain/errors.ts';

const LONGEST = 512;
const SPECIAL = /[*?[\]{}]/;

export function isGlob(path: string): boolean {
  return SPECIAL.test(path);
}

/** The folder before the first part that holds a wildcard. */
export function fixedPartOf(pattern: string): string {
  const parts = pattern.split('/');
  return parts.slice(0, parts.findIndex(isGlob)).join('/');
}

/**
 * What a glob matches: `*` and `?` within a name, `**` over folders, `[a-z]`, `{a,b}`. Matched in one pass over parts, a name
 * at a time, so that no pattern can take exponential time.
 * @throws ConfigurationError for one that is not closed
 */
export function compileGlob(pattern: string): (path: string) => boolean {
  if (pattern.length > LONGEST) {
    throw badGlob(pattern, `it has ${pattern.length} characters; expected at most ${LONGEST}`);
  }
  const alternatives = expandBraces(pattern).map((one) => one.split('/').map(compilePart));
  return (path) => {
    const names = path.split('/');
    return alternatives.some((parts) => matchParts(parts, names));
  };
}

type Part = RegExp | '**';

function matchParts(parts: readonly Part[], names: readonly string[]): boolean {
  // reached[n]: the parts so far match the first n names.
  let reached = names.map(() => false).concat(false);
  reached[0] = true;
  for (const part of parts) {
    const next = reached.map(() => false);
    for (const [count, isReached] of reached.entries()) {
      if (part === '**') {
        next[count] = isReached || (count > 0 && next[count - 1] === true);
      } else if (isReached && count < names.length) {
        next[count + 1] = part.test(names[count] ?? '');
      }
    }
    reached = next;
  }
  return reached.at(-1) === true;
}

function compilePart(part: string): Part {
  if (part === '**') {
    return '**';
  }
  let source = '';
  for (let at = 0; at < part.length; at += 1) {
    const character = part.charAt(at);
    const close = character === '[' ? part.indexOf(']', at + 2) : -1;
    if (close > 0) {
      const inside = part.slice(at + 1, close).replaceAll(/[\\[\]]/g, String.raw`\$&`);
      source += `[${inside.replace(/^!/, '^')}]`;
      at = close;
    } else {
      source += wildcard(character);
    }
  }
  try {
    return new RegExp(`^${source}$`, 's');
  } catch {
    throw badGlob(part, 'it is no pattern of names');
  }
}

function wildcard(character: string): string {
  if (character === '*') {
    return '.*?';
  }
  return character === '?' ? '.' : character.replace(/[.+^$(){}|[\]\\]/, String.raw`\$&`);
}

const MOST_ALTERNATIVES = 64;

/** `a.{csv,zip}` as `a.csv` and `a.zip`. */
function expandBraces(pattern: string): string[] {
  const open = pattern.indexOf('{');
  const close = pattern.indexOf('}', open);
  if (open < 0 || close < 0) {
    return [pattern];
  }
  const inside = pattern.slice(open + 1, close);
  if (inside.includes('{')) {
    throw badGlob(pattern, 'braces within braces');
  }
  const expanded = inside
    .split(',')
    .flatMap((choice) => expandBraces(pattern.slice(0, open) + choice + pattern.slice(close + 1)));
  if (expanded.length > MOST_ALTERNATIVES) {
    throw badGlob(pattern, `more than ${MOST_ALTERNATIVES} alternatives`);
  }
  return expanded;
}

function badGlob(pattern: string, what: string): ConfigurationError {
  return new ConfigurationError(`path: got the pattern "${pattern.slice(0, 80)}": ${what}`, {
    code: 'ETL-SRC-201',
    hint: 'use *, **, ?, [a-z] and {a,b}.',
  });
}
