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

/** What a glob says of paths below the root. */
export interface Glob {
  matches(path: string): boolean;
  /** Whether a path below this folder may match, so that the others need not be walked. */
  mayMatchBelow(folder: string): boolean;
}

/**
 * Reads a glob: `*` and `?` within a name, `**` over folders, `[a-z]`, `{a,b}`. Matched by states, a name and a character at
 * a time, so that no pattern can take exponential time.
 * @throws ConfigurationError for one that is not closed
 */
export function compileGlob(pattern: string): Glob {
  if (pattern.length > LONGEST) {
    throw badGlob(pattern, `it has ${pattern.length} characters; expected at most ${LONGEST}`);
  }
  const alternatives = expandBraces(pattern).map((one) => one.split('/').map(compilePart));
  return {
    matches: (path) => alternatives.some((parts) => reachPath(path, parts).at(-1) === true),
    mayMatchBelow: (folder) =>
      alternatives.some((parts) => reachPath(folder, parts).slice(0, -1).includes(true)),
  };
}

function reachPath(path: string, parts: readonly Part[]): readonly boolean[] {
  return reachEnd(parts, path.split('/'), matchesName);
}

const MANY = Symbol('any number');
type Many = typeof MANY;
/** Characters that a place in a name accepts. */
type Accepts = (character: string) => boolean;
type Part = readonly (Accepts | Many)[] | Many;

/** Of each number of patterns from none to all: whether they can take exactly all of the items. */
function reachEnd<Item, Pattern>(
  patterns: readonly (Pattern | Many)[],
  items: readonly Item[],
  accepts: (item: Item, pattern: Pattern) => boolean,
): readonly boolean[] {
  // taken[n]: the patterns so far can take the first n items.
  let taken = Array.from({ length: items.length + 1 }, (_, count) => count === 0);
  const atEnd = [taken.at(-1) === true];
  for (const pattern of patterns) {
    const next = taken.map(() => false);
    for (const [count, isTaken] of taken.entries()) {
      const item = items[count];
      if (pattern === MANY) {
        next[count] = isTaken || (count > 0 && next[count - 1] === true);
      } else if (isTaken && item !== undefined) {
        next[count + 1] = accepts(item, pattern);
      }
    }
    taken = next;
    atEnd.push(taken.at(-1) === true);
  }
  return atEnd;
}

function matchesName(name: string, part: readonly (Accepts | Many)[]): boolean {
  return (
    reachEnd(part, Array.from(name), (character, accepts: Accepts) => accepts(character)).at(-1) ===
    true
  );
}

function compilePart(part: string): Part {
  if (part === '**') {
    return MANY;
  }
  const places: (Accepts | Many)[] = [];
  const characters = Array.from(part);
  for (let at = 0; at < characters.length; at += 1) {
    const character = characters[at] ?? '';
    const close = character === '[' ? characters.indexOf(']', at + 2) : -1;
    if (close > 0) {
      places.push(acceptsClass(characters.slice(at + 1, close)));
      at = close;
    } else if (character === '*') {
      places.push(MANY);
    } else {
      places.push((found) => character === '?' || found === character);
    }
  }
  return places;
}

/** `[abc]`, `[a-z]`, `[!a-z]`. */
function acceptsClass(inside: readonly string[]): Accepts {
  const isNegated = inside[0] === '!';
  const members = isNegated ? inside.slice(1) : inside;
  return (found) => {
    const isMember = members.some((member, at) => {
      const isRange = member === '-' && at > 0 && at < members.length - 1;
      return isRange
        ? (members[at - 1] ?? '') <= found && found <= (members[at + 1] ?? '')
        : member === found;
    });
    return isMember !== isNegated;
  };
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
