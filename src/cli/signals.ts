import { EXIT } from './exit-codes.ts';

/** Ends on the first Ctrl-C (or SIGTERM, SIGHUP); the second one leaves no time to anybody. */
export interface Interruption {
  readonly signal: AbortSignal;
  dispose(): void;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** One Ctrl-C may come twice: from the terminal, and passed on by npm. */
const SAME_MS = 500;

/** Servers that a forced end leaves behind are adopted by the next start. */
export function listenForInterruption(onFirst: () => void): Interruption {
  const controller = new AbortController();
  let firstAt = 0;
  function hear(): void {
    if (!controller.signal.aborted) {
      firstAt = Date.now();
      onFirst();
      controller.abort();
    } else if (Date.now() - firstAt > SAME_MS) {
      process.exit(EXIT.interrupted);
    }
  }
  for (const name of SIGNALS) {
    process.on(name, hear);
  }
  return {
    signal: controller.signal,
    dispose() {
      for (const name of SIGNALS) {
        process.off(name, hear);
      }
    },
  };
}

/** Settles when the signal is aborted; at once where it is. */
export function interrupted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
    }
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
