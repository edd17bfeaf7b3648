import type { CliErrorClass } from './exit-codes.ts';

export interface CliErrorOptions {
  readonly code: string;
  readonly hint?: string;
  readonly cause?: unknown;
}

/** What only a command line can do wrong, or run into. Everything else is an `EtlError`. */
export class CliError extends Error {
  readonly errorClass: CliErrorClass;
  readonly code: string;
  readonly hint: string | undefined;

  constructor(errorClass: CliErrorClass, message: string, { code, hint, cause }: CliErrorOptions) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'CliError';
    this.errorClass = errorClass;
    this.code = code;
    this.hint = hint;
  }
}

export function usageError(message: string, hint?: string): CliError {
  return new CliError('usage', message, {
    code: 'ETL-CLI-101',
    ...(hint === undefined ? {} : { hint }),
  });
}

export function interruptedError(message: string, hint?: string): CliError {
  return new CliError('interrupted', message, {
    code: 'ETL-CLI-130',
    ...(hint === undefined ? {} : { hint }),
  });
}
