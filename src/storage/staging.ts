import { createHash } from 'node:crypto';

import type { BarColumns } from '../domain/bar.ts';
import type { BatchRef } from '../domain/batch.ts';
import { SystemError } from '../domain/errors.ts';
import { decodeColumns, encodeColumns, type DecodedColumns, type ExtraColumns } from './arrow.ts';
import { decodeJson, encodeJson } from './json.ts';
import { checkKey, type ObjectStore } from './object-store.ts';

const ROOT = 'staging/';

/** What one stage hands to the next. Keys start with the run's id: `<runId>/<batchNo>/bars.arrow`. */
export interface StagingStore {
  /** Stages bars as Arrow IPC, with flags of each row (`extra`) and facts of the whole batch (`metadata`). */
  writeColumns(
    key: string,
    columns: BarColumns,
    extra?: ExtraColumns,
    metadata?: Readonly<Record<string, string>>,
  ): Promise<BatchRef>;
  /** The very bytes that were staged, proven by their hash. @throws SystemError ETL-STG-001 */
  readColumns(ref: BatchRef): Promise<DecodedColumns>;
  writeJson(key: string, value: unknown): Promise<BatchRef>;
  readJson(ref: BatchRef): Promise<unknown>;
  /** Removes all that a run has staged; returns how many objects there were. */
  removeRun(runId: string): Promise<number>;
}

export function createStaging(store: ObjectStore): StagingStore {
  async function write(key: string, bytes: Uint8Array, rows: number): Promise<BatchRef> {
    const uri = `${ROOT}${key}`;
    await store.put(uri, bytes);
    return { id: key, uri, sha256: hashOf(bytes), rows, bytes: bytes.byteLength };
  }
  async function read<Value>(ref: BatchRef, decode: (bytes: Buffer) => Value): Promise<Value> {
    const bytes = await store.get(ref.uri);
    if (hashOf(bytes) !== ref.sha256) {
      throw unreadable(ref, store.location, 'is not what was staged');
    }
    try {
      return decode(bytes);
    } catch (cause) {
      throw unreadable(ref, store.location, 'cannot be decoded', cause);
    }
  }
  return {
    writeColumns: (key, columns, extra, metadata) =>
      write(key, encodeColumns(columns, extra, metadata), columns.length),
    readColumns: (ref) => read(ref, decodeColumns),
    writeJson: (key, value) =>
      write(key, encodeJson(value), Array.isArray(value) ? value.length : 1),
    readJson: (ref) => read(ref, decodeJson),
    async removeRun(runId) {
      checkKey(runId);
      let removed = 0;
      for await (const key of store.list(`${ROOT}${runId}/`)) {
        await store.delete(key);
        removed += 1;
      }
      return removed;
    },
  };
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function unreadable(ref: BatchRef, location: string, what: string, cause?: unknown): SystemError {
  return new SystemError(`Batch ${ref.uri} in ${location} ${what}`, {
    code: 'ETL-STG-001',
    hint: 'run the job again: its stages write their batches anew.',
    details: { uri: ref.uri, store: location, rows: ref.rows, bytes: ref.bytes },
    cause,
  });
}
