import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** A real HTTP server that keeps what it is sent. */
export interface HttpReceiver {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  readonly received: Received[];
  /** How it answers from now on. */
  answer: { status: number; body: string };
  close(): Promise<void>;
}

export async function startHttpReceiver(): Promise<HttpReceiver> {
  const received: Received[] = [];
  const receiver = { received, answer: { status: 200, body: '{"errcode":0,"code":0}' } };
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const { url: path = '', headers } = request;
      received.push({ path, headers, body: Buffer.concat(parts) });
      response.writeHead(receiver.answer.status).end(receiver.answer.body);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return Object.assign(receiver, {
    url: `http://127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  });
}

export function jsonBody(received: Received | undefined): Record<string, unknown> {
  return JSON.parse(received?.body.toString('utf8') ?? 'null') as Record<string, unknown>;
}
