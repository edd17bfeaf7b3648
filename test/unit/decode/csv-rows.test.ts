import assert from 'node:assert/strict';

import fc from 'fast-check';

import { allocateCells, splitRow } from '../../../src/sources/decode/csv-rows.ts';

/** All rows of a text as cells, by our splitter; undefined where a quote is not closed. */
function split(text: string, columns = 16): string[][] | undefined {
  const bytes = Buffer.from(text, 'utf8');
  const rows: string[][] = [];
  const cells = allocateCells(columns);
  for (let at = 0; at < bytes.length;) {
    at = splitRow(bytes, at, cells);
    if (at < 0) {
      return undefined;
    }
    rows.push(
      Array.from({ length: cells.count }, (_, cell) =>
        bytes.toString('utf8', cells.starts[cell], cells.ends[cell]),
      ),
    );
  }
  return rows;
}

describe('splitting CSV', () => {
  const table: readonly (readonly [title: string, text: string, rows: string[][] | undefined])[] = [
    [
      'plain cells',
      'a,b\n1,2\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'CRLF',
      'a,b\r\n1,2\r\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'a last line without an end',
      'a,b\n1,2',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    ['empty cells', ',,\n', [['', '', '']]],
    ['a blank line', 'a\n\nb\n', [['a'], [''], ['b']]],
    ['quoted cells', '"a","b"\r\n', [['a', 'b']]],
    ['a comma within quotes', '"1,234.50",2\n', [['1,234.50', '2']]],
    ['a line end within quotes', '"a\nb",2\n', [['a\nb', '2']]],
    ['a doubled quote, left as it is', '"a""b",2\n', [['a""b', '2']]],
    ['text behind a quoted cell, left whole', '"a"x,2\n', [['"a"x', '2']]],
    ['a quote within a cell', 'a"b,2\n', [['a"b', '2']]],
    ['a quote that is not closed', 'a,"b\n1,2\n', undefined],
    ['a cell of one quote', '"', undefined],
    ['an empty quoted cell', '"",""\n', [['', '']]],
  ];
  for (const [title, text, rows] of table) {
    it(`splits ${title}`, () => {
      assert.deepEqual(split(text), rows);
    });
  }

  it('counts cells beyond those it was asked to find', () => {
    const cells = allocateCells(2);

    splitRow(Buffer.from('1,2,3,4\n'), 0, cells);

    assert.equal(cells.count, 4);
  });

  it('gives back whatever was written with quotes', () => {
    const anyCell = fc.string({ unit: fc.constantFrom('a', '1', ',', '\n', '\r', '"', '中', ' ') });
    const anyRow = fc.array(anyCell, { minLength: 2, maxLength: 6 });
    fc.assert(
      fc.property(fc.array(anyRow, { minLength: 1, maxLength: 5 }), (rows) => {
        const text = rows
          .map((cells) => cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(','))
          .join('\r\n');

        const found = split(text)?.map((cells) => cells.map((cell) => cell.replaceAll('""', '"')));

        assert.deepEqual(found, rows);
      }),
    );
  });

  it('ends on any bytes, and moves on with every row', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const cells = allocateCells(3);
        for (let at = 0; at < bytes.length && at >= 0;) {
          const next = splitRow(bytes, at, cells);
          assert.ok(next < 0 || (next > at && next <= bytes.length));
          at = next;
        }
      }),
    );
  });
});
