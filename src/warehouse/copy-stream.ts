import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';

import type { ClientBase } from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';

import { SystemError } from '../domain/errors.ts';
import { traced } from './span.ts';

export interface CopyHooks {
  /** Called for each chunk that was taken or came. */
  readonly onChunk?: () => Promise<void> | void;
}

/** Above the driver's own 64 KiB, so that one of our chunks fits in. */
const BUFFER_BYTES = 256 * 1024;
/** A COPY that does not move for this long hangs: longer than any wait for a lock. */
const STALL_MS = 45_000;

/**
 * Sends `chunks` as the data of `copy … from stdin`; the next one is asked for when the one before has left the process, so
 * that all may be of one buffer (a chunk that is smaller than the socket's own buffer has to be the last).
 * @returns the number of rows.
 */
export async function copyIn(
  client: ClientBase,
  statement: string,
  chunks: Iterable<Buffer>,
  hooks: CopyHooks = {},
): Promise<number> {
  return traced('COPY', { 'db.system': 'postgresql', 'db.statement': statement }, () =>
    sendCopy(client, statement, chunks, hooks),
  );
}

async function sendCopy(
  client: ClientBase,
  statement: string,
  chunks: Iterable<Buffer>,
  hooks: CopyHooks,
): Promise<number> {
  const stream = client.query(copyFrom(statement, { highWaterMark: BUFFER_BYTES }));
  return watched(stream, async (moved) => {
    for (const chunk of chunks) {
      await written(stream, chunk);
      moved();
      await hooks.onChunk?.();
    }
    stream.end();
    await once(stream, 'finish');
    return stream.rowCount;
  });
}

/** The driver says so when the socket has drained, which means that the system has the bytes. */
async function written(stream: Writable, chunk: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(chunk, (error) => (error ? reject(error) : resolve()));
  });
}

/** Hands the data of `copy … to stdout` to `take`, chunk by chunk. */
export async function copyOut(
  client: ClientBase,
  statement: string,
  take: (chunk: Buffer) => void,
  hooks: CopyHooks = {},
): Promise<void> {
  const stream = client.query(copyTo(statement, { highWaterMark: BUFFER_BYTES }));
  await watched(stream, async (moved) => {
    for await (const chunk of stream) {
      if (!Buffer.isBuffer(chunk)) {
        throw new TypeError('COPY gave text where bytes were expected');
      }
      take(chunk);
      moved();
      await hooks.onChunk?.();
    }
  });
}

/**
 * Runs `work` on a COPY stream. The driver leaves three holes here: an error between two waits would be nobody's and end
 * the process; a line that went dead is never noticed; and its query timer outlives `copy … to`, to fail a stream that has
 * long ended.
 */
async function watched<Result>(
  stream: Readable | Writable,
  work: (moved: () => void) => Promise<Result>,
): Promise<Result> {
  return new Promise<Result>((resolve, reject) => {
    // The listener stays for as long as the stream: late errors are ours too.
    stream.on('error', reject);
    const stall = setTimeout(() => reject(stalled()), STALL_MS);
    work(() => stall.refresh())
      .then(resolve, reject)
      .finally(() => {
        clearTimeout(stall);
        endDriverTimer(stream);
      });
  });
}

function stalled(): SystemError {
  return new SystemError(`The database took or gave nothing for ${STALL_MS / 1000} s`, {
    code: 'ETL-DB-311',
    hint: 'check the network between worker and PostgreSQL.',
  });
}

function endDriverTimer(stream: Readable | Writable): void {
  const callback: unknown = Reflect.get(stream, 'callback');
  if (typeof callback === 'function') {
    Reflect.apply(callback, stream, []);
  }
}
