import { connect, type Socket } from 'node:net';

import type { CallGate, CallPriority } from '../call-gate.ts';
import { silentClose, transient, type Place } from '../http/source-error.ts';
import { tooLarge } from '../http/transport-error.ts';
import { baostockFault, NOT_LOGGED_IN } from './faults.ts';
import { endsFrame, fieldSpans, fieldText, parseFrame, requestFrame } from './frame.ts';

export const BAOSTOCK = 'baostock';

export interface BaostockOptions {
  /** From the configuration only. */
  readonly host: string;
  readonly port: number;
  readonly gate: CallGate;
  readonly timeoutMs?: number;
  readonly maxBytes?: number;
  /** How long an idle connection is kept. */
  readonly idleMs?: number;
}

export interface BaostockQuery {
  /** The method's name: also the endpoint. */
  readonly method: string;
  readonly type: string;
  /** Behind method and user. */
  readonly fields: readonly string[];
  readonly priority?: CallPriority | undefined;
}

export interface BaostockClient {
  /** The answer's frame as it came. One at a time: more connections at a time get the address banned. */
  query(query: BaostockQuery, signal: AbortSignal): Promise<Buffer>;
}

const USER = 'anonymous';
const PASSWORD = '123456';
const LOGIN = '00';
const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_IDLE_MS = 10_000;
const MAX_BYTES = 64 * 1024 * 1024;

export function createBaostockClient(options: BaostockOptions): BaostockClient {
  const {
    host,
    port,
    gate,
    timeoutMs = DEFAULT_TIMEOUT_MS,
    idleMs = DEFAULT_IDLE_MS,
    maxBytes = MAX_BYTES,
  } = options;
  let socket: Socket | undefined;
  let idle: NodeJS.Timeout | undefined;
  let last: Promise<unknown> = Promise.resolve();

  function drop(): void {
    socket?.destroy();
    socket = undefined;
  }

  /** A connection that is logged in. */
  async function session(place: Place, signal: AbortSignal): Promise<Socket> {
    if (socket !== undefined && !socket.destroyed) {
      return socket;
    }
    const fresh = connect({ host, port, noDelay: true });
    fresh.on('error', () => undefined);
    socket = fresh;
    const login = requestFrame(LOGIN, ['login', USER, PASSWORD, '0']);
    checkFrame(await exchange(fresh, login, { place, timeoutMs, maxBytes, signal }), place);
    return fresh;
  }

  async function ask(query: BaostockQuery, place: Place, signal: AbortSignal): Promise<Buffer> {
    clearTimeout(idle);
    try {
      for (let attempt = 0; ; attempt += 1) {
        const current = await session(place, signal);
        const request = requestFrame(query.type, [query.method, USER, ...query.fields]);
        const frame = await exchange(current, request, { place, timeoutMs, maxBytes, signal });
        if (attempt === 0 && codeOf(frame, place) === NOT_LOGGED_IN) {
          drop(); // A session that the server has forgotten: once more, from the beginning.
          continue;
        }
        checkFrame(frame, place);
        idle = setTimeout(drop, idleMs);
        idle.unref();
        return frame;
      }
    } catch (error) {
      drop();
      throw error;
    }
  }

  return {
    query(query, signal) {
      const endpoint = query.method;
      const place = { source: BAOSTOCK, endpoint };
      const call = { source: BAOSTOCK, endpoint, priority: query.priority ?? 'daily' };
      const turn = last.then(() => gate(call, () => ask(query, place, signal), signal));
      last = turn.catch(() => undefined);
      return turn;
    },
  };
}

interface ExchangeTerms {
  readonly place: Place;
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/** Sends a request and reads until an answer's end. Baostock's own client would wait for ever where the server closes. */
function exchange(socket: Socket, request: string, terms: ExchangeTerms): Promise<Buffer> {
  const { place, timeoutMs, maxBytes, signal } = terms;
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const timer = setTimeout(() => {
      end(transient(place, 'timeout', `no whole answer within ${timeoutMs} ms`));
    }, timeoutMs);
    function end(outcome: Buffer | Error): void {
      clearTimeout(timer);
      socket.off('data', onData).off('close', onClose).off('error', onError);
      signal.removeEventListener('abort', onAbort);
      if (outcome instanceof Error) {
        reject(outcome);
      } else {
        resolve(outcome);
      }
    }
    function onData(chunk: Buffer): void {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > maxBytes) {
        end(tooLarge(place, maxBytes));
      } else if (chunk.at(-1) === 0x0a) {
        const all = Buffer.concat(chunks, bytes);
        if (endsFrame(all)) {
          end(all);
        }
      }
    }
    function onClose(): void {
      end(
        bytes === 0
          ? silentClose(place)
          : transient(place, 'truncated', 'the answer was cut off by the end of the connection'),
      );
    }
    function onError(error: NodeJS.ErrnoException): void {
      const code = error.code ?? 'no code';
      const isUnreachable = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/.test(
        code,
      );
      end(
        isUnreachable
          ? transient(place, 'unreachable', `cannot be reached (${code})`)
          : transient(place, 'reset', `the connection failed (${code})`),
      );
    }
    function onAbort(): void {
      end(signal.reason instanceof Error ? signal.reason : new Error('cancelled'));
    }
    socket.on('data', onData).on('close', onClose).on('error', onError);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) {
      onAbort();
      return;
    }
    socket.write(request);
  });
}

function codeOf(frame: Buffer, place: Place): string {
  try {
    const { body } = parseFrame(frame);
    return fieldText(body, fieldSpans(body), 0);
  } catch (error) {
    throw transient(place, 'notWhole', 'the answer is no whole frame', { cause: error });
  }
}

/** @throws EtlError where the answer says that something is wrong */
function checkFrame(frame: Buffer, place: Place): void {
  const code = codeOf(frame, place);
  const { body } = parseFrame(frame);
  const fault = baostockFault(code, fieldText(body, fieldSpans(body), 1), place);
  if (fault !== undefined) {
    throw fault;
  }
}
