import { existsSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';

import { ConfigurationError } from '../domain/errors.ts';

/** Where files are read: a path below a root, as the job's input wants it. */
export interface FilesPlace {
  readonly root: string;
  readonly path: string;
}

const GLOB = /[*?[\]{}]/;

function pathBelow(root: string, place: string): string | undefined {
  const path = relative(root, place);
  const isOutside = path === '..' || path.startsWith(`..${sep}`) || isAbsolute(path);
  return isOutside ? undefined : path || '.';
}

/**
 * The option --path for a worker elsewhere: what lies below the files' root is named from there. Anything else is left as
 * it is, for the check of the job's input to refuse it in its own words.
 */
export function placeBelowRoot(path: string | undefined, root: string): { readonly path?: string } {
  if (path === undefined) {
    return {};
  }
  const leadsOut = isAbsolute(path) || path.split(/[/\\]/).includes('..');
  return { path: leadsOut ? (pathBelow(root, resolve(path)) ?? path) : path };
}

/**
 * The option --path for a worker of our own, whose root may be moved to wherever the path leads.
 * @throws ConfigurationError where nothing lies there
 */
export function placeOfFiles(path: string, root: string): FilesPlace {
  const place = resolve(path);
  const fixed = fixedPartOf(place);
  if (!existsSync(fixed)) {
    throw new ConfigurationError(
      `path: got "${path}"; expected a file, directory or glob that exists`,
      {
        code: 'ETL-JOB-120',
        hint: `there is no ${fixed}.`,
      },
    );
  }
  const below = pathBelow(root, place);
  if (below !== undefined) {
    return { root, path: below };
  }
  // No more than was named: the nightly run names no path, and reads all that lies below the root.
  const top = statSync(fixed).isDirectory() ? fixed : dirname(fixed);
  return { root: top, path: relative(top, place) || '.' };
}

/** The part of a path before its first wildcard. */
function fixedPartOf(place: string): string {
  const parts = place.split(sep);
  const first = parts.findIndex((part) => GLOB.test(part));
  // A real file's name may hold a character that means something in a glob.
  return first < 0 || existsSync(place) ? place : join(sep, ...parts.slice(0, first));
}
