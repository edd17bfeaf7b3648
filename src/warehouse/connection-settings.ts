import { isIP } from 'node:net';

import { ConfigurationError } from '../domain/errors.ts';

export interface ConnectionOptions {
  readonly connectionString: string;
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
  /** A statement that runs longer is ended by the server. */
  readonly statementTimeoutMs?: number;
  /** A wait for a lock that lasts longer is given up. */
  readonly lockTimeoutMs?: number;
  /** Allow a connection without TLS to another machine: ETL_ALLOW_PLAINTEXT. */
  readonly allowPlaintext?: boolean;
}

/** What both the driver and the migration runner take. */
export interface ConnectionSettings {
  readonly connectionString: string;
  readonly application_name: string;
  readonly connectionTimeoutMillis: number;
  readonly keepAlive: boolean;
  readonly keepAliveInitialDelayMillis: number;
  readonly statement_timeout: number;
  readonly query_timeout: number;
  readonly lock_timeout: number;
  readonly idle_in_transaction_session_timeout: number;
  readonly options: string;
}

const CONNECT_TIMEOUT_MS = 10_000;
const STATEMENT_TIMEOUT_MS = 60_000;
const LOCK_TIMEOUT_MS = 30_000;
/** A worker that was stopped inside a transaction loses it, and its locks, after this time. */
const IDLE_IN_TRANSACTION_MS = 15_000;
/** The client gives up a little after the server should have: the answer is lost with the line then. */
const GRACE_MS = 5_000;
const KEEP_ALIVE_DELAY_MS = 10_000;

/** The driver's settings: node-postgres waits for ever unless told otherwise, for a connection and for an answer. */
export function connectionSettings(options: ConnectionOptions): ConnectionSettings {
  assertUsable(options);
  const statementTimeoutMs = options.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS;
  return {
    connectionString: options.connectionString,
    application_name: options.applicationName,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_DELAY_MS,
    statement_timeout: statementTimeoutMs,
    query_timeout: statementTimeoutMs + GRACE_MS,
    lock_timeout: options.lockTimeoutMs ?? LOCK_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    // Dates in ISO whatever the server's habit is; a vanished client is noticed while its statement runs.
    options:
      '-c datestyle=ISO,YMD -c timezone=UTC -c client_connection_check_interval=2s -c search_path=public,pg_temp',
  };
}

/** @throws ConfigurationError that never shows the URL: it may hold a password. */
function assertUsable({ connectionString, allowPlaintext }: ConnectionOptions): void {
  const url = parseUrl(connectionString);
  if (!/^postgres(ql)?:$/.test(url.protocol)) {
    throw new ConfigurationError(
      `DATABASE_URL: got the scheme ${url.protocol}; expected postgres://`,
      {
        code: 'ETL-DB-102',
        hint: 'write it as postgres://user:password@host:5432/database.',
      },
    );
  }
  const host = url.searchParams.get('host') ?? decodeURIComponent(url.hostname);
  if (allowPlaintext !== true && !isLoopback(host) && !hasTls(url)) {
    throw new ConfigurationError(
      `DATABASE_URL: the connection to ${host} would not be encrypted; expected TLS to another machine`,
      {
        code: 'ETL-DB-101',
        hint: 'add ?sslmode=verify-full (and sslrootcert for a private CA), or set ETL_ALLOW_PLAINTEXT=1.',
      },
    );
  }
}

function parseUrl(connectionString: string): URL {
  try {
    return new URL(connectionString);
  } catch {
    // The error of `new URL` holds its input, so it is not passed on.
    throw new ConfigurationError('DATABASE_URL: not a URL; expected postgres://…', {
      code: 'ETL-DB-102',
      hint: 'write it as postgres://user:password@host:5432/database; escape @, : and / in the password by percent.',
    });
  }
}

function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '');
  if (name === '' || name.startsWith('/') || name === 'localhost') {
    return true;
  }
  return (isIP(name) === 4 && name.startsWith('127.')) || (isIP(name) === 6 && name === '::1');
}

function hasTls(url: URL): boolean {
  const mode = url.searchParams.get('sslmode');
  const ssl = url.searchParams.get('ssl');
  return (mode !== null && mode !== 'disable') || ssl === 'true' || ssl === '1';
}
