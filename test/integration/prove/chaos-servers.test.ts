import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startChaosServers } from '../../../src/prove/chaos-servers.ts';

describe('the servers of the proof by kills', () => {
  const { PATH, TMPDIR } = process.env;
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'candlewick-servers-'));
    // PostgreSQL may run as another user, who has to get through.
    await chmod(folder, 0o755);
  });
  afterEach(async () => {
    process.env['PATH'] = PATH;
    if (TMPDIR === undefined) {
      delete process.env['TMPDIR'];
    } else {
      process.env['TMPDIR'] = TMPDIR;
    }
    await rm(folder, { recursive: true, force: true });
  });

  it('leave nothing behind where Temporal cannot be started', async () => {
    const [programs, data] = [join(folder, 'bin'), join(folder, 'data')];
    await Promise.all([mkdir(programs), mkdir(data)]);
    await writeFile(join(programs, 'temporal'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    process.env['PATH'] = `${programs}:${PATH}`;
    process.env['TMPDIR'] = data;

    await assert.rejects(startChaosServers(join(folder, 'cache')), /Temporal/);

    // With its folder a server would have lost its data: it is only removed after the server has ended.
    const left = (await readdir(data)).filter((name) => name.startsWith('candlewick-chaos-'));
    assert.deepEqual(left, []);
  });
});
