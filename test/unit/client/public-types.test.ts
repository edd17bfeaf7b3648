import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

const BUILT = fileURLToPath(new URL('../../../src/', import.meta.url));
const MANIFEST = createRequire(import.meta.url)('../../../../package.json') as Manifest;

/** Packages that a declaration file names, directly or by the files that it names. */
function packagesOf(entry: string): ReadonlySet<string> {
  const packages = new Set<string>();
  const files = new Set([join(BUILT, entry)]);
  for (const file of files) {
    for (const [, named = ''] of readFileSync(file, 'utf8').matchAll(
      /(?:from |import\()'([^']+)'/g,
    )) {
      if (named.startsWith('.')) {
        files.add(join(dirname(file), named).replace(/\.(ts|js)$/, '.d.ts'));
      } else {
        packages.add(named);
      }
    }
  }
  return packages;
}

describe('the public types', () => {
  it('need no package that a program does not get with this one', () => {
    const packages = [...packagesOf('client.d.ts')];

    const { dependencies, devDependencies } = MANIFEST;
    const missing = packages.filter(
      (name) => !(name in dependencies) || `@types/${name}` in devDependencies,
    );
    assert.ok(packages.includes('@temporalio/client'), packages.join(' '));
    assert.deepEqual(missing, []);
  });

  it('would not do so if they named the database driver, as the warehouse does', () => {
    assert.ok(packagesOf('warehouse/pool.d.ts').has('pg'));
  });
});
