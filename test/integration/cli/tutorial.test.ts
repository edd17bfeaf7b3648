import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

import { blocksAfter } from '../../unit/docs/readme.ts';
import { MAIN, temporaryHome, type Ended } from './candlewick.ts';

/** What `npm start` and `npm run candlewick` come to once everything is built: a rebuild here would pull the tests' own code away. */
const NPM = `#!/bin/sh
case "$*" in
  "start -- "*) shift 2; exec "${process.execPath}" "${MAIN}" demo "$@" ;;
  "run -s candlewick -- "*) shift 4; exec "${process.execPath}" "${MAIN}" "$@" ;;
  *) echo "npm $*: not in the tutorial" >&2; exit 99 ;;
esac
`;

describe("the README's tutorial", function () {
  this.timeout(180_000);
  const home = temporaryHome();
  after(() => home.remove());

  /** Runs one block as it is pasted into a shell, in a folder of its own. */
  async function paste(block: string): Promise<Ended> {
    const [bin, folder] = [join(home.path, 'shims'), join(home.path, 'tutorial')];
    mkdirSync(bin, { recursive: true });
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(bin, 'npm'), NPM);
    chmodSync(join(bin, 'npm'), 0o755);
    const child = spawn('bash', ['-euo', 'pipefail', '-c', block], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: [bin, process.env['PATH']].join(delimiter),
        HOME: home.path,
        CANDLEWICK_HOME: home.path,
        ETL_BAOSTOCK_ADDRESS: '127.0.0.1:9',
      },
    });
    const text = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (part: string) => (text.stdout += part));
    child.stderr.setEncoding('utf8').on('data', (part: string) => (text.stderr += part));
    await once(child, 'close');
    return { ...text, code: child.exitCode };
  }

  const [first = '', files = '', correction = '', ...others] = blocksAfter('run', 'sh');

  it('has three parts', () => {
    assert.ok(correction !== '');
    assert.deepEqual(others, []);
  });

  it('runs the simulated market once, and shows its bars', async () => {
    const { code, stdout, stderr } = await paste(first);

    assert.equal(code, 0, stderr + stdout);
    assert.match(stdout, /^status +(success|partial_success)$/m);
    assert.match(stdout, /^600000\.SH +\d{4}-\d\d-\d\d/m);
  });

  it('loads a file of bars, in shares and yuan', async () => {
    const { code, stdout, stderr } = await paste(files);

    assert.equal(code, 0, stderr + stdout);
    assert.match(stdout, /^ +loaded +3$/m);
    assert.match(stdout, /600000\.SH +2024-01-04 +6\.64 .* 20,300,000 +134184000/);
  });

  it('changes the one row that was corrected', async () => {
    const { code, stdout, stderr } = await paste(correction);

    assert.equal(code, 0, stderr + stdout);
    assert.match(stdout, /"records_updated":1,"records_unchanged":2/);
    assert.match(stdout, /600000\.SH +2024-01-04 +6\.63 /);
  });
});
