import { randomUUID } from 'node:crypto';
import { constants, type Dirent } from 'node:fs';
import { mkdir, open, readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';

import { ConfigurationError, SystemError } from '../domain/errors.ts';
import { checkKey, checkPrefix, type ObjectStore } from './object-store.ts';

/** Half-written objects live here until they are whole. No key starts with a dot, so no reader ever meets one. */
const TEMPORARY = '.tmp';
const STALE_AFTER_MS = 24 * 3_600_000;

/** Objects as files below `directory`, which is created at the first use where it is missing. */
export function createLocalStore(directory: string): ObjectStore {
  const location = resolve(directory);
  let opened: Promise<string> | undefined;
  function root(): Promise<string> {
    opened ??= openRoot(location).catch((error: unknown) => {
      opened = undefined; // the next call tries again: a full disk may have been cleared by then
      throw error;
    });
    return opened;
  }
  async function inRoot<Result>(
    key: string,
    work: (root: string) => Promise<Result>,
  ): Promise<Result> {
    try {
      return await work(await root());
    } catch (error) {
      throw translate(error, key, location);
    }
  }
  return {
    location,
    put: (key, bytes) => inRoot(key, (folder) => putFile(folder, key, bytes)),
    get: (key) => inRoot(key, (folder) => getFile(folder, key)),
    size: (key) => inRoot(key, (folder) => sizeOfFile(folder, key)),
    delete: (key) => inRoot(key, (folder) => rm(pathOf(folder, key), { force: true })),
    async *list(prefix) {
      checkPrefix(prefix);
      yield* listFiles(await inRoot(prefix, (folder) => Promise.resolve(folder)), prefix);
    },
  };
}

async function openRoot(directory: string): Promise<string> {
  await mkdir(join(directory, TEMPORARY), { recursive: true });
  const root = await realpath(directory);
  await removeStale(join(root, TEMPORARY));
  return root;
}

/** What a killed process left behind. Younger files may belong to a living one. */
async function removeStale(temporary: string): Promise<void> {
  for (const name of await readdir(temporary)) {
    const path = join(temporary, name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
    if (mtimeMs < Date.now() - STALE_AFTER_MS) {
      await rm(path, { force: true });
    }
  }
}

function pathOf(root: string, key: string): string {
  checkKey(key);
  return join(root, ...key.split('/'));
}

/** A link below the root may point anywhere: what counts is where the file's folder really is. */
async function refuseOutside(root: string, path: string): Promise<void> {
  const folder = await realpath(dirname(path));
  if (folder !== root && !folder.startsWith(root + sep)) {
    throw new ConfigurationError(`${path} leads out of the store at ${root}`, {
      code: 'ETL-STO-102',
      hint: 'remove the link; a store holds only its own files.',
    });
  }
}

async function putFile(root: string, key: string, bytes: Uint8Array): Promise<void> {
  const path = pathOf(root, key);
  await mkdir(dirname(path), { recursive: true });
  await refuseOutside(root, path);
  const temporary = join(root, TEMPORARY, randomUUID());
  try {
    await writeDurably(temporary, bytes);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(dirname(path));
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes the new name itself survive a power cut. Windows cannot open a folder, and needs no such thing. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') {
    return;
  }
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function getFile(root: string, key: string): Promise<Buffer> {
  const path = pathOf(root, key);
  await refuseOutside(root, path);
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    return await file.readFile();
  } finally {
    await file.close();
  }
}

async function sizeOfFile(root: string, key: string): Promise<number | undefined> {
  try {
    const facts = await stat(pathOf(root, key));
    return facts.isFile() ? facts.size : undefined;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
}

async function* listFiles(root: string, prefix: string): AsyncIterable<string> {
  let entries: Dirent[];
  try {
    entries = await readdir(join(root, prefix), { withFileTypes: true });
  } catch (error) {
    if (codeOf(error) === 'ENOENT') {
      return;
    }
    throw translate(error, prefix, root);
  }
  for (const entry of entries) {
    if (entry.name.startsWith('.')) {
      continue;
    }
    if (entry.isDirectory()) {
      yield* listFiles(root, `${prefix}${entry.name}/`);
    } else if (entry.isFile()) {
      yield `${prefix}${entry.name}`;
    }
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}

const WAYS_OUT: Readonly<Record<string, readonly [code: string, what: string, hint: string]>> = {
  ENOENT: ['ETL-STO-001', 'There is no such object', 'run the job again from its first stage.'],
  ENOSPC: ['ETL-STO-002', 'The disk is full', 'free some space, or move STORAGE_URL.'],
  EDQUOT: ['ETL-STO-002', 'The disk quota is used up', 'free some space, or move STORAGE_URL.'],
  EACCES: ['ETL-STO-003', 'No permission', 'give this user the folder, or move STORAGE_URL.'],
  EPERM: ['ETL-STO-003', 'No permission', 'give this user the folder, or move STORAGE_URL.'],
  EROFS: ['ETL-STO-003', 'The disk is read-only', 'move STORAGE_URL to one that is not.'],
  ENOTDIR: ['ETL-STO-003', 'A file is in the way', 'remove it, or move STORAGE_URL.'],
  EEXIST: ['ETL-STO-003', 'A file is in the way', 'remove it, or move STORAGE_URL.'],
  ELOOP: ['ETL-STO-003', 'A link is in the way', 'remove it; a store holds only its own files.'],
};

function translate(error: unknown, key: string, root: string): Error {
  const code = codeOf(error);
  if (!(error instanceof Error) || code === undefined || code.startsWith('ETL-')) {
    return error instanceof Error ? error : new Error(String(error));
  }
  const [ours, what, hint] = WAYS_OUT[code] ?? ['ETL-STO-004', `The store fails (${code})`];
  return new SystemError(`${what}: ${key} in ${root}`, {
    code: ours,
    ...(hint === undefined ? {} : { hint }),
    details: { key, store: root, errno: code },
    cause: error,
  });
}
