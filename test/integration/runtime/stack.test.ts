import assert from 'node:assert/strict';
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { eventually } from '../../support/eventually.ts';
import { temporaryHome, type Home } from '../cli/candlewick.ts';

const USER = fileURLToPath(new URL('./stack-user.js', import.meta.url));

interface StackUser {
  readonly child: ChildProcessWithoutNullStreams;
  said(pattern: RegExp): Promise<void>;
  /** Lets it end its work; its exit code. */
  finish(): Promise<number | null>;
}

function startUser(home: string): StackUser {
  const child = spawn(process.execPath, [USER, home]);
  const ended = once(child, 'close');
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
  }
  return {
    child,
    said: (pattern) =>
      eventually(() => {
        assert.match(text, pattern);
        return Promise.resolve();
      }),
    finish: async () => {
      child.stdin.end();
      await ended;
      return child.exitCode;
    },
  };
}

/** One that has started the servers, and one that works with them. */
async function twoUsers(home: string): Promise<[StackUser, StackUser]> {
  const first = startUser(home);
  await first.said(/^started/m);
  const second = startUser(home);
  await second.said(/^joined/m);
  return [first, second];
}

describe('servers that several commands of a home share', function () {
  let home: Home;
  beforeEach(() => {
    home = temporaryHome();
  });
  afterEach(() => home.remove());

  it('stay up until the last one has ended that works with them', async () => {
    const [first, second] = await twoUsers(home.path);

    const firstCode = first.finish();

    await first.said(new RegExp(`stay up for process ${second.child.pid}`));
    const third = startUser(home.path);
    await third.said(/^joined/m);
    assert.deepEqual(await Promise.all([second.finish(), third.finish()]), [0, 0]);
    assert.equal(await firstCode, 0);
  });

  it('stop soon after an interrupt all the same', async () => {
    const [first, second] = await twoUsers(home.path);

    first.child.kill('SIGINT');

    await once(first.child, 'close');
    assert.equal(first.child.exitCode, 0);
    assert.notEqual(await second.finish(), 0);
  });

  it('are not waited for on behalf of a process that was killed', async () => {
    const [first, second] = await twoUsers(home.path);
    second.child.kill('SIGKILL');
    await once(second.child, 'close');

    assert.equal(await first.finish(), 0);
  });

  it('are found again by the next one where the one that started them was killed', async () => {
    const first = startUser(home.path);
    await first.said(/^started/m);
    first.child.kill('SIGKILL');
    await once(first.child, 'close');

    const second = startUser(home.path);

    await second.said(/found running[^]*^started/m);
    assert.equal(await second.finish(), 0);
  });
});
