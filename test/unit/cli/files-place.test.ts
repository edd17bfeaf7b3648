import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { placeBelowRoot, placeOfFiles } from '../../../src/cli/files-place.ts';

describe('placeOfFiles', () => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'candlewick-files-')));
  before(() => {
    mkdirSync(join(root, 'in', 'bars'), { recursive: true });
    mkdirSync(join(root, 'elsewhere'));
    writeFileSync(join(root, 'elsewhere', 'a.csv'), '');
    writeFileSync(join(root, 'elsewhere', 'odd[1].csv'), '');
  });
  after(() => rmSync(root, { recursive: true, force: true }));
  const inside = join(root, 'in');
  const table = [
    ['a folder below the root', 'in/bars', { root: inside, path: 'bars' }],
    ['the root itself', 'in', { root: inside, path: '.' }],
    [
      'a folder elsewhere, and not its parent',
      'elsewhere',
      { root: join(root, 'elsewhere'), path: '.' },
    ],
    ['a file elsewhere', 'elsewhere/a.csv', { root: join(root, 'elsewhere'), path: 'a.csv' }],
    ['a glob elsewhere', 'elsewhere/*.csv', { root: join(root, 'elsewhere'), path: '*.csv' }],
    [
      'a deep glob elsewhere',
      'elsewhere/**/*.csv',
      { root: join(root, 'elsewhere'), path: '**/*.csv' },
    ],
    [
      'a file named like a glob',
      'elsewhere/odd[1].csv',
      { root: join(root, 'elsewhere'), path: 'odd[1].csv' },
    ],
  ] as const;
  for (const [title, path, expected] of table) {
    it(`finds ${title}`, () => {
      assert.deepEqual(placeOfFiles(join(root, path), inside), expected);
    });
  }

  it('says what is not there', () => {
    assert.throws(() => placeOfFiles(join(root, 'none', '*.csv'), inside), {
      code: 'ETL-JOB-120',
      errorClass: 'configuration',
    });
  });
});

describe('placeBelowRoot', () => {
  const table = [
    ['a path below the root is kept', 'bars/2024', 'bars/2024'],
    ['an absolute path below the root is named from there', '/data/bars', 'bars'],
    ['an absolute path elsewhere is left for the check', '/etc/passwd', '/etc/passwd'],
    ['a path that leads out is left for the check', '../../x', '../../x'],
  ] as const;
  for (const [title, path, expected] of table) {
    it(title, () => {
      assert.deepEqual(placeBelowRoot(path, '/data'), { path: expected });
    });
  }

  it('is nothing for nothing', () => {
    assert.deepEqual(placeBelowRoot(undefined, '/data'), {});
  });
});
