import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';

import { SystemError } from '../domain/errors.ts';
import { grpcInterceptors } from './grpc-retry.ts';

export interface ConnectOptions {
  /** `host:port`; default: Temporal's standard environment configuration (TEMPORAL_ADDRESS, profiles, TLS, API key). */
  readonly address?: string;
  readonly namespace?: string;
  /** Put before the task queues' names; only tests and proofs need one. */
  readonly queuePrefix?: string;
  /** Base of links into the Temporal Web UI, `http://127.0.0.1:8233`. */
  readonly uiUrl?: string;
  /** How long to wait for the server, in milliseconds. */
  readonly timeoutMs?: number;
}

const CONNECT_TIMEOUT_MS = 10_000;

/** Address and credentials: what is given, else Temporal's standard environment configuration. */
export function connectSettings(options: ConnectOptions): {
  readonly address: string;
  readonly namespace: string;
  readonly connection: ReturnType<typeof loadClientConnectConfig>['connectionOptions'];
} {
  const fromEnvironment = loadClientConnectConfig();
  const address = options.address ?? fromEnvironment.connectionOptions.address ?? '127.0.0.1:7233';
  const namespace = options.namespace ?? fromEnvironment.namespace ?? 'default';
  const isOther =
    options.address !== undefined && options.address !== fromEnvironment.connectionOptions.address;
  return {
    address,
    namespace,
    connection: isOther ? { address } : { ...fromEnvironment.connectionOptions, address },
  };
}

/** @throws SystemError ETL-TMP-301 where no server answers. */
export async function connectTemporal(options: ConnectOptions): Promise<Client> {
  const { address, namespace, connection } = connectSettings(options);
  try {
    const opened = await Connection.connect({
      ...connection,
      interceptors: grpcInterceptors(),
      connectTimeout: options.timeoutMs ?? CONNECT_TIMEOUT_MS,
    });
    return new Client({ connection: opened, namespace });
  } catch (cause) {
    throw new SystemError(`No Temporal server answers at ${address}`, {
      code: 'ETL-TMP-301',
      hint: 'start one with `candlewick demo` (in a clone: `npm start`), or set TEMPORAL_ADDRESS to host:port of yours.',
      details: { address, namespace },
      cause,
    });
  }
}
