import { createServer, type Socket } from 'node:net';
import { deflateSync } from 'node:zlib';

import { crc32 } from '../sources/baostock/crc32.ts';
import { answerFrame, HEADER_BYTES, isCompressed } from '../sources/baostock/frame.ts';
import { marketOf, type MarketOptions } from '../sources/simulated/market.ts';
import type { EmulatedCall } from './call-log.ts';
import { createFaultBook, type Fault, type FaultBook, type FaultKind } from './fault.ts';
import {
  basicRows,
  factorRows,
  fieldsFor,
  klineRows,
  SESSION_FIELDS,
  sessionRows,
  tradeDates,
  type AnswerContext,
} from './baostock-rows.ts';

export interface BaostockEmulator {
  readonly port: number;
  readonly faults: FaultBook;
  close(): Promise<void>;
}

export interface BaostockSettings {
  readonly market: MarketOptions;
  readonly calls: EmulatedCall[];
  readonly port?: number;
  readonly now?: () => number;
}

const SEPARATOR = '\x01';
const SUPPORTED_VERSION = /^00\.9\./;
const MAX_REQUEST_BYTES = 1 << 16;

/** What a request comes to: type of the answer and the fields of its body. */
interface Reply {
  readonly type: string;
  readonly fields: readonly string[];
}

/** Baostock's TCP protocol, fed by the simulated market. A connection must log in first. */
export async function startBaostockEmulator(settings: BaostockSettings): Promise<BaostockEmulator> {
  const faults = createFaultBook(77);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    serve(socket, { ...settings, faults, connections: sockets });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(settings.port ?? 0, '127.0.0.1', resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    faults,
    async close() {
      sockets.forEach((socket) => socket.destroy());
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

interface Scene extends BaostockSettings {
  readonly faults: FaultBook;
  readonly connections: ReadonlySet<Socket>;
}

function serve(socket: Socket, scene: Scene): void {
  let isLoggedIn = false;
  let pending = '';
  socket.on('error', () => undefined);
  socket.on('data', (chunk) => {
    pending += chunk.toString('utf8');
    if (pending.length > MAX_REQUEST_BYTES) {
      socket.destroy();
      return;
    }
    for (let end = pending.indexOf('\n'); end >= 0; end = pending.indexOf('\n')) {
      const line = pending.slice(0, end);
      pending = pending.slice(end + 1);
      isLoggedIn = handle(line, { socket, scene, isLoggedIn });
    }
  });
}

interface Turn {
  readonly socket: Socket;
  readonly scene: Scene;
  readonly isLoggedIn: boolean;
}

/** @returns whether the connection is logged in afterwards */
function handle(line: string, { socket, scene, isLoggedIn }: Turn): boolean {
  const last = line.lastIndexOf(SEPARATOR);
  const framed = line.slice(0, last);
  const [version = '', type = ''] = framed.slice(0, HEADER_BYTES).split(SEPARATOR);
  const [method = '', ...given] = framed.slice(HEADER_BYTES).split(SEPARATOR);
  const now = (scene.now ?? Date.now)();
  const fault = method === 'login' ? undefined : scene.faults.next(method);
  if (method !== 'login' && method !== 'logout') {
    scene.calls.push({
      source: 'baostock',
      endpoint: method,
      at: now,
      outcome: fault?.kind ?? 'ok',
      concurrent: scene.connections.size,
    });
  }
  if (Number(line.slice(last + 1)) !== crc32(Buffer.from(framed, 'utf8'))) {
    send(socket, failure('10004019', '消息格式不正确'), undefined);
    return isLoggedIn;
  }
  if (!SUPPORTED_VERSION.test(version)) {
    send(socket, failure('10001004', '客户端版本号过期'), undefined);
    return isLoggedIn;
  }
  if (type === '00') {
    send(socket, { type: '01', fields: ['0', 'success', 'login', given[0] ?? ''] }, undefined);
    return true;
  }
  const said = fault === undefined ? undefined : FAULT_REPLIES[fault.kind];
  const market = marketOf(scene.market);
  const reply = isLoggedIn
    ? (said ?? answerOf(method, given, { market, fault: fault?.kind, now }))
    : failure('10001001', '用户未登陆');
  send(socket, reply, fault);
  return isLoggedIn;
}

function failure(code: string, message: string): Reply {
  return { type: '04', fields: [code, message] };
}

const FAULT_REPLIES: Readonly<Partial<Record<FaultKind, Reply>>> = {
  rateLimitBody: failure('10001011', '黑名单用户'),
  http403: failure('10001011', '黑名单用户'),
  noPermission: failure('10001006', '用户权限不足'),
  badToken: failure('10001004', '客户端版本号过期'),
  http500: failure('10005001', '系统级别错误'),
};

function send(socket: Socket, { type, fields }: Reply, fault: Fault | undefined): void {
  const kind = fault?.kind;
  if (kind === 'fin') {
    socket.end();
    return;
  }
  if (kind === 'rst') {
    socket.resetAndDestroy();
    return;
  }
  const text = Buffer.from(`${fields.join(SEPARATOR)}${SEPARATOR}`, 'utf8');
  const frame = answerFrame(type, isCompressed(type) ? deflateSync(text) : text);
  if (kind === 'stall') {
    socket.write(frame.subarray(0, frame.length >> 1));
  } else if (kind === 'truncate') {
    socket.end(frame.subarray(0, frame.length >> 1));
  } else if (kind === 'slow') {
    setTimeout(() => socket.write(frame), fault?.ms ?? 500);
  } else if (kind === 'oversize') {
    socket.write(Buffer.alloc(fault?.bytes ?? 70_000_000, 0x0a));
  } else if (kind === 'html200' || kind === 'gbkText') {
    socket.end('<html><body>proxy</body></html>\n');
  } else if (kind === 'empty200') {
    socket.write(answerFrame(type, Buffer.alloc(0)));
  } else {
    socket.write(frame);
  }
}

const PAGE_ROWS = 2000;

function answerOf(method: string, given: readonly string[], context: AnswerContext): Reply {
  const [user = '', page = '1', perPage = String(PAGE_ROWS), ...rest] = given;
  const head = ['0', 'success', method, user];
  const paged = [...head, page, perPage];
  function pageOf(rows: readonly (readonly string[])[]): string {
    const start = (Number(page) - 1) * Number(perPage);
    return recordOf(rows.slice(start, start + Number(perPage)));
  }
  switch (method) {
    case 'query_history_k_data_plus': {
      const [code = '', fields = '', start = '', end = '', frequency = 'd', flag = '3'] = rest;
      const rows = klineRows(code, { fields, start, end }, context);
      const names = fieldsFor(fields, context.fault);
      const type = '96';
      return rows === undefined
        ? failure('10004011', '无效的证券代码')
        : { type, fields: [...paged, pageOf(rows), code, names, start, end, frequency, flag] };
    }
    case 'query_daily_history_k_AStock': {
      const rows = sessionRows(page, context);
      return {
        type: '99',
        fields: [...head, recordOf(rows), fieldsFor(SESSION_FIELDS, context.fault)],
      };
    }
    case 'query_trade_dates': {
      const [start = '', end = ''] = rest;
      const type = '34';
      return {
        type,
        fields: [
          ...paged,
          pageOf(tradeDates(start, end)),
          start,
          end,
          'calendar_date,is_trading_day',
        ],
      };
    }
    case 'query_stock_basic': {
      const [code = '', name = ''] = rest;
      const names = 'code,code_name,ipoDate,outDate,type,status';
      return {
        type: '46',
        fields: [...paged, pageOf(basicRows(code, context)), code, name, names],
      };
    }
    case 'query_adjust_factor': {
      const [code = '', start = '', end = ''] = rest;
      const names = 'code,dividOperateDate,foreAdjustFactor,backAdjustFactor,adjustFactor';
      return {
        type: '16',
        fields: [...paged, pageOf(factorRows(code, start, end, context)), code, start, end, names],
      };
    }
    default:
      return failure('10004020', '错误的消息类型');
  }
}

function recordOf(rows: readonly (readonly string[])[]): string {
  return JSON.stringify({ record: rows });
}
