import { connect, createServer, type Socket } from 'node:net';
import { once } from 'node:events';

export interface ReplyDropper {
  /** The same database, reached through the proxy. */
  readonly url: string;
  /** From now on the server's replies are swallowed; then the lines are cut. */
  dropReplies(): void;
  cut(): void;
  close(): Promise<void>;
}

/** A TCP proxy before PostgreSQL that can lose the server's replies on their way, as a broken line does. */
export async function startReplyDropper(target: string): Promise<ReplyDropper> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let isDropping = false;
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    sockets.add(client).add(upstream);
    client.pipe(upstream);
    upstream.on('data', (bytes) => {
      if (!isDropping) {
        client.write(bytes);
      }
    });
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const url = new URL(target);
  url.port = String(typeof address === 'object' ? address?.port : '');
  function cut(): void {
    sockets.forEach((socket) => socket.destroy());
    sockets.clear();
    isDropping = false;
  }
  return {
    url: url.href,
    dropReplies() {
      isDropping = true;
    },
    cut,
    async close() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
