import type { Dirent, Stats } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { ConfigurationError } from '../../domain/errors.ts';
import type { FileKind } from './file-kind.ts';
import { contentOf } from './file-kind.ts';
import { compileGlob, fixedPartOf, isGlob, type Glob } from './glob.ts';
import { MOST_FILES } from './limits.ts';
import {
  accessError,
  isMissing,
  notFound,
  realPathBelow,
  relativeParts,
  shownPath,
  type FileStamp,
} from './safe-path.ts';

/** A file to be read: bars, or an archive of such. */
export interface FoundFile extends FileStamp {
  /** Below the root, with `/`. */
  readonly path: string;
  readonly real: string;
  readonly content: FileKind | 'tar' | 'zip';
}

interface Walk {
  readonly root: string;
  /** What is looked for; undefined: everything. */
  readonly glob: Glob | undefined;
  readonly signal: AbortSignal;
  readonly found: FoundFile[];
  /** Folders that were seen, by real path: a link to a folder above would lead in circles. */
  readonly seen: Set<string>;
}

/**
 * The files that a path below the root means: one file, all of a directory and its folders, or a glob's; in the order of
 * their paths. Names that begin with a dot, and files whose ending says that they hold no bars, are left out.
 * @throws ConfigurationError where it leads out of the root, names no regular file, or matches none or too many
 */
export async function findFiles(
  rootPath: string,
  path: string,
  signal: AbortSignal,
): Promise<readonly FoundFile[]> {
  const root = await realRoot(rootPath);
  const parts = relativeParts(root, path);
  const shown = parts.join('/');
  const walk: Walk = { root, glob: undefined, signal, found: [], seen: new Set() };
  if (isGlob(shown) && !(await exists(root, parts))) {
    const glob = compileGlob(shown);
    const fixed = fixedPartOf(shown).split('/').filter(Boolean);
    await visit({ ...walk, glob }, fixed, await realPathBelow(root, fixed));
  } else {
    const real = await realPathBelow(root, parts);
    const stats = await stat(real);
    if (!stats.isDirectory() && contentOf(shown) === undefined) {
      throw notFound(shown, 'it is no .csv, .ndjson, .parquet, .tar or .zip file');
    }
    await visitEntry(walk, parts, real, stats);
  }
  if (walk.found.length === 0) {
    throw notFound(
      shownPath(root, parts),
      'no .csv, .ndjson, .parquet, .tar or .zip file is there',
    );
  }
  return walk.found.toSorted((left, right) => (left.path < right.path ? -1 : 1));
}

async function realRoot(root: string): Promise<string> {
  try {
    return await realpath(root);
  } catch (error) {
    throw isMissing(error)
      ? new ConfigurationError(`ETL_FILES_ROOT: there is no ${root}`, {
          code: 'ETL-SRC-206',
          hint: 'make the directory, or set ETL_FILES_ROOT to where the files are.',
        })
      : error;
  }
}

async function exists(root: string, parts: readonly string[]): Promise<boolean> {
  try {
    await stat([root, ...parts].join('/'));
    return true;
  } catch {
    return false;
  }
}

/** Everything in a folder, and in the folders below it. */
async function visit(walk: Walk, parts: readonly string[], real: string): Promise<void> {
  walk.signal.throwIfAborted();
  if (walk.seen.has(real)) {
    return;
  }
  walk.seen.add(real);
  const entries = await readdir(real, { withFileTypes: true }).catch((error: unknown) => {
    throw accessError(shownPath(walk.root, parts), error);
  });
  for (const entry of entries.toSorted((left, right) => (left.name < right.name ? -1 : 1))) {
    const below = [...parts, entry.name];
    if (await isWanted(walk, entry, { shown: below.join('/'), real: join(real, entry.name) })) {
      const target = entry.isSymbolicLink()
        ? await realPathBelow(walk.root, below)
        : join(real, entry.name);
      await visitEntry(walk, below, target, await stat(target));
    }
  }
}

/** A glob walks only where it may match, and follows no link to a folder. Where no glob chooses, links are followed. */
async function isWanted(
  { glob }: Walk,
  entry: Dirent,
  { shown, real }: { readonly shown: string; readonly real: string },
): Promise<boolean> {
  if (entry.name.startsWith('.')) {
    return false;
  }
  if (entry.isDirectory()) {
    return glob === undefined || glob.mayMatchBelow(shown);
  }
  if (contentOf(entry.name) !== undefined) {
    return glob === undefined || glob.matches(shown);
  }
  // A link may be a folder; any other name without an ending of ours is none of our business.
  return glob === undefined && entry.isSymbolicLink() && isFolder(real);
}

async function isFolder(link: string): Promise<boolean> {
  return stat(link).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}

async function visitEntry(
  walk: Walk,
  parts: readonly string[],
  real: string,
  stats: Stats,
): Promise<void> {
  if (stats.isDirectory()) {
    await visit(walk, parts, real);
    return;
  }
  const path = parts.join('/');
  const content = contentOf(path);
  if (content === undefined || walk.glob?.matches(path) === false) {
    return;
  }
  if (!stats.isFile()) {
    throw notFound(path, 'it is no regular file');
  }
  walk.found.push({ path, real, content, size: stats.size, mtimeMs: stats.mtimeMs });
  if (walk.found.length > MOST_FILES) {
    throw notFound(path, `it is one of more than ${MOST_FILES} files; expected fewer a job`);
  }
}
