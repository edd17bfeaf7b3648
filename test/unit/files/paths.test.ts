import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

import { ConfigurationError } from '../../../src/domain/errors.ts';
import { createFilesSource } from '../../../src/sources/files/files-source.ts';
import { makeBarFiles, never, readFiles, TUSHARE } from './bar-files.ts';

describe('where bar files may lie', () => {
  const outside = makeBarFiles();
  const files = makeBarFiles();
  before(() => {
    outside.write('secret.csv', TUSHARE);
    files.write('600519.SH.csv', TUSHARE);
    files.write('deep/er/600520.SH.csv', TUSHARE.replaceAll('600519', '600520'));
    files.write('deep/notes.md', 'no bars');
    files.write('deep/.hidden.csv', 'no bars');
    files.write('odd/a[1].csv', TUSHARE);
    files.write('empty/readme.txt', 'no bars');
    files.write('linked/a.csv', TUSHARE);
    symlinkSync(join(outside.root, 'secret.csv'), join(files.root, 'out.csv'));
    mkdirSync(join(files.root, 'links'));
    symlinkSync(outside.root, join(files.root, 'links', 'away'));
    mkdirSync(join(files.root, 'circle'));
    symlinkSync(join(files.root, 'linked'), join(files.root, 'circle', 'in'));
    symlinkSync(join(files.root, 'circle'), join(files.root, 'circle', 'again'));
    mkdirSync(join(files.root, 'pipes'));
    execFileSync('mkfifo', [join(files.root, 'pipes', 'p.csv')]);
  });

  const found = [
    ['a file', '600519.SH.csv', ['600519.SH']],
    ['a file, named by its whole path', 'ABSOLUTE/600519.SH.csv', ['600519.SH']],
    ['a directory and those below', 'deep', ['600520.SH']],
    ['a glob', '*.SH.csv', ['600519.SH']],
    ['a glob over folders', '**/*.SH.csv', ['600519.SH', '600520.SH']],
    ['a glob with choices', 'deep/{er,no}/60052?.[A-Z]*.csv', ['600520.SH']],
    ['a file whose name looks like a glob', 'odd/a[1].csv', ['600519.SH']],
    ['a folder through a link, once, though it leads in circles', 'circle', ['600519.SH']],
    ['a path with dots and slashes to spare', './/deep/./er/', ['600520.SH']],
  ] as const;
  for (const [title, path, symbols] of found) {
    it(`finds ${title}`, async () => {
      const { rowsBySymbol } = await createFilesSource({ root: files.root }).inspect(
        { path: path.replace('ABSOLUTE', files.root) },
        never,
      );

      assert.deepEqual(
        [...rowsBySymbol],
        symbols.map((symbol) => [symbol, 3] as const),
      );
    });
  }

  const refused = [
    ['a path that leads out', '../secret.csv', 'ETL-SRC-202', /leads out/],
    ['one that leads out and in again', 'deep/../../x', 'ETL-SRC-202', /leads out/],
    ['one with backslashes', String.raw`..\..\secret.csv`, 'ETL-SRC-202', /leads out/],
    ['one that hides its dots', '%2e%2e/secret.csv', 'ETL-SRC-202', /leads out/],
    ['an absolute path', '/etc/passwd', 'ETL-SRC-202', /it is outside/],
    ['a device', '/dev/zero', 'ETL-SRC-202', /it is outside/],
    ['a NUL byte', '600519.SH.csv\0.txt', 'ETL-SRC-202', /control character/],
    ['a link to a file outside', 'out.csv', 'ETL-SRC-202', /a link leads out of it/],
    ['a link to a folder outside', 'links/away', 'ETL-SRC-202', /a link leads out of it/],
    ['a folder with such a link', 'links', 'ETL-SRC-202', /a link leads out of it/],
    ['a pipe', 'pipes/p.csv', 'ETL-SRC-203', /no regular file/],
    ['a folder with a pipe', 'pipes', 'ETL-SRC-203', /no regular file/],
    ['nothing', 'none.csv', 'ETL-SRC-203', /nothing is there/],
    ['a glob that matches nothing', '*.zip', 'ETL-SRC-203', /no \.csv/],
    ['a folder without bars', 'empty', 'ETL-SRC-203', /no \.csv/],
    ['a file that is no bars', 'deep/notes.md', 'ETL-SRC-203', /it is no \.csv/],
    ['a name far too long', 'x'.repeat(5000), 'ETL-SRC-203', /nothing is there/],
    ['a pattern far too long', '*'.repeat(600), 'ETL-SRC-201', /600 characters/],
    ['a pattern of too many choices', '{a,b}'.repeat(7), 'ETL-SRC-201', /more than 64/],
  ] as const;
  for (const [title, path, code, message] of refused) {
    it(`refuses ${title}`, async () => {
      await assert.rejects(readFiles(files.root, { path }), (error) => {
        assert.ok(error instanceof ConfigurationError, String(error));
        assert.equal(error.code, code);
        assert.match(error.message, message);
        return true;
      });
    });
  }

  it('calls the root by its own name where nothing in it can be read', async () => {
    const root = join(files.root, 'empty');

    await assert.rejects(readFiles(root), (error) => {
      assert.ok(error instanceof ConfigurationError, String(error));
      assert.equal(error.message.startsWith(`path: got "${root}": no .csv`), true, error.message);
      return true;
    });
  });

  it('refuses a root that is not there', async () => {
    await assert.rejects(readFiles(join(files.root, 'no root')), { code: 'ETL-SRC-206' });
  });

  it('answers a pattern made to be slow at once', async () => {
    const path = `${'*a'.repeat(100)}b.csv`;
    files.write(`slow/${'a'.repeat(200)}.csv`, TUSHARE);

    await assert.rejects(readFiles(files.root, { path: `slow/${path}` }), { code: 'ETL-SRC-203' });
  });

  it('stops when it is told to', async () => {
    const signal = AbortSignal.abort(new Error('stopped'));

    await assert.rejects(
      createFilesSource({ root: files.root }).inspect({ path: 'deep' }, signal),
      {
        message: 'stopped',
      },
    );
  });
});
