import { hash32 } from '../sources/simulated/noise.ts';

export const FAULTS = ['worker SIGKILL', 'PostgreSQL crash', 'Temporal SIGKILL'] as const;

/** One fault, at a point of the job's progress rather than of time, so that a seed means the same on any machine. */
export interface PlannedFault {
  readonly fault: (typeof FAULTS)[number];
  /** As soon as so many batches are in the ledger. */
  readonly afterBatches: number;
  /** And so long after that, to meet different stages of the next ones, */
  readonly delayMs: number;
  /** or at once when so many are in the ledger, so that no machine is fast enough to end before it strikes. */
  readonly latestBatches: number;
}

const FAULTS_A_SEED = 3;
const MAX_DELAY_MS = 300;
/** Of a job's batches: faults fall before the first of these shares, and wait no longer than until the second. */
const [DRAWN_BEFORE, LATEST] = [0.75, 0.85];

/** The faults of a seed: a pure function of it. The first one's kind goes round, so that any three seeds have met each. */
export function faultsOf(
  seed: number,
  batches: number,
  count: number = FAULTS_A_SEED,
): readonly PlannedFault[] {
  return Array.from({ length: count }, (_, index) => {
    const kind = index === 0 ? seed : hash32(seed, 1, index);
    return {
      fault: FAULTS[kind % FAULTS.length] ?? FAULTS[0],
      afterBatches: hash32(seed, 2, index) % Math.ceil(batches * DRAWN_BEFORE),
      delayMs: hash32(seed, 3, index) % MAX_DELAY_MS,
      latestBatches: Math.floor(batches * LATEST),
    };
  }).toSorted((left, right) => left.afterBatches - right.afterBatches);
}

export function describeFault({ fault, afterBatches, delayMs }: PlannedFault): string {
  return `${fault} after ${afterBatches} batches + ${delayMs} ms`;
}
