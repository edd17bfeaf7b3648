import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(process.env['CANDLEWICK_SHARED_DATA'] ?? '../shared/data');

/** A path in the folder of real market data, which stays outside the repository (some of it has no licence). */
export function sharedData(...parts: readonly string[]): string {
  return join(root, ...parts);
}

/** A suite on real market data; where the folder is absent it is shown as pending, with the reason in its title. */
export function describeWithSharedData(title: string, suite: (this: Mocha.Suite) => void): void {
  if (existsSync(root)) {
    describe(title, suite);
  } else {
    describe.skip(
      `${title} (skipped: no market data at ${root}; set CANDLEWICK_SHARED_DATA)`,
      suite,
    );
  }
}
