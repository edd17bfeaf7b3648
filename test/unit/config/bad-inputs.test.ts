import assert from 'node:assert/strict';

import { parseJobInput } from '../../../src/config/job-config.ts';
import type { JobDefaults } from '../../../src/config/job-defaults.ts';
import { parseJobText } from '../../../src/config/job-file.ts';
import { ConfigurationError } from '../../../src/domain/errors.ts';
import { BAD_JOBS, symbols } from './bad-job-inputs.ts';
import { messageOf } from './message-of.ts';

/*
 * The bad inputs of RELIABILITY.md A4 that concern a job's input, under their numbers there (the environment: bad-environment.test.ts). `says`
 * are the parts that the message must hold: the field, the value, what is allowed and, where there is one, the way out.
 */

const defaults: JobDefaults = {
  jobType: 'etlJob',
  dueAt: '2026-11-24T09:00:00Z', // 17:00 in Shanghai: the day is completed
  batchSize: 100,
  qualityThreshold: 0.7,
  concurrency: 4,
  sources: ['files'],
  knownSources: ['files', 'simulated'],
};

describe('bad inputs: the job', () => {
  for (const { no, what, input, says } of BAD_JOBS) {
    it(`${no}: refuses ${what}`, () => {
      const message = messageOf(() => parseJobInput(input, defaults));

      for (const part of says) {
        assert.ok(message.includes(part), `${message}\n  lacks ${part}`);
      }
      assert.match(message, /^ETL-JOB-101 /);
      assert.ok(message.length < 600, `${message.length} characters`);
    });
  }

  it('4: accepts lower case after upper-casing', () => {
    assert.deepEqual(parseJobInput(symbols('000001.sz'), defaults).config.symbols, ['000001.SZ']);
  });

  it('9: leaves an unknown symbol to the sources', () => {
    assert.deepEqual(parseJobInput(symbols('999999.SZ'), defaults).config.symbols, ['999999.SZ']);
  });

  it('12: removes duplicates and says so', () => {
    const { config, notes } = parseJobInput(
      symbols('000001.SZ', '000001.sz', '600000.SH', '000001.SZ'),
      defaults,
    );

    assert.deepEqual(config.symbols, ['000001.SZ', '600000.SH']);
    assert.deepEqual(notes, ['2 duplicate symbols removed']);
  });

  it('21: clips an end that is not completed yet, with a note', () => {
    const { config, notes } = parseJobInput(
      { start_date: '2026-11-23', end_date: '2026-11-25' },
      defaults,
    );

    assert.equal(config.endDate, '2026-11-24');
    assert.match(notes.join(), /clipped from 2026-11-25 to 2026-11-24/);
  });

  it('22: accepts a range without a session', () => {
    const { config } = parseJobInput(
      { start_date: '2024-02-10', end_date: '2024-02-11' },
      defaults,
    );

    assert.equal(config.endDate, '2024-02-11');
  });

  it('25: says beforehand that a job is large', () => {
    const { notes } = parseJobInput({ start_date: '1991-01-01' }, defaults);

    assert.match(notes.join(), /up to \d+ million rows/);
  });

  it('31: names line and column of what is no JSON', () => {
    const cases = [
      ['{"symbols": ["600000.SH"],}', 1, 27],
      ["{'symbols': []}", 1, 2],
      [
        '{\n  "symbols": ["600000.SH",],\n  "x": "a long text that makes V8 cut its message"\n}',
        2,
        27,
      ],
      ['symbols=600000.SH', 1, 1],
      ['{"symbols": [', 1, 14],
    ] as const;
    for (const [text, line, column] of cases) {
      const message = messageOf(() => parseJobText(text, 'job.json'));
      assert.ok(message.startsWith(`ETL-INPUT-101 job.json:${line}:${column}: not JSON`), message);
    }
  });

  it('32: takes nothing, null and {} as all defaults', () => {
    const [nothing, ...others] = [undefined, null, {}].map((input) =>
      parseJobInput(input, defaults),
    );

    for (const other of others) {
      assert.deepEqual(other, nothing);
    }
  });

  it('33: pollutes no prototype', () => {
    messageOf(() => parseJobInput(JSON.parse('{"__proto__":{"polluted":true}}'), defaults));

    assert.equal(Reflect.get({}, 'polluted'), undefined);
  });

  it('35: accepts snake_case and camelCase, also both where they agree', () => {
    const snake = parseJobInput({ batch_size: 5, quality_threshold: 0.5 }, defaults);
    const camel = parseJobInput({ batchSize: 5, batch_size: 5, qualityThreshold: 0.5 }, defaults);

    assert.deepEqual(camel, snake);
    assert.equal(snake.config.batchSize, 5);
  });

  it('names all problems at once, one a line, with each as a detail', () => {
    const input = {
      symbols: ['600000.SS'],
      start_date: '2024-03-02',
      end_date: '2024-03-01',
      batch_size: 0,
      quality_threshold: 7,
      bathc_size: 1,
      sources: ['file'],
    };

    assert.throws(
      () => parseJobInput(input, defaults),
      (error: unknown) => {
        assert.ok(error instanceof ConfigurationError);
        assert.equal(error.message.split('\n').length, 1 + 6);
        assert.equal(error.details['problems'], 6);
        assert.match(String(error.details['batch_size']), /^got 0; expected a whole number/);
        assert.match(String(error.details['sources[0]']), /did you mean files\?/);
        return true;
      },
    );
  });

  it('shows neither the value of an unknown key nor a password in a value', () => {
    const message = messageOf(() =>
      parseJobInput({ token: 'canary-1', job_name: 'postgres://u:canary-2@host/db' }, defaults),
    );

    assert.doesNotMatch(message, /canary/);
  });
});
