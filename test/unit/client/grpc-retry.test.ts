import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  createServer,
  type Http2Server,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';

import { connectTemporal } from '../../../src/client/connection.ts';

const GRPC = { ':status': 200, 'content-type': 'application/grpc' };

function refuse(stream: ServerHttp2Stream, status: number, message: string): void {
  stream.respond({ ...GRPC, 'grpc-status': status, 'grpc-message': message }, { endStream: true });
}

/** An empty message: of what the server can do, nothing. */
function answer(stream: ServerHttp2Stream): void {
  stream.respond(GRPC, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': 0 }));
  stream.end(Buffer.alloc(5));
}

describe('calls to a Temporal server', () => {
  let server: Http2Server;
  let sessions: ServerHttp2Session[];
  let calls: number;
  let refusal: string;

  beforeEach(async () => {
    calls = 0;
    sessions = [];
    server = createServer();
    server.on('session', (session) => sessions.push(session));
    server.on('stream', (stream) => {
      calls += 1;
      if (calls === 1) {
        refuse(stream, 4, refusal);
      } else {
        answer(stream);
      }
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(async () => {
    for (const session of sessions) {
      session.destroy();
    }
    server.close();
    await once(server, 'close');
  });

  async function connect(): Promise<void> {
    const address = server.address();
    assert.ok(typeof address === 'object' && address !== null);
    const client = await connectTemporal({ address: `127.0.0.1:${address.port}` });
    await client.connection.close();
  }

  it('are made again where a busy server broke one off', async () => {
    refusal = 'stream terminated by RST_STREAM with error code: CANCEL';

    await connect();

    assert.equal(calls, 2);
  });

  it('are not made again once their time is over', async () => {
    refusal = 'context deadline exceeded';

    await assert.rejects(connect(), { code: 'ETL-TMP-301' });

    assert.equal(calls, 1);
  });
});
