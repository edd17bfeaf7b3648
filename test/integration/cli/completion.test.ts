import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';

import { candlewick } from './candlewick.ts';

/** What the shell's script asks when Tab is pressed at the end of a line. */
async function tab(line: string, shell = 'bash'): Promise<readonly string[]> {
  const words = line.split(' ');
  const { stdout, code, stderr } = await candlewick(['completion-server', '--', ...words], {
    SHELL: shell,
    COMP_CWORD: String(words.length - 1),
    COMP_LINE: line,
    COMP_POINT: String(line.length),
  });
  assert.equal(code, 0, stderr);
  return stdout.trimEnd().split('\n');
}

describe('shell completion', () => {
  it('completes commands, subcommands, options and their values', async () => {
    const [commands, jobs, options, values, files] = await Promise.all([
      tab('candlewick jo'),
      tab('candlewick jobs '),
      tab('candlewick jobs history --'),
      tab('candlewick jobs list -o '),
      tab('candlewick run --input '),
    ]);

    assert.deepEqual(commands, ['jobs']);
    for (const name of 'list show watch cancel retry pause resume skip concurrency history'.split(
      ' ',
    )) {
      assert.ok(jobs.includes(name), `${name} in ${jobs.join(' ')}`);
    }
    assert.ok(options.includes('--job-name') && options.includes('--json'), options.join(' '));
    assert.deepEqual(values, ['text', 'json', 'jsonl']);
    assert.deepEqual(files, ['__tabtab_complete_files__']);
  });

  it('says what each word means, where the shell can show it', async () => {
    const words = await tab('candlewick notify ', 'zsh');

    assert.deepEqual(words, ['test:send a test notice through every channel']);
  });

  for (const shell of ['bash', 'zsh', 'fish']) {
    it(`gives a script for ${shell}`, async () => {
      const { stdout, code } = await candlewick(['completion', shell]);

      assert.equal(code, 0);
      assert.match(stdout, /candlewick completion-server -- /);
      if (shell === 'bash') {
        assert.equal(spawnSync('bash', ['-n'], { input: stdout }).status, 0);
      }
    });
  }
});
