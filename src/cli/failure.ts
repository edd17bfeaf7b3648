import { CommanderError } from 'commander';

import { EtlError } from '../domain/errors.ts';
import { CliError } from './cli-error.ts';
import {
  EXIT,
  exitCodeOf,
  failureClassOf,
  type ExitCode,
  type FailureClass,
} from './exit-codes.ts';

/** A failure as the command line shows it. */
export interface Failure {
  readonly exitCode: ExitCode;
  readonly code: string;
  readonly class: FailureClass;
  readonly message: string;
  readonly hint: string | undefined;
  /** A user cannot be at fault: the stack helps whoever mends it. */
  readonly isBug: boolean;
  readonly stack: string | undefined;
}

const SEE_HELP = 'run `candlewick --help`, or the command with --help.';

/** Whatever was thrown, in the words of the command line. */
export function failureOf(error: unknown): Failure {
  if (error instanceof EtlError || error instanceof CliError) {
    return known(error, error.code, error.errorClass, error.hint);
  }
  if (error instanceof CommanderError) {
    return commanderFailure(error);
  }
  if (hasName(error, 'AbortError')) {
    return known(new Error('Interrupted'), 'ETL-CLI-130', 'interrupted', undefined);
  }
  return grpcFailure(error) ?? systemFailure(error) ?? bug(error);
}

function known(
  error: Error,
  code: string,
  errorClass: FailureClass,
  hint: string | undefined,
): Failure {
  const failureClass = failureClassOf(code, errorClass);
  return {
    exitCode: exitCodeOf(failureClass),
    code,
    class: failureClass,
    message: error.message,
    hint,
    isBug: false,
    stack: error.stack,
  };
}

/** `error: unknown option '--frm'\n(Did you mean --from?)` as message and hint. */
function commanderFailure(error: CommanderError): Failure {
  const [first = '', ...rest] = error.message.split('\n');
  const isHelp = error.code === 'commander.help';
  const suggestion = rest
    .join(' ')
    .trim()
    .replace(/^\(Did (.*)\)$/, 'did $1');
  return {
    exitCode: EXIT.usage,
    code: 'ETL-CLI-101',
    class: 'usage',
    message: isHelp ? 'No command was given' : first.replace(/^error: /, ''),
    hint: suggestion === '' ? SEE_HELP : suggestion,
    isBug: false,
    stack: error.stack,
  };
}

/** gRPC's numbers, as Temporal's client hangs them on its errors or their causes. */
const GRPC: Readonly<Record<number, readonly [code: string, FailureClass, hint: string]>> = {
  4: ['ETL-TMP-402', 'timeout', 'try again; `candlewick status` tells whether the server answers.'],
  5: ['ETL-TMP-202', 'configuration', 'check TEMPORAL_NAMESPACE.'],
  7: ['ETL-TMP-203', 'configuration', 'check the API key or certificate for TEMPORAL_ADDRESS.'],
  14: ['ETL-TMP-301', 'unreachable', 'check that the Temporal server runs: `candlewick status`.'],
  16: ['ETL-TMP-203', 'configuration', 'check the API key or certificate for TEMPORAL_ADDRESS.'],
};

function grpcFailure(error: unknown): Failure | undefined {
  if (!(error instanceof Error)) {
    return undefined;
  }
  const carrier = [error, error.cause].find((part) => typeof field(part, 'code') === 'number');
  const number = field(carrier, 'code');
  const [code, errorClass, hint] = (typeof number === 'number' ? GRPC[number] : undefined) ?? [];
  if (code === undefined || errorClass === undefined) {
    return undefined;
  }
  const details = field(carrier, 'details');
  const said = typeof details === 'string' && details !== '' ? details : error.message;
  return known(new Error(`Temporal: ${said}`, { cause: error }), code, errorClass, hint);
}

/** What the operating system refuses: rights, disk, files. */
function systemFailure(error: unknown): Failure | undefined {
  const syscall = field(error, 'syscall');
  return error instanceof Error && typeof syscall === 'string'
    ? known(error, 'ETL-SYS-001', 'system', 'see whether the file or folder can be used.')
    : undefined;
}

function bug(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  return {
    exitCode: EXIT.failed,
    code: 'ETL-CLI-500',
    class: 'internal',
    message: `This is a fault of Candlewick itself: ${message}`,
    hint: 'report it with the lines above.',
    isBug: true,
    stack: error instanceof Error ? error.stack : undefined,
  };
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function hasName(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}
