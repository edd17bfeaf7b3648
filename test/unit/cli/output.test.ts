import assert from 'node:assert/strict';

import { failureOf } from '../../../src/cli/failure.ts';
import { formatOf } from '../../../src/cli/invoke.ts';
import { wantsColour } from '../../../src/cli/output.ts';
import { ConfigurationError } from '../../../src/domain/errors.ts';
import { fakeOutput, Memory } from './fake-output.ts';

const mistake = failureOf(
  new ConfigurationError('symbols: got 1', { code: 'ETL-JOB-101', hint: 'mend it.' }),
);

describe('output', () => {
  it('writes results to stdout and talk to stderr', () => {
    const { output, stdout, stderr } = fakeOutput();

    output.talk('starting');
    output.warn('careful');
    output.result({ a: 1 }, () => 'one');

    assert.equal(stdout.text, 'one\n');
    assert.equal(stderr.text, 'starting\nwarning: careful\n');
  });

  it('writes one line of JSON', () => {
    const { output, stdout } = fakeOutput({ format: 'json' });

    output.result([{ a: 1 }, { a: 2 }], () => 'never');

    assert.equal(stdout.text, '[{"a":1},{"a":2}]\n');
  });

  it('writes a line for each item of an array as JSONL', () => {
    const { output, stdout } = fakeOutput({ format: 'jsonl' });

    output.result([{ a: 1 }, { a: 2 }], () => 'never');

    assert.equal(stdout.text, '{"a":1}\n{"a":2}\n');
  });

  it('writes nothing for an empty array as JSONL', () => {
    const { output, stdout } = fakeOutput({ format: 'jsonl' });

    output.result([], () => 'never');

    assert.equal(stdout.text, '');
  });

  it('keeps quiet with --quiet, but for warnings', () => {
    const { output, stderr } = fakeOutput({ verbosity: 'quiet' });

    output.talk('starting');
    output.detail('more');
    output.warn('careful');

    assert.equal(stderr.text, 'warning: careful\n');
  });

  it('shows a mistake without a stack, and nothing on stdout', () => {
    const { output, stdout, stderr } = fakeOutput();

    output.failure(mistake);

    assert.equal(stderr.text, 'error ETL-JOB-101 symbols: got 1\n  try: mend it.\n');
    assert.equal(stdout.text, '');
  });

  it('shows the stack of a mistake with --verbose', () => {
    const { output, stderr } = fakeOutput({ verbosity: 'verbose' });

    output.failure(mistake);

    assert.match(stderr.text, /at .*output\.test/);
  });

  it('shows the stack of a bug', () => {
    const { output, stderr } = fakeOutput();

    output.failure(failureOf(new TypeError('x is undefined')));

    assert.match(stderr.text, /TypeError: x is undefined\n\s+at /);
    assert.match(stderr.text, /fault of Candlewick itself/);
  });

  for (const format of ['json', 'jsonl'] as const) {
    it(`gives a failure as one ${format} object beside the record of the command`, () => {
      const { output, stdout } = fakeOutput({ format });

      output.failure(mistake, { status: 'failed' });

      assert.deepEqual(JSON.parse(stdout.text), {
        status: 'failed',
        error: {
          code: 'ETL-JOB-101',
          class: 'configuration',
          message: 'symbols: got 1',
          hint: 'mend it.',
        },
      });
    });
  }
});

describe('colours', () => {
  const terminal = new Memory(true);
  const pipe = new Memory(false);
  const table = [
    ['on a terminal', terminal, true, {}, true],
    ['not in a pipe', pipe, true, {}, false],
    ['not with NO_COLOR', terminal, true, { NO_COLOR: '1' }, false],
    ['with an empty NO_COLOR', terminal, true, { NO_COLOR: '' }, true],
    ['not with --no-color', terminal, false, { FORCE_COLOR: '1' }, false],
    ['in a pipe with FORCE_COLOR=1', pipe, true, { FORCE_COLOR: '1' }, true],
    ['not with FORCE_COLOR=0', terminal, true, { FORCE_COLOR: '0' }, false],
    ['not on a dumb terminal', terminal, true, { TERM: 'dumb' }, false],
  ] as const;
  for (const [title, stream, isAllowed, env, expected] of table) {
    it(title, () => {
      assert.equal(wantsColour(stream, isAllowed, env), expected);
    });
  }
});

describe('formatOf', () => {
  const table = [
    [[], 'text'],
    [['run', '--json'], 'json'],
    [['-o', 'jsonl', 'run'], 'jsonl'],
    [['run', '-ojson'], 'json'],
    [['run', '--output=jsonl', '--json'], 'jsonl'],
    [['run', '-o', 'xml'], 'text'],
    [['run', '--unknown', '--json'], 'json'],
    [['run', '--', '--output=json'], 'text'],
  ] as const;
  for (const [argv, expected] of table) {
    it(`is ${expected} for: ${argv.join(' ')}`, () => {
      assert.equal(formatOf(argv), expected);
    });
  }
});
