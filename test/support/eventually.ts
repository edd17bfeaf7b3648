import { setTimeout as wait } from 'node:timers/promises';

/** Repeats an assertion until it holds, or throws its last error after `timeoutMs`. */
export async function eventually(check: () => Promise<void>, timeoutMs = 20_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) {
        throw error;
      }
      await wait(50);
    }
  }
}
