import { constants } from 'node:fs';
import { open, realpath, type FileHandle } from 'node:fs/promises';
import { isAbsolute, join, sep } from 'node:path';

import { ConfigurationError, SystemError, TransientError } from '../../domain/errors.ts';
import { MOST_BYTES } from './limits.ts';

/** Ours to refuse: nothing outside the configured root is ever opened. */
function outsideRoot(path: string, why: string): ConfigurationError {
  return new ConfigurationError(
    `path: got "${path.slice(0, 80)}"; expected a file, directory or glob below the files' root: ${why}`,
    {
      code: 'ETL-SRC-202',
      hint: 'move the files below ETL_FILES_ROOT, or set it to where they are.',
    },
  );
}

/** A path below the root as a person knows it: the root itself has no other name than its own. */
export function shownPath(root: string, parts: readonly string[]): string {
  return parts.join('/') || root;
}

export function notFound(path: string, why: string): ConfigurationError {
  return new ConfigurationError(`path: got "${path.slice(0, 80)}": ${why}`, {
    code: 'ETL-SRC-203',
    hint: 'check the path; it is taken from ETL_FILES_ROOT.',
  });
}

export function isMissing(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    (error.code === 'ENOENT' || error.code === 'ENOTDIR' || error.code === 'ENAMETOOLONG')
  );
}

function isBelow(root: string, real: string): boolean {
  return real === root || real.startsWith(root.endsWith(sep) ? root : root + sep);
}

/** A path as parts below the root. @throws ConfigurationError where its text leads out of it */
export function relativeParts(root: string, path: string): readonly string[] {
  if (/\p{Cc}/u.test(path)) {
    throw outsideRoot(JSON.stringify(path), 'it holds a control character');
  }
  const isRooted = isAbsolute(path);
  if (isRooted && !isBelow(root, path)) {
    throw outsideRoot(path, 'it is outside');
  }
  const below = isRooted ? path.slice(root.length) : path;
  const parts = below.split(/[/\\]/).filter((part) => part !== '' && part !== '.');
  if (parts.includes('..') || parts.some((part) => /^(%2e|\.){2}$/i.test(part))) {
    throw outsideRoot(path, 'it leads out');
  }
  return parts;
}

/** The real path of something below the root. @throws ConfigurationError where links lead out of it or nothing is there */
export async function realPathBelow(root: string, parts: readonly string[]): Promise<string> {
  const shown = parts.join('/');
  try {
    const real = await realpath(join(root, ...parts));
    if (!isBelow(root, real)) {
      throw outsideRoot(shown, 'a link leads out of it');
    }
    return real;
  } catch (error) {
    if (isMissing(error)) {
      throw notFound(shown, 'nothing is there');
    }
    throw error;
  }
}

export interface FileStamp {
  readonly size: number;
  readonly mtimeMs: number;
}

/**
 * Opens a regular file as it was when it was looked at: without waiting, so that a pipe put in its place cannot hold us, and
 * without following a link put in its place.
 */
export async function openBelow(
  real: string,
  shown: string,
  stamp: FileStamp,
): Promise<FileHandle> {
  const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;
  const handle = await open(real, flags).catch((error: unknown) => {
    throw isMissing(error) ? changed(shown) : accessError(shown, error);
  });
  const stats = await handle.stat();
  if (stats.isFile() && stats.size === stamp.size && stats.mtimeMs === stamp.mtimeMs) {
    return handle;
  }
  await handle.close();
  throw stats.isFile() ? changed(shown) : notFound(shown, 'it is no regular file');
}

function changed(shown: string): TransientError {
  return new TransientError(`${shown}: changed while it was read`, {
    code: 'ETL-SRC-204',
    hint: 'wait until the file is written whole.',
  });
}

export async function readFileBelow(
  real: string,
  shown: string,
  stamp: FileStamp,
): Promise<Uint8Array> {
  if (stamp.size > MOST_BYTES) {
    throw notFound(shown, `it has ${stamp.size} bytes; expected at most ${MOST_BYTES}: split it`);
  }
  const handle = await openBelow(real, shown, stamp);
  try {
    const body = await handle.readFile();
    if (body.length !== stamp.size) {
      throw changed(shown);
    }
    return body;
  } finally {
    await handle.close();
  }
}

/** What the operating system said of a file, in our words. */
export function accessError(shown: string, error: unknown): Error {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'EACCES' || code === 'EPERM' || code === 'ELOOP') {
    return notFound(shown, `it cannot be read: ${code}`);
  }
  if (code !== '') {
    return new SystemError(`${shown}: ${code}`, { code: 'ETL-SRC-205', cause: error });
  }
  return error instanceof Error ? error : new Error(String(error));
}
