import { setTimeout as wait } from 'node:timers/promises';

import type { Config } from '../config/config.ts';
import type { JobClient } from '../client/job-client.ts';
import type { DatabaseKind, Stack } from '../runtime/stack.ts';
import type { Warehouse } from '../warehouse/pool.ts';
import { EtlError } from '../domain/errors.ts';
import { CliError } from './cli-error.ts';
import type { Invocation } from './invoke.ts';
import type { Output } from './output.ts';

/** As long as a slow machine takes to start both servers. */
const HOME_TIMEOUT_MS = 60_000;
const HOME_POLL_MS = 250;

/** The configuration; what looks misspelt in it is said once. @throws ConfigurationError */
export async function readConfig({ output }: Pick<Invocation, 'output'>): Promise<Config> {
  const { loadConfig } = await import('../config/config.ts');
  const config = loadConfig();
  for (const warning of config.warnings) {
    output.warn(warning);
  }
  return config;
}

export interface ServerNeeds {
  readonly postgres: boolean;
  readonly temporal: boolean;
  readonly database?: DatabaseKind;
  /** false: nothing that Temporal holds is wanted afterwards. */
  readonly isLasting?: boolean;
}

/** The servers a command needs: configured, running, or started for as long as it takes. */
export async function openServers(
  config: Config,
  { output, signal }: Pick<Invocation, 'output' | 'signal'>,
  { database = 'standard', isLasting = true, ...needs }: ServerNeeds,
): Promise<Stack> {
  const { openStack } = await import('../runtime/stack.ts');
  const { metaOf } = await import('../config/settings.ts');
  function unlessDefault(port: number, setting: Parameters<typeof metaOf>[0]): number | undefined {
    return String(port) === metaOf(setting).fallback ? undefined : port;
  }
  const options = {
    home: config.home,
    needs,
    database,
    isLasting,
    databaseUrl: config.databaseUrl?.reveal(),
    temporalAddress: needs.temporal ? await configuredTemporal(config) : config.temporalAddress,
    namespace: config.temporalNamespace,
    ports: {
      postgres: unlessDefault(config.pgPort, 'CANDLEWICK_PG_PORT'),
      temporal: unlessDefault(config.temporalPort, 'CANDLEWICK_TEMPORAL_PORT'),
      temporalUi: unlessDefault(config.temporalUiPort, 'CANDLEWICK_TEMPORAL_UI_PORT'),
    },
    onProgress: output.talk,
    signal,
  };
  return whenHomeIsFree(() => openStack(options), output, signal);
}

/** Another command may start or stop this home's servers at the moment. */
async function whenHomeIsFree(
  open: () => Promise<Stack>,
  output: Output,
  signal: AbortSignal,
): Promise<Stack> {
  const deadline = Date.now() + HOME_TIMEOUT_MS;
  for (let isTold = false; ; isTold = true) {
    try {
      return await open();
    } catch (error) {
      const isTaken = error instanceof EtlError && error.code === 'ETL-RUN-102';
      if (!isTaken || Date.now() > deadline) {
        throw error;
      }
      if (!isTold) {
        output.talk(`${error.message}; waiting for it`);
      }
    }
    await wait(HOME_POLL_MS, undefined, { signal });
  }
}

/** Runs `work` on the warehouse. An embedded PostgreSQL runs only as long. */
export async function withWarehouse<Result>(
  config: Config,
  invocation: Invocation,
  database: DatabaseKind,
  work: (warehouse: Warehouse) => Promise<Result>,
): Promise<Result> {
  return withDatabase(config, invocation, database, async (connectionString) => {
    const { openWarehouse } = await import('../warehouse/pool.ts');
    const warehouse = openWarehouse({
      connectionString,
      applicationName: 'candlewick',
      allowPlaintext: config.allowPlaintext,
    });
    try {
      return await work(warehouse);
    } finally {
      await warehouse.close();
    }
  });
}

/** The same, with nothing but the database's URL. */
export async function withDatabase<Result>(
  config: Config,
  invocation: Invocation,
  database: DatabaseKind,
  work: (databaseUrl: string) => Promise<Result>,
): Promise<Result> {
  const quiet = { ...invocation, output: { ...invocation.output, talk: invocation.output.detail } };
  const isBesideDemo = database === 'standard' && (await isDemoAt(config));
  if (isBesideDemo) {
    invocation.output.talk('a demo runs in this home: its data are seen with --demo');
  }
  const stack = await openServers(config, quiet, { postgres: true, temporal: false, database });
  try {
    return await work(databaseOf(stack));
  } catch (error) {
    throw isBesideDemo && isWithoutTables(error)
      ? new CliError('not_found', "Nothing was loaded into this home's own database yet", {
          code: error.code,
          hint: 'add --demo for the data of the demo that runs here.',
        })
      : error;
  } finally {
    await stack.close();
  }
}

async function isDemoAt({ databaseUrl, home }: Config): Promise<boolean> {
  const { isDemoRunning } = await import('../runtime/stack.ts');
  return databaseUrl === undefined && isDemoRunning(home);
}

function isWithoutTables(error: unknown): error is EtlError {
  return error instanceof EtlError && error.code === 'ETL-DB-204';
}

export function databaseOf({ databaseUrl }: Pick<Stack, 'databaseUrl'>): string {
  if (databaseUrl === undefined) {
    throw new CliError('unreachable', 'There is no database to work on', { code: 'ETL-CLI-601' });
  }
  return databaseUrl;
}

/** TEMPORAL_ADDRESS, else what Temporal's own configuration (its profiles) says. */
async function configuredTemporal(config: Config): Promise<string | undefined> {
  const { loadClientConnectConfig } = await import('@temporalio/envconfig');
  return config.temporalAddress ?? loadClientConnectConfig().connectionOptions.address;
}

/** Where Temporal is: configured, or run by a `candlewick demo` of this home, or its default place. */
export async function temporalPlace(
  config: Config,
): Promise<{ readonly address: string | undefined; readonly uiUrl: string | undefined }> {
  const configured = await configuredTemporal(config);
  if (configured !== undefined) {
    return { address: configured, uiUrl: undefined };
  }
  const { readRunningStack } = await import('../runtime/stack.ts');
  const running = readRunningStack(config.home);
  return { address: running?.temporalAddress, uiUrl: running?.uiUrl };
}

const TIMEOUT_MS = 10_000;
/** Nobody said that a server is there: do not wait long for one at the default place. */
const GUESS_TIMEOUT_MS = 2000;

/** Runs `work` with a client. @throws SystemError ETL-TMP-301 where no server answers */
export async function withClient<Result>(
  config: Config,
  work: (client: JobClient) => Promise<Result>,
): Promise<Result> {
  const { address, uiUrl } = await temporalPlace(config);
  const { connect } = await import('../client.ts');
  const client = await connect({
    namespace: config.temporalNamespace,
    queuePrefix: config.queuePrefix,
    timeoutMs: address === undefined ? GUESS_TIMEOUT_MS : TIMEOUT_MS,
    ...(address === undefined ? {} : { address }),
    ...(uiUrl === undefined ? {} : { uiUrl }),
  });
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}
