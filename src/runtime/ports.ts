import { createServer } from 'node:net';

import { ConfigurationError } from '../domain/errors.ts';

export const LOOPBACK = '127.0.0.1';

/** Whether nobody listens on a loopback port. */
function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: LOOPBACK, port, exclusive: true }, () => {
      server.close(() => resolve(true));
    });
  });
}

export interface PortWish {
  /** What the port is for, as a person says it. */
  readonly purpose: string;
  readonly preferred: number;
  /** The setting that asked for this very port; without one another port will do. */
  readonly setting: string | undefined;
}

const TRIED = 50;

/**
 * A free port: the preferred one, else one of the next, unless that very port was configured.
 * @throws ConfigurationError ETL-RUN-101 where a configured port is taken, or none is free.
 */
export async function choosePort(
  { purpose, preferred, setting }: PortWish,
  taken: ReadonlySet<number> = new Set(),
): Promise<number> {
  const last = setting === undefined ? preferred + TRIED : preferred;
  for (let port = preferred; port <= last; port += 1) {
    if (!taken.has(port) && (await isPortFree(port))) {
      return port;
    }
  }
  throw new ConfigurationError(`Port ${preferred} for ${purpose} is in use`, {
    code: 'ETL-RUN-101',
    hint:
      setting === undefined
        ? `end what listens on ${preferred} to ${last}.`
        : `set ${setting} to another port, or end what listens there (\`ss -ltnp | grep ${preferred}\`).`,
    details: { port: preferred },
  });
}
