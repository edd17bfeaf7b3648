import { Agent, request as send, type Dispatcher } from 'undici';

import type { CallGate, CallPriority } from '../call-gate.ts';
import type { EtlError } from '../../domain/errors.ts';
import { createRedactor } from '../../observability/redact.ts';
import type { HttpAnswer } from './answer.ts';
import { checkAnswer, checkWhole } from './check-answer.ts';
import { ACCEPTED_ENCODINGS, decompress } from './decompress.ts';
import { banned, shapeDrift, transient, type Place } from './source-error.ts';
import { tooLarge, transportError, type Phase } from './transport-error.ts';

/** How one source is spoken to. */
export interface HttpSettings {
  readonly source: string;
  /** From the configuration, never from a job: the only host that is ever asked. */
  readonly baseUrl: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Connections at the same time. */
  readonly connections: number;
  /** false: a connection a request, for sources that close idle ones as they ban. */
  readonly keepAlive?: boolean;
  /** From the first byte sent to the last byte read. */
  readonly totalTimeoutMs?: number | undefined;
  /** Of a body, decompressed. */
  readonly maxBytes?: number | undefined;
  /** `text`: the body need not be one whole JSON value. */
  readonly expects?: 'json' | 'text';
  /** The source bans by closing connections without an answer. */
  readonly isSilentCloseBan?: boolean;
  /** Blanked out in every error's text. */
  readonly secrets?: readonly string[];
  readonly gate: CallGate;
}

export interface HttpRequest {
  readonly endpoint: string;
  readonly priority?: CallPriority | undefined;
  readonly method?: 'GET' | 'POST';
  /** Below the base URL. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The fault that a source itself reports within an answer; undefined where the answer is what was asked for. */
export type AnswerFault = (
  answer: HttpAnswer,
  place: Place,
  /** Text of the source's own made fit to be shown. */
  safe: (text: string) => string,
) => EtlError | undefined;

/** Speaks HTTP to one source: whole answers or classified errors, nothing in between, and no retry. */
export interface HttpClient {
  /** @throws EtlError as `DataSource.fetchBars` says; the signal's reason where it was aborted. */
  send(request: HttpRequest, faultOf: AnswerFault, signal: AbortSignal): Promise<HttpAnswer>;
  close(): Promise<void>;
}

const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_MAX_BYTES = 64 * 1024 * 1024;
const CONNECT_TIMEOUT_MS = 10_000;
const MAX_REDIRECTS = 3;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

export function createHttpClient(settings: HttpSettings): HttpClient {
  const base = new URL(settings.baseUrl);
  const maxBytes = settings.maxBytes ?? DEFAULT_MAX_BYTES;
  const dispatcher = new Agent({
    connections: settings.connections,
    connect: { timeout: CONNECT_TIMEOUT_MS },
    pipelining: settings.keepAlive === false ? 0 : 1,
    // The total time-out below bounds both.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const redactor = createRedactor(settings.secrets ?? []);
  function safe(text: string): string {
    return redactor.text(text);
  }

  return {
    send(request, faultOf, signal) {
      const { source } = settings;
      const { endpoint, priority = 'daily' } = request;
      const place = { source, endpoint };
      return settings.gate(
        { source, endpoint, priority },
        async () => {
          const answer = await exchange({ base, dispatcher, maxBytes, settings, request }, signal);
          const fault =
            faultOf(answer, place, safe) ??
            checkAnswer(answer, place, safe) ??
            (settings.expects === 'text' ? undefined : checkWhole(answer, place));
          if (fault !== undefined) {
            throw fault;
          }
          return answer;
        },
        signal,
      );
    },
    close: () => dispatcher.destroy(),
  };
}

interface Exchange {
  readonly base: URL;
  readonly dispatcher: Dispatcher;
  readonly maxBytes: number;
  readonly settings: HttpSettings;
  readonly request: HttpRequest;
}

/** One request and its whole answer, within the total time-out. */
async function exchange(given: Exchange, signal: AbortSignal): Promise<HttpAnswer> {
  const { settings, request } = given;
  const place = { source: settings.source, endpoint: request.endpoint };
  const timeoutMs = settings.totalTimeoutMs ?? DEFAULT_TIMEOUT_MS;
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new Error('total time-out')), timeoutMs);
  function cancel(): void {
    controller.abort(signal.reason);
  }
  signal.addEventListener('abort', cancel, { once: true });
  const phase: Phase = { isReading: false };
  try {
    signal.throwIfAborted();
    return await follow(given, controller.signal, phase);
  } catch (error) {
    signal.throwIfAborted();
    if (controller.signal.aborted) {
      throw transient(place, 'timeout', `no whole answer within ${timeoutMs} ms`);
    }
    const failure = transportError(error, place, { ...phase, maxBytes: given.maxBytes });
    throw settings.isSilentCloseBan === true && failure.details['isSilentClose'] === true
      ? banned(place, 'closed the connection without an answer, as it does with banned addresses')
      : failure;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', cancel);
  }
}

/** Redirects are followed on the same host only: anywhere else they could lead into our own network. */
async function follow(given: Exchange, signal: AbortSignal, phase: Phase): Promise<HttpAnswer> {
  const { settings, request } = given;
  const place = { source: settings.source, endpoint: request.endpoint };
  let url = urlOf(given);
  for (let hops = 0; hops <= MAX_REDIRECTS; hops += 1) {
    const answer = await sendOnce(given, url, signal, phase);
    const location = answer.headers['location'];
    if (!REDIRECTS.has(answer.status) || location === undefined) {
      return answer;
    }
    const next = URL.canParse(location, url.href) ? new URL(location, url) : undefined;
    if (next?.origin !== given.base.origin || request.method === 'POST') {
      const where = next === undefined ? 'an address that is none' : next.host;
      throw shapeDrift(place, `answered with a redirect to ${where}, which is not followed`);
    }
    url = next;
  }
  throw shapeDrift(place, `redirected more than ${MAX_REDIRECTS} times`);
}

function urlOf({ base, request }: Exchange): URL {
  const url = new URL(base);
  url.pathname = `${base.pathname.replace(/\/$/, '')}${request.path}`;
  for (const [name, value] of Object.entries(request.query ?? {})) {
    url.searchParams.set(name, String(value));
  }
  return url;
}

async function sendOnce(
  { dispatcher, maxBytes, settings, request }: Exchange,
  url: URL,
  signal: AbortSignal,
  phase: Phase,
): Promise<HttpAnswer> {
  phase.isReading = false;
  const { statusCode, headers, body } = await send(url, {
    dispatcher,
    method: request.method ?? 'GET',
    headers: { 'accept-encoding': ACCEPTED_ENCODINGS, ...settings.headers, ...request.headers },
    ...(request.body === undefined ? {} : { body: request.body }),
    signal,
  });
  phase.isReading = true;
  const place = { source: settings.source, endpoint: request.endpoint };
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    if (!(chunk instanceof Uint8Array)) {
      continue;
    }
    bytes += chunk.length;
    if (bytes > maxBytes) {
      throw tooLarge(place, maxBytes);
    }
    chunks.push(chunk);
  }
  const plain = flat(headers);
  const raw = Buffer.concat(chunks, bytes);
  return {
    status: statusCode,
    headers: plain,
    body: bytes === 0 ? raw : await decompress(raw, plain['content-encoding'], maxBytes),
  };
}

function flat(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => {
      const last = Array.isArray(value) ? value.at(-1) : value;
      return last === undefined ? [] : [[name.toLowerCase(), last]];
    }),
  );
}
