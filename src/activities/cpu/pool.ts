import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

import { Piscina } from 'piscina';

import type { CpuTasks } from './tasks.ts';

/** What every thread needs to open its own view of the stores. */
export interface ThreadData {
  readonly storageUrl: string;
}

/** Threads for work that keeps a core busy, so that heartbeats, cancellation and other activities go on beside it. */
export interface CpuPool extends CpuTasks {
  /** Renders a simulated source's answer. */
  render(request: unknown, signal: AbortSignal): Promise<Uint8Array>;
  close(): Promise<void>;
}

export function createCpuPool(data: ThreadData, threads = availableParallelism()): CpuPool {
  const pool = new Piscina({
    filename: fileURLToPath(new URL('./thread.js', import.meta.url)),
    workerData: data,
    minThreads: 1,
    maxThreads: threads,
    idleTimeout: 30_000,
  });
  return {
    transform: (task, signal) => pool.run(task, { name: 'transform', signal }),
    validate: (task, signal) => pool.run(task, { name: 'validate', signal }),
    render: (request, signal) => pool.run(request, { name: 'render', signal }),
    close: () => pool.close(),
  };
}
