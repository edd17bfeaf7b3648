import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';

import { choosePort, reservationFile, startOnFreePort } from '../../../src/runtime/ports.ts';

const PREFERRED = 23_471;
const WISH = { purpose: 'a test', preferred: PREFERRED, setting: undefined };

describe('a port for a server', () => {
  afterEach(() => {
    for (const port of [PREFERRED, PREFERRED + 1, PREFERRED + 2]) {
      rmSync(reservationFile(port), { recursive: true, force: true });
    }
  });

  it('is the next one where somebody listens on the preferred one', async () => {
    const server = createServer();
    server.listen({ host: '127.0.0.1', port: PREFERRED });
    await once(server, 'listening');
    try {
      assert.equal(await choosePort(WISH), PREFERRED + 1);
      await assert.rejects(choosePort({ ...WISH, setting: 'X_PORT' }), /Port 23471 .* in use/);
    } finally {
      server.close();
    }
  });

  it('is not one that another living process has chosen and not bound yet', async () => {
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    try {
      writeFileSync(reservationFile(PREFERRED), String(other.pid));

      assert.equal(await choosePort(WISH), PREFERRED + 1);
    } finally {
      other.kill('SIGKILL');
      await once(other, 'exit');
    }
    assert.equal(await choosePort(WISH), PREFERRED);
  });

  it('is found where nothing can be written down about it', async () => {
    // A folder in the file's place can be neither written nor removed as a file, not even by root.
    mkdirSync(reservationFile(PREFERRED));

    assert.equal(await choosePort(WISH), PREFERRED);
  });

  it('is chosen anew where another program took it first, and only then', async () => {
    let starts = 0;
    const started = await startOnFreePort(() => {
      starts += 1;
      return starts < 3
        ? Promise.reject(new Error('listen tcp 127.0.0.1:7233: bind: address already in use'))
        : Promise.resolve('up');
    });

    assert.deepEqual([started, starts], ['up', 3]);
    await assert.rejects(
      startOnFreePort(() => Promise.reject(new Error('no disk'))),
      /no disk/,
    );
  });
});
