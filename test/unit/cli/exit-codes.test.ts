import assert from 'node:assert/strict';

import { CommanderError } from 'commander';

import { CliError, interruptedError, usageError } from '../../../src/cli/cli-error.ts';
import { EXIT, exitCodeOfJob } from '../../../src/cli/exit-codes.ts';
import { failureOf } from '../../../src/cli/failure.ts';
import {
  ConfigurationError,
  DataQualityError,
  RateLimitedError,
  SchemaDriftError,
  SystemError,
  TransientError,
} from '../../../src/domain/errors.ts';
import type { JobStatus } from '../../../src/domain/job.ts';

const code = 'ETL-TEST-001';

function grpc(number: number): Error {
  return Object.assign(new Error('14 UNAVAILABLE: gone'), { code: number, details: 'gone' });
}

describe('exit codes', () => {
  const table: readonly (readonly [title: string, error: unknown, exit: number, cls: string])[] = [
    ['a transient error', new TransientError('x', { code }), 1, 'transient'],
    ['a rate limit', new RateLimitedError('x', { code }), 1, 'rate_limited'],
    ['a system error', new SystemError('x', { code }), 1, 'system'],
    ['a drifted schema', new SchemaDriftError('x', { code }), 1, 'schema_drift'],
    ['a wrong command line', usageError('x'), 2, 'usage'],
    ['an unknown option', new CommanderError(1, 'commander.unknownOption', 'error: x'), 2, 'usage'],
    ['a configuration error', new ConfigurationError('x', { code }), 3, 'configuration'],
    ['an unknown job', new ConfigurationError('x', { code: 'ETL-JOB-404' }), 4, 'not_found'],
    ['bad data', new DataQualityError('x', { code }), 5, 'data_quality'],
    ['no Temporal', new SystemError('x', { code: 'ETL-TMP-301' }), 6, 'unreachable'],
    ['no PostgreSQL', new SystemError('x', { code: 'ETL-DB-310' }), 6, 'unreachable'],
    ['too many connections', new SystemError('x', { code: 'ETL-DB-303' }), 6, 'unreachable'],
    ['no program for PostgreSQL', new SystemError('x', { code: 'ETL-RUN-120' }), 6, 'unreachable'],
    [
      'a server that does not start',
      new SystemError('x', { code: 'ETL-RUN-130' }),
      6,
      'unreachable',
    ],
    ['no program for Temporal', new SystemError('x', { code: 'ETL-RUN-140' }), 6, 'unreachable'],
    ['a lost connection', grpc(14), 6, 'unreachable'],
    ['an unknown namespace', grpc(5), 3, 'configuration'],
    ['a wrong API key', grpc(16), 3, 'configuration'],
    ['a deadline of the server', grpc(4), 124, 'timeout'],
    ['a time-out', new CliError('timeout', 'x', { code }), 124, 'timeout'],
    ['Ctrl-C', interruptedError('x'), 130, 'interrupted'],
    ['an aborted wait', new DOMException('x', 'AbortError'), 130, 'interrupted'],
    ['a fault of our own', new TypeError('x is undefined'), 1, 'internal'],
    ['a thrown text', 'x', 1, 'internal'],
  ];
  for (const [title, error, exit, errorClass] of table) {
    it(`gives ${exit} for ${title}`, () => {
      const failure = failureOf(error);

      assert.equal(failure.exitCode, exit);
      assert.equal(failure.class, errorClass);
    });
  }

  const statuses: readonly (readonly [JobStatus, number])[] = [
    ['success', EXIT.ok],
    ['partial_success', EXIT.partial],
    ['failed', EXIT.failed],
    ['running', EXIT.ok],
    ['pending', EXIT.ok],
  ];
  for (const [status, exit] of statuses) {
    it(`gives ${exit} for a job that is ${status}`, () => {
      assert.equal(exitCodeOfJob({ status }), exit);
    });
  }

  const wholeFailures = [
    ['transient', EXIT.failed],
    ['data_quality', EXIT.failed],
    ['configuration', EXIT.configuration],
  ] as const;
  for (const [errorClass, exit] of wholeFailures) {
    it(`gives ${exit} for a job of which every symbol failed by ${errorClass}`, () => {
      assert.equal(exitCodeOfJob({ status: 'failed', failure: { errorClass, code } }), exit);
    });
  }
});

describe('failureOf', () => {
  it('takes a fault of the operating system for no bug', () => {
    const error = Object.assign(new Error('EACCES: permission denied, mkdir /x'), {
      code: 'EACCES',
      syscall: 'mkdir',
    });

    const failure = failureOf(error);

    assert.equal(failure.isBug, false);
    assert.equal(failure.class, 'system');
  });

  it("turns commander's suggestion into the hint", () => {
    const error = new CommanderError(
      1,
      'commander.unknownCommand',
      "error: unknown command 'rnu'\n(Did you mean run?)",
    );

    const { message, hint } = failureOf(error);

    assert.equal(message, "unknown command 'rnu'");
    assert.equal(hint, 'did you mean run?');
  });

  it('keeps code, message and hint of an error of the taxonomy', () => {
    const failure = failureOf(new SystemError('down', { code, hint: 'start it.' }));

    assert.deepEqual(
      [failure.code, failure.message, failure.hint, failure.isBug],
      [code, 'down', 'start it.', false],
    );
  });
});
