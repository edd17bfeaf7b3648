import assert from 'node:assert/strict';

import fc from 'fast-check';
import picocolors from 'picocolors';

import { renderFacts, renderTable, type Column } from '../../../src/cli/table.ts';

const plain = picocolors.createColors(false);

/** Columns that a terminal gives a text: two for Chinese characters. */
function widthOf(text: string): number {
  return Array.from(text).reduce(
    (sum, character) => sum + (/[\u1100-\uffe6]/.test(character) ? 2 : 1),
    0,
  );
}

function widest(text: string): number {
  return Math.max(...text.split('\n').map(widthOf));
}

interface Row {
  readonly name: string;
  readonly value: string;
}
const COLUMNS: readonly Column<Row>[] = [
  { title: 'name', cell: ({ name }) => name },
  { title: 'value', align: 'right', cell: ({ value }) => value },
];

describe('renderTable', () => {
  it('lines up columns, numbers to the right', () => {
    const text = renderTable(
      [
        { name: 'a', value: '1.00' },
        { name: 'long', value: '100.00' },
      ],
      COLUMNS,
      { width: 80, colours: plain },
    );

    assert.deepEqual(text.split('\n'), ['name   value', 'a       1.00', 'long  100.00']);
  });

  it('gives a Chinese character the two columns that it takes', () => {
    const text = renderTable(
      [
        { name: '平安银行', value: '1' },
        { name: 'abcdefgh', value: '2' },
      ],
      COLUMNS,
      { width: 80, colours: plain },
    );

    const [, chinese = '', latin = ''] = text.split('\n');
    assert.equal(widthOf(chinese), widthOf(latin));
  });

  it('leaves out the columns that matter least where the terminal is narrow', () => {
    const columns: readonly Column<Row>[] = [
      ...COLUMNS,
      { title: 'first to go', dropFirst: 2, cell: () => 'x'.repeat(30) },
      { title: 'second', dropFirst: 1, cell: () => 'y'.repeat(20) },
    ];
    const rows = [{ name: 'a', value: '1' }];

    const [wide, middle, narrow] = [80, 40, 20].map(
      (width) => renderTable(rows, columns, { width, colours: plain }).split('\n')[0],
    );

    assert.match(wide ?? '', /first to go {2,}second/);
    assert.doesNotMatch(middle ?? '', /first/);
    assert.match(middle ?? '', /second/);
    assert.equal(narrow, 'name  value');
  });

  it('wraps the flexible column within the width, without losing a character', () => {
    const word = fc.string({
      unit: fc.constantFrom('a', 'b', '中', '-'),
      minLength: 1,
      maxLength: 70,
    });
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 12 }), (words) => {
        const value = words.join(' ');

        const text = renderFacts([['name', value]], { width: 60, colours: plain });

        assert.ok(widest(text) <= 60, text);
        const kept = text.replace(/^name/, '').replaceAll(/\s/g, '');
        assert.equal(kept, value.replaceAll(/\s/g, ''));
      }),
    );
  });

  it('leaves a link in one line, and the other values where they are', () => {
    const link = `http://127.0.0.1:8233/${'x'.repeat(80)}`;
    const facts = [
      ['page', link],
      ['a longer name', 'value '.repeat(20)],
    ] as const;

    const lines = renderFacts(facts, { width: 60, colours: plain }).split('\n');

    assert.equal(lines[0], `page           ${link}`);
    assert.match(lines[1] ?? '', /^a longer name {2}value value/);
    assert.ok(widest(lines.slice(1).join('\n')) <= 60);
  });
});
