import { uniform } from '../sources/simulated/noise.ts';

/** What an emulated source can be made to do wrong. */
export const FAULT_KINDS = [
  // The connection.
  'fin',
  'rst',
  'stall',
  'truncate',
  'cutGzip',
  'gzipBomb',
  'slow',
  'oversize',
  // The answer as a whole.
  'empty200',
  'html200',
  'gbkText',
  'http403',
  'http429',
  'http456',
  'http500',
  'redirect',
  'rateLimitBody',
  'badToken',
  'noPermission',
  'noData',
  // The rows.
  'wrongUnit',
  'dropRows',
  'duplicateRows',
  'reorderColumns',
  'adjusted',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export interface Fault {
  readonly kind: FaultKind;
  /** Only calls of this endpoint; all where absent. */
  readonly endpoint?: string;
  /** How many calls it spoils; all until it is cleared where absent. */
  readonly count?: number;
  /** Calls that go well before it begins. */
  readonly after?: number;
  /** 0 to 1: which share of the calls it spoils. */
  readonly probability?: number;
  /** Of `slow`: milliseconds; else the kind's own. */
  readonly ms?: number;
  /** Of `oversize` and `gzipBomb`. */
  readonly bytes?: number;
}

export interface FaultBook {
  /** Adds a fault; those that were set before come first. */
  set(fault: Fault): void;
  clear(): void;
  /** The fault of the next call, if any, which it uses up. */
  next(endpoint: string): Fault | undefined;
}

interface Entry {
  readonly fault: Fault;
  seen: number;
  used: number;
}

export function isFaultKind(text: string): text is FaultKind {
  return FAULT_KINDS.some((kind) => kind === text);
}

export function createFaultBook(seed: number): FaultBook {
  let entries: Entry[] = [];
  function strikes(entry: Entry, endpoint: string): boolean {
    const { fault } = entry;
    const isMeant = fault.endpoint === undefined || fault.endpoint === endpoint;
    if (!isMeant || entry.used >= (fault.count ?? Number.POSITIVE_INFINITY)) {
      return false;
    }
    entry.seen += 1;
    return (
      entry.seen > (fault.after ?? 0) && uniform(seed, 90, entry.seen) < (fault.probability ?? 1)
    );
  }
  return {
    set(fault) {
      entries.push({ fault, seen: 0, used: 0 });
    },
    clear() {
      entries = [];
    },
    next(endpoint) {
      const struck = entries.find((entry) => strikes(entry, endpoint));
      if (struck !== undefined) {
        struck.used += 1;
      }
      return struck?.fault;
    },
  };
}
