import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { renderSettingsTable } from '../../../src/config/explain.ts';
import { blocksAfter, readReadme } from './readme.ts';

/** Without the padding that the formatter gives a table. */
function rowsOf(table: string): readonly string[] {
  return table
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.replaceAll(/ +/g, ' ').replaceAll('\\', ''));
}

describe('the README', () => {
  it('has the table of all settings, as they are', () => {
    const [, table = ''] = /<!-- settings -->([^]*)<!-- \/settings -->/.exec(readReadme()) ?? [];

    assert.deepEqual(
      rowsOf(table),
      rowsOf(renderSettingsTable()),
      'write it anew: npm run -s docs',
    );
  });

  it('shows the example of the client that the tests run', () => {
    const source = readFileSync('test/integration/cli/readme-example.ts', 'utf8');

    assert.deepEqual(blocksAfter('example', 'ts'), [source]);
  });

  it('names scripts that package.json has', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      scripts: Record<string, string>;
    };
    const named = [...readReadme().matchAll(/npm run (?:-s )?([\w:-]+)/g)].map(([, name]) => name);

    assert.ok(named.length > 5);
    for (const name of named) {
      assert.ok(scripts[name ?? ''] !== undefined, name);
    }
  });

  for (const page of ['README.md', 'CONTRIBUTING.md', 'docs/design.md']) {
    it(`links to files that are there: ${page}`, () => {
      const links = [...readFileSync(page, 'utf8').matchAll(/\]\((?!https?:)([^)#]+)/g)];

      for (const [, link = ''] of links) {
        assert.ok(existsSync(join(dirname(page), link)), link);
      }
    });
  }
});
