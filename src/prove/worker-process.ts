import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../cli/main.js', import.meta.url));

export interface WorkerEnvironment {
  readonly databaseUrl: string;
  readonly storageUrl: string;
  readonly temporalAddress: string;
  readonly namespace: string;
  readonly queuePrefix: string;
  readonly failpoints?: string;
  /** More of the environment, such as ETL_SIMULATED_SYMBOLS. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface WorkerProcess {
  readonly pid: number;
  /** The signal that ended it, or its exit code. */
  readonly ended: Promise<string | number>;
  /** The last lines that it wrote, for a failed proof. */
  lastLines(): string;
  stop(): Promise<void>;
}

const LINES_KEPT = 40;

/** Starts `candlewick worker` as a real process of its own. */
export function startWorkerProcess(environment: WorkerEnvironment): WorkerProcess {
  const child = spawn(process.execPath, [CLI, 'worker', '--queues', 'data_ingestion'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      ...process.env,
      ...environment.settings,
      DATABASE_URL: environment.databaseUrl,
      STORAGE_URL: environment.storageUrl,
      TEMPORAL_ADDRESS: environment.temporalAddress,
      TEMPORAL_NAMESPACE: environment.namespace,
      CANDLEWICK_QUEUE_PREFIX: environment.queuePrefix,
      CANDLEWICK_FAILPOINTS: environment.failpoints ?? '',
      LOG_LEVEL: 'warn',
    },
  });
  const lines: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    lines.push(...text.split('\n').filter(Boolean));
    lines.splice(0, Math.max(0, lines.length - LINES_KEPT));
  });
  const ended = endOf(child);
  return {
    pid: child.pid ?? 0,
    ended,
    lastLines: () => lines.join('\n'),
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function endOf(child: ChildProcess): Promise<string | number> {
  await once(child, 'exit');
  return child.signalCode ?? child.exitCode ?? 'unknown';
}
