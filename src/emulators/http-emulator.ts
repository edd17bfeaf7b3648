import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { gzipSync } from 'node:zlib';

import { marketOf, type MarketOptions } from '../sources/simulated/market.ts';
import { HiddenLimit, type EmulatedCall } from './call-log.ts';
import { control } from './control.ts';
import type { EmulatedAnswer, EmulatedRequest, EmulatedSource } from './emulated-source.ts';
import { createFaultBook, type Fault, type FaultBook, type FaultKind } from './fault.ts';

export interface EmulatorSettings {
  readonly market: MarketOptions;
  readonly sources: readonly EmulatedSource[];
  /** Any free one where absent. */
  readonly port?: number;
  /** Calls a minute that each source allows, by name, and does not announce. */
  readonly limits?: Readonly<Record<string, number>>;
  /** Of the limits above; a minute where absent. */
  readonly windowMs?: number;
  readonly now?: () => number;
  /** Where calls are logged; a log of its own where absent. */
  readonly calls?: EmulatedCall[];
  /** Of emulated sources that do not speak HTTP, by name. */
  readonly books?: Readonly<Record<string, FaultBook>>;
}

/** Emulated sources behind one HTTP port, each below a prefix of its own name. */
export interface HttpEmulator {
  readonly port: number;
  /** The base URL of a source, for its adapter. */
  url(source: string): string;
  faults(source: string): FaultBook;
  readonly calls: EmulatedCall[];
  forgetCalls(): void;
  close(): Promise<void>;
}

/** Everything that one source's calls share. */
interface Station {
  readonly source: EmulatedSource;
  readonly faults: FaultBook;
  readonly limit: HiddenLimit | undefined;
  readonly perMinute: number | undefined;
  concurrent: number;
}

const MAX_REQUEST_BYTES = 1 << 20;
const SLOW_MS = 500;
const OVERSIZE_BYTES = 70 * 1024 * 1024;

/** Starts the emulated sources on the loopback interface only. */
export async function startHttpEmulator(settings: EmulatorSettings): Promise<HttpEmulator> {
  const calls = settings.calls ?? [];
  const stations = new Map(
    settings.sources.map((source, index): [string, Station] => {
      const perMinute = settings.limits?.[source.name];
      const limit =
        perMinute === undefined ? undefined : new HiddenLimit(perMinute, settings.windowMs);
      const faults = createFaultBook(index + 1);
      return [source.name, { source, faults, limit, perMinute, concurrent: 0 }];
    }),
  );
  const server = createServer((request, response) => {
    serve({ settings, stations, calls }, request, response).catch(() => request.socket.destroy());
  });
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(settings.port ?? 0, '127.0.0.1', resolve);
  });
  const port = portOf(server.address());
  return {
    port,
    url: (source) => `http://127.0.0.1:${port}/${source}`,
    faults: (source) => settings.books?.[source] ?? stationOf(stations, source).faults,
    calls,
    forgetCalls() {
      calls.length = 0;
    },
    async close() {
      sockets.forEach((socket) => socket.destroy());
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

function portOf(address: string | AddressInfo | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function stationOf(stations: ReadonlyMap<string, Station>, source: string): Station {
  const station = stations.get(source);
  if (station === undefined) {
    throw new RangeError(`Not emulated: ${source}; there are ${[...stations.keys()].join(', ')}`);
  }
  return station;
}

interface Scene {
  readonly settings: EmulatorSettings;
  readonly stations: ReadonlyMap<string, Station>;
  readonly calls: EmulatedCall[];
}

async function serve(
  scene: Scene,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(incoming);
  const url = new URL(incoming.url ?? '/', 'http://emulator');
  const [, name = '', ...rest] = url.pathname.split('/');
  if (name === 'control') {
    control({ path: `/${rest.join('/')}`, method: incoming.method ?? 'GET', body }, response, {
      bookOf: (source) => scene.settings.books?.[source] ?? scene.stations.get(source)?.faults,
      calls: scene.calls,
    });
    return;
  }
  const station = scene.stations.get(name);
  if (station === undefined) {
    response.writeHead(404).end();
    return;
  }
  const request = {
    method: incoming.method ?? 'GET',
    path: `/${rest.join('/')}`,
    query: url.searchParams,
    headers: incoming.headers,
    body,
  };
  station.concurrent += 1;
  try {
    await answer(scene, station, request, response);
  } finally {
    station.concurrent -= 1;
  }
}

async function answer(
  { settings, calls }: Scene,
  station: Station,
  request: EmulatedRequest,
  response: ServerResponse,
): Promise<void> {
  const { source, limit, perMinute } = station;
  const now = (settings.now ?? Date.now)();
  const endpoint = source.endpointOf(request);
  const fault = station.faults.next(endpoint);
  const isOverLimit = limit !== undefined && !limit.admits(endpoint, now);
  const outcome = fault?.kind ?? (isOverLimit ? 'over_limit' : 'ok');
  calls.push({ source: source.name, endpoint, at: now, outcome, concurrent: station.concurrent });
  if (fault !== undefined && (await breakConnection(fault, response))) {
    return;
  }
  const made =
    (fault === undefined ? undefined : wholeFault(fault)) ??
    source.answer(request, {
      market: marketOf(settings.market),
      fault: fault?.kind,
      isOverLimit,
      limit: perMinute,
      now,
    });
  await write(made, fault, response);
}

/** @returns whether the fault leaves nothing to be answered */
async function breakConnection(fault: Fault, response: ServerResponse): Promise<boolean> {
  const { socket } = response;
  if (fault.kind === 'fin') {
    socket?.end();
    return true;
  }
  if (fault.kind === 'rst') {
    socket?.resetAndDestroy();
    return true;
  }
  if (fault.kind === 'slow') {
    await new Promise((resolve) => setTimeout(resolve, fault.ms ?? SLOW_MS));
  }
  return false;
}

const HTML = '<!DOCTYPE html><html><head><title>verify</title></head><body>captcha</body></html>';
/** 系统繁忙，请稍后再试 in GB18030. */
const GBK_TEXT = Buffer.from('cfb5cdb3b7b1c3a6a3acc7ebc9d4baf3d4d9cad4', 'hex');
const WHOLE_FAULTS: Readonly<Partial<Record<FaultKind, EmulatedAnswer>>> = {
  empty200: { body: '' },
  html200: { type: 'text/html', body: HTML },
  gbkText: { type: 'text/plain; charset=gb2312', body: GBK_TEXT },
  http403: { status: 403, type: 'text/html', body: HTML },
  http429: {
    status: 429,
    type: 'text/plain',
    headers: { 'retry-after': '7' },
    body: 'Too Many Requests',
  },
  http456: { status: 456, type: 'text/html', body: HTML },
  http500: { status: 500, type: 'text/plain', body: 'Internal Server Error' },
  redirect: { status: 302, headers: { location: 'http://169.254.169.254/latest/' }, body: '' },
};

function wholeFault({ kind, bytes = OVERSIZE_BYTES }: Fault): EmulatedAnswer | undefined {
  return kind === 'oversize' ? { body: Buffer.alloc(bytes, 0x20) } : WHOLE_FAULTS[kind];
}

async function write(
  { status = 200, type = 'application/json; charset=utf-8', headers = {}, body }: EmulatedAnswer,
  fault: Fault | undefined,
  response: ServerResponse,
): Promise<void> {
  const plain = typeof body === 'string' ? Buffer.from(body, 'utf8') : Buffer.from(body);
  if (fault?.kind === 'cutGzip' || fault?.kind === 'gzipBomb') {
    const packed =
      fault.kind === 'gzipBomb'
        ? gzipSync(Buffer.alloc(fault.bytes ?? OVERSIZE_BYTES))
        : halfOf(gzipSync(plain));
    // Whole for HTTP: only the compressed stream itself tells that half of it is missing.
    response.writeHead(status, {
      'content-type': type,
      'content-encoding': 'gzip',
      'content-length': packed.length,
    });
    response.end(packed);
    return;
  }
  const isCut = fault?.kind === 'truncate' || fault?.kind === 'stall';
  if (!isCut) {
    response.writeHead(status, {
      'content-type': type,
      'content-length': plain.length,
      ...headers,
    });
    response.end(plain);
    return;
  }
  // Without a length: only the body itself tells that it is not whole.
  response.writeHead(status, { 'content-type': type, connection: 'close', ...headers });
  await new Promise((resolve) => response.write(halfOf(plain), resolve));
  if (fault.kind === 'truncate') {
    // An ordinary end of a body that has no length, or of a chunked one: the body is all that can tell.
    response.end();
  }
}

function halfOf(bytes: Buffer): Buffer {
  return bytes.subarray(0, bytes.length >> 1);
}

async function readBody(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming) {
    const part = Buffer.from(chunk);
    bytes += part.length;
    if (bytes > MAX_REQUEST_BYTES) {
      throw new RangeError('The request is too large');
    }
    chunks.push(part);
  }
  return Buffer.concat(chunks).toString('utf8');
}
