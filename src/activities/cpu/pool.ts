import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

import { Piscina } from 'piscina';

import type { FileScan, ScanRequest } from '../../sources/files/scan-file.ts';
import type { CpuTasks } from './tasks.ts';

/** What every thread needs to open its own view of the stores. */
export interface ThreadData {
  readonly storageUrl: string;
}

/** Threads for work that keeps a core busy, so that heartbeats, cancellation and other activities go on beside it. */
export interface CpuPool extends CpuTasks {
  /** Renders a simulated source's answer. */
  render(request: unknown, signal: AbortSignal): Promise<Uint8Array>;
  /** Looks through a file of the source `files`. */
  scan(body: Uint8Array, request: ScanRequest, signal: AbortSignal): Promise<FileScan>;
  close(): Promise<void>;
}

/** One core is left to the thread that loads, and to what runs beside us; each further thread costs 100 MB and more. */
function usefulThreads(): number {
  return Math.max(1, availableParallelism() - 1);
}

export function createCpuPool(data: ThreadData, threads = usefulThreads()): CpuPool {
  const pool = new Piscina({
    filename: fileURLToPath(new URL('./thread.js', import.meta.url)),
    workerData: data,
    minThreads: 1,
    maxThreads: threads,
    // A thread costs a second of compilation: it is kept through the pauses of a job.
    idleTimeout: 600_000,
  });
  return {
    transform: (task, signal) => pool.run(task, { name: 'transform', signal }),
    accept: (task, signal) => pool.run(task, { name: 'accept', signal }),
    validate: (task, signal) => pool.run(task, { name: 'validate', signal }),
    prepareRows: (task, signal) => pool.run(task, { name: 'prepareRows', signal }),
    fitModel: (task, signal) => pool.run(task, { name: 'fitModel', signal }),
    measureDrift: (task, signal) => pool.run(task, { name: 'measureDrift', signal }),
    check: (task, signal) => pool.run(task, { name: 'check', signal }),
    report: (facts, signal) => pool.run(facts, { name: 'report', signal }),
    render: (request, signal) => pool.run(request, { name: 'render', signal }),
    scan: (body, request, signal) => pool.run({ body, request }, { name: 'scan', signal }),
    close: () => pool.close(),
  };
}
