import { setTimeout as wait } from 'node:timers/promises';

const POLL_MS = 100;
const PATIENCE_MS = 10_000;

/** What `read` gives once it is as wanted, or at the end of the patience. */
export async function settled<Value>(
  read: () => Promise<Value>,
  isWanted: (value: Value) => boolean,
): Promise<Value> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const value = await read();
    if (isWanted(value) || Date.now() > deadline) {
      return value;
    }
    await wait(POLL_MS);
  }
}
