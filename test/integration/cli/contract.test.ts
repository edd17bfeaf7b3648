import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';

import { candlewick, CLEARED, lastJson, MAIN, temporaryHome } from './candlewick.ts';

const run = promisify(execFile);
const MAX_START_MS = 150;

function millisecondsOf(args: readonly string[]): number {
  const startedAt = performance.now();
  const { status } = spawnSync(process.execPath, args, {
    env: { ...process.env, NODE_V8_COVERAGE: undefined },
  });
  assert.equal(status, 0);
  return performance.now() - startedAt;
}

describe('the command line, without any server', () => {
  const home = temporaryHome();
  let env: Record<string, string>;
  before(() => {
    env = { CANDLEWICK_HOME: home.path };
  });
  after(() => home.remove());

  it(`shows its help within ${MAX_START_MS} ms where Node itself needs no more than a third of it`, () => {
    const times = Array.from({ length: 7 }, () => ({
      help: millisecondsOf([MAIN, '--help']),
      node: millisecondsOf(['-e', '0']),
    }));

    // The best of several, beside bare Node in the same run: this machine has other work too.
    const [help, node] = [times.map((time) => time.help), times.map((time) => time.node)];
    const limit = Math.max(MAX_START_MS, 3 * Math.min(...node));
    assert.ok(
      Math.min(...help) <= limit,
      `${help.map(Math.round).join(', ')} ms; Node ${node.map(Math.round).join(', ')} ms`,
    );
  });

  const mistakes = [
    ['an unknown command', ['rnu'], 2, /unknown command 'rnu'[^]*did you mean run\?/],
    [
      'an unknown option',
      ['run', '--frm', 'x'],
      2,
      /unknown option '--frm'[^]*did you mean --from\?/,
    ],
    ['a missing value', ['run', '--symbols'], 2, /argument missing/],
    ['a limit below one', ['bars', '--limit', '-1'], 2, /'-1' is invalid.*from 1 to/],
    ['an unknown form', ['bars', '-o', 'xml'], 2, /Allowed choices are text, json, jsonl/],
    ['quiet and verbose', ['bars', '-q', '-v'], 2, /cannot be used with/],
    [
      'an unknown task queue',
      ['worker', '--queues', 'data_ingest'],
      2,
      /did you mean data_ingestion/,
    ],
    ['an unknown proof', ['prove', 'rerunn'], 2, /did you mean rerun/],
    ['an unknown subcommand', ['jobs', 'lst'], 2, /did you mean list/],
    ['a job id that is missing', ['jobs', 'show'], 2, /missing required argument 'id'/],
    ['too many words', ['status', 'now'], 2, /too many arguments/],
    [
      'end before start',
      ['run', '--from', '2024-02-02', '--to', '2024-02-01'],
      3,
      /start_date: got "2024-02-02"/,
    ],
    [
      'a file of input that is missing',
      ['run', '--input', '/no/such.json'],
      3,
      /ETL-CFG-111.*ENOENT/,
    ],
    ['a query of no day', ['bars', '--from', '2023-02-29'], 3, /from: got "2023-02-29"/],
    ['files without a place', ['demo', '--source', 'files', '--once'], 3, /--path DIR/],
    ['files that are not there', ['demo', '--path', '/no/such', '--once'], 3, /there is no \/no/],
    [
      'a source that is unknown',
      ['demo', '--source', 'simulatd', '--once'],
      3,
      /did you mean "?simulated/,
    ],
  ] as const;
  for (const [title, argv, exit, said] of mistakes) {
    it(`answers ${title} with ${exit}, on stderr, without a stack`, async () => {
      const { code, stdout, stderr } = await candlewick(argv, env);

      assert.equal(code, exit, stderr);
      assert.match(stderr, said);
      assert.doesNotMatch(stderr, /\n\s+at /);
      assert.equal(stdout, '');
    });

    it(`answers ${title} with JSON that parses`, async () => {
      const ended = await candlewick([...argv, '--json'], env);

      assert.equal(ended.code, exit, ended.stderr);
      const { error } = lastJson(ended) as { error: Record<string, unknown> };
      assert.deepEqual(Object.keys(error), ['code', 'class', 'message', 'hint']);
    });
  }

  it('names every problem of a job at once, and leaves an account', async () => {
    const argv = '--symbols 600000.SS,abc --from 2024-13-01 --batch-size 0 --quality-threshold 7';

    const ended = await candlewick(['run', '--json', ...argv.split(' ')], env);

    assert.equal(ended.code, 3);
    const { status, error_messages: messages, error } = lastJson(ended);
    assert.equal(status, 'failed');
    assert.equal((error as Record<string, unknown>)['code'], 'ETL-JOB-101');
    for (const field of [
      'symbols[0]',
      'symbols[1]',
      'start_date',
      'batch_size',
      'quality_threshold',
    ]) {
      assert.ok(String(messages).includes(field), String(messages));
    }
  });

  const inputs = [
    ['an array', '[{"symbols": ["600000.SH"]}]', /input: got an array of 1/],
    ['a misspelt key', '{"symbls": ["600000.SH"]}', /symbls.*did you mean symbols/],
    ['a text for a number', '{"batch_size": "10"}', /batch_size: got "10"/],
    ['half of JSON', '{"symbols": [', /ETL-INPUT-101 stdin:1:/],
  ] as const;
  for (const [title, text, said] of inputs) {
    it(`refuses ${title} on stdin with 3`, async () => {
      const { code, stderr } = await candlewick(['run', '--input', '-'], env, text);

      assert.equal(code, 3);
      assert.match(stderr, said);
    });
  }

  it('gives 6 where no PostgreSQL answers, and does not tell the password', async () => {
    const url = 'postgres://someone:hunter2secret@127.0.0.1:9/bars';

    const ended = await candlewick(['db', 'status', '--json'], { ...env, DATABASE_URL: url });

    assert.equal(ended.code, 6);
    assert.doesNotMatch(ended.stderr + ended.stdout, /hunter2/);
    assert.equal((lastJson(ended)['error'] as Record<string, unknown>)['class'], 'unreachable');
  });

  it('gives 6 and the way out where no Temporal answers', async () => {
    const { code, stderr } = await candlewick(['jobs', 'list'], {
      ...env,
      TEMPORAL_ADDRESS: '127.0.0.1:9',
    });

    assert.equal(code, 6);
    assert.match(stderr, /No Temporal server answers at 127\.0\.0\.1:9\n.*npm start/);
  });

  it('explains the settings, and shows no secret', async () => {
    const ended = await candlewick(['config', 'explain', '--json'], {
      ...env,
      DATABASE_URL: 'postgres://someone:hunter2secret@127.0.0.1:9/bars',
      ETL_BATCH_SIZE: '50',
    });

    const rows = JSON.parse(ended.stdout) as { name: string; value: string; from: string }[];
    assert.equal(ended.code, 0);
    assert.doesNotMatch(ended.stdout, /hunter2/);
    const row = rows.find(({ name }) => name === 'ETL_BATCH_SIZE');
    assert.deepEqual([row?.value, row?.from], ['50', 'environment']);
  });

  it('shows wrong settings and gives 3', async () => {
    const { code, stdout, stderr } = await candlewick(['config', 'explain'], {
      ...env,
      ETL_BATCH_SIZE: 'many',
    });

    assert.equal(code, 3);
    assert.match(stdout, /ETL_BATCH_SIZE +many +environment/);
    assert.match(stderr, /ETL_BATCH_SIZE: got "many"/);
  });

  it('fits 80 columns', async () => {
    const pages = await Promise.all(
      [['--help'], ['run', '--help'], ['demo', '--help'], ['config', 'explain']].map((argv) =>
        candlewick(argv, env),
      ),
    );

    for (const line of pages.flatMap(({ stdout }) => stdout.split('\n'))) {
      assert.ok(line.length <= 80, line);
    }
  });

  it('has no colours in a pipe, and has them with FORCE_COLOR', async () => {
    const [plain, coloured] = await Promise.all([
      candlewick(['config', 'explain'], env),
      candlewick(['config', 'explain'], { ...env, FORCE_COLOR: '1' }),
    ]);

    assert.ok(!plain.stdout.includes('\u001B['));
    assert.ok(coloured.stdout.includes('\u001B['));
  });

  it('ends quietly when its reader has seen enough', async () => {
    const script = `"$0" "$1" config explain | head -n 1; exit "\${PIPESTATUS[0]}"`;

    const { stdout, stderr } = await run('bash', ['-c', script, process.execPath, MAIN], {
      env: { ...process.env, ...CLEARED, ...env },
    });

    assert.equal(stdout.trimEnd().split('\n').length, 1);
    assert.equal(stderr, '');
  });
});
