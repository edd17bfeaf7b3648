import { dirname } from 'node:path';

import type { EtlError } from '../../domain/errors.ts';
import type { StockSymbol } from '../../domain/stock-symbol.ts';
import { readArchive } from './archive.ts';
import { NO_NOTE, readLayoutNote, type LayoutNote } from './custom-layout.ts';
import { errorOf } from './fault.ts';
import { kindOfMember, type FileKind } from './file-kind.ts';
import { findFiles, type FoundFile } from './find-files.ts';
import { MOST_FILES } from './limits.ts';
import { notFound, readFileBelow } from './safe-path.ts';
import { scanFile, type FileScan, type ScanRequest } from './scan-file.ts';

/** A file or member with what is in it. */
export interface IndexedFile extends Pick<FileScan, 'layout' | 'symbol' | 'holdings'> {
  readonly file: FoundFile;
  readonly member: string | undefined;
  /** Of a member: its place in the archive. */
  readonly ordinal: number;
  readonly kind: FileKind;
  /** Symbols whose rows may not be used. */
  readonly refused: ReadonlyMap<StockSymbol, EtlError>;
  /** Why nothing of the file may be used, where its symbols are not known. */
  readonly error: EtlError | undefined;
}

/** Looks through one file: in this thread, or in another. */
export type Scan = (
  body: Uint8Array,
  request: ScanRequest,
  signal: AbortSignal,
) => Promise<FileScan>;

/** What lies below a path. */
export interface Catalogue {
  readonly files: readonly IndexedFile[];
  readonly bySymbol: ReadonlyMap<StockSymbol, readonly IndexedFile[]>;
}

export interface FileIndex {
  /** @throws EtlError where a file fails whose symbols are not known, or all do */
  read(path: string, signal: AbortSignal): Promise<Catalogue>;
}

interface Remembered {
  readonly stamp: string;
  readonly scans: Promise<readonly IndexedFile[]>;
}

/**
 * Remembers what is in each file for as long as its size, time and layout stay as they were. A file is read once, even where
 * many batches ask at the same time; a worker that remembers nothing reads again.
 */
export function createFileIndex(root: string, scan: Scan = scanFile): FileIndex {
  const remembered = new Map<string, Remembered>();

  function scansOf(file: FoundFile, note: LayoutNote): Promise<readonly IndexedFile[]> {
    const stamp = JSON.stringify([file.size, file.mtimeMs, note.text]);
    const known = remembered.get(file.path);
    if (known?.stamp === stamp) {
      return known.scans;
    }
    // Not the caller's signal: others may wait for the same file.
    const scans = scanFound(file, note, scan);
    remembered.set(file.path, { stamp, scans });
    scans.catch(() => remembered.delete(file.path));
    if (remembered.size > MOST_FILES) {
      const [oldest = ''] = remembered.keys();
      remembered.delete(oldest);
    }
    return scans;
  }

  return {
    async read(path, signal) {
      const found = await findFiles(root, path, signal);
      const notes = new Map<string, LayoutNote>();
      const files: IndexedFile[] = [];
      for (const file of found) {
        signal.throwIfAborted();
        const note = await noteFor(file, notes);
        if (!note.ignores(nameOf(file.path))) {
          files.push(...(await scansOf(file, note)));
        }
        if (files.length > MOST_FILES) {
          throw notFound(path, `more than ${MOST_FILES} files; expected fewer a job`);
        }
      }
      return catalogueOf(files, path);
    },
  };
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The nearest note: of the file's folder, else of one above it, up to the root. */
async function noteFor(file: FoundFile, notes: Map<string, LayoutNote>): Promise<LayoutNote> {
  return noteOf(dirname(file.real), file.path.split('/').slice(0, -1), notes);
}

async function noteOf(
  folder: string,
  parts: readonly string[],
  notes: Map<string, LayoutNote>,
): Promise<LayoutNote> {
  const known = notes.get(folder);
  if (known !== undefined) {
    return known;
  }
  const own = await readLayoutNote(folder, parts.join('/') || '.');
  const isRoot = parts.length === 0;
  const note = own ?? (isRoot ? NO_NOTE : await noteOf(dirname(folder), parts.slice(0, -1), notes));
  notes.set(folder, note);
  return note;
}

/** Gives way to heartbeats and other work between two files. */
function breathe(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

async function scanFound(
  file: FoundFile,
  { layout: custom, ignores }: LayoutNote,
  scan: Scan,
): Promise<readonly IndexedFile[]> {
  const { content, path } = file;
  // Not a caller's signal: others may be waiting for the same file.
  const { signal } = new AbortController();
  async function scanned(body: Uint8Array, request: ScanRequest, ordinal: number): Promise<void> {
    await breathe();
    const { layout, symbol, holdings, refused, fault } = await scan(body, request, signal);
    scans.push({
      file,
      ordinal,
      layout,
      symbol,
      holdings,
      member: request.member,
      kind: request.kind,
      refused: new Map(refused.map((one) => [one.symbol, errorOf(one.fault)])),
      error: fault === undefined ? undefined : errorOf(fault),
    });
  }
  const scans: IndexedFile[] = [];
  if (content !== 'tar' && content !== 'zip') {
    const body = await readFileBelow(file.real, path, file);
    await scanned(body, { path, member: undefined, kind: content, custom }, 0);
    return scans;
  }
  function isWanted(name: string): boolean {
    return kindOfMember(name) !== undefined && !ignores(nameOf(name));
  }
  for await (const { name, ordinal, body } of readArchive(file, isWanted, signal)) {
    const kind = kindOfMember(name);
    if (kind !== undefined) {
      await scanned(body, { path, member: name, kind, custom }, ordinal);
    }
  }
  if (scans.length === 0) {
    throw notFound(path, 'no .csv, .ndjson or .parquet file is in this archive');
  }
  return scans;
}

function catalogueOf(files: readonly IndexedFile[], path: string): Catalogue {
  const errors: EtlError[] = [];
  const bySymbol = new Map<StockSymbol, IndexedFile[]>();
  for (const file of files) {
    if (file.error !== undefined) {
      throw file.error;
    }
    errors.push(...file.refused.values());
    for (const symbol of symbolsOf(file)) {
      const others = bySymbol.get(symbol);
      if (others === undefined) {
        bySymbol.set(symbol, [file]);
      } else {
        others.push(file);
      }
    }
  }
  if (files.length === 0) {
    throw notFound(path, 'every file there is left out by a candlewick.layout.json');
  }
  const [first] = errors;
  if (first !== undefined && files.every(isRefusedWhole)) {
    throw first;
  }
  return { files, bySymbol };
}

function symbolsOf({ holdings, refused }: IndexedFile): Set<StockSymbol> {
  return new Set([...holdings.map(({ symbol }) => symbol), ...refused.keys()]);
}

function isRefusedWhole({ holdings, refused }: IndexedFile): boolean {
  return refused.size > 0 && holdings.every(({ symbol }) => refused.has(symbol));
}
