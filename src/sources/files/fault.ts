import {
  ConfigurationError,
  SchemaDriftError,
  type EtlError,
  type ErrorDetails,
} from '../../domain/errors.ts';

/** An error of a file as plain data, which may pass from one thread to another. */
export interface Fault {
  readonly isConfiguration: boolean;
  readonly message: string;
  readonly code: string;
  readonly hint: string | undefined;
  readonly details: ErrorDetails;
}

export function faultOf({ errorClass, message, code, hint, details }: EtlError): Fault {
  return { isConfiguration: errorClass === 'configuration', message, code, hint, details };
}

export function errorOf({ isConfiguration, message, code, hint, details }: Fault): EtlError {
  const options = { code, details, ...(hint === undefined ? {} : { hint }) };
  return isConfiguration
    ? new ConfigurationError(message, options)
    : new SchemaDriftError(message, options);
}
