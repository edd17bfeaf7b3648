import CliTable from 'cli-table3';

import type { Output } from './output.ts';

export interface Column<Row> {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** Left out of a table that is too wide, the highest number first; never, where there is none. */
  readonly dropFirst?: number;
  /** Takes what width is left, and wraps. At most one a table. */
  readonly isFlexible?: boolean;
  readonly cell: (row: Row) => string;
}

const MIN_FLEXIBLE = 16;
const PADDING = 2;
/** Over two lines it could neither be clicked nor copied. */
const LINK = /^(https?|file):\/\/\S+$/;

const LINES = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '',
};

/** A table without lines that fits the terminal. Chinese characters count as the two columns that they take. */
export function renderTable<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  { width, colours }: Pick<Output, 'width' | 'colours'>,
): string {
  const shown = fit(rows, columns, width);
  const flexible = shown.findIndex(({ isFlexible }) => isFlexible === true);
  const natural = widthsOf(rows, shown);
  const others = natural.reduce((sum, part, index) => sum + (index === flexible ? 0 : part), 0);
  const room = Math.max(MIN_FLEXIBLE, width - others);
  const needsWrap = flexible >= 0 && (natural[flexible] ?? 0) > room;
  const table = new CliTable({
    chars: LINES,
    style: { 'padding-left': 0, 'padding-right': PADDING, head: [], border: [], compact: true },
    head: shown.map(({ title }) => colours.bold(title)),
    colAligns: shown.map(({ align }) => align ?? 'left'),
    ...(needsWrap
      ? {
          colWidths: shown.map((_, index) => (index === flexible ? room : null)),
          wordWrap: true,
          wrapOnWordBoundary: fitsByWord(rows, shown[flexible], room - PADDING),
        }
      : {}),
  });
  table.push(...rows.map((row) => shown.map(({ cell }) => cell(row))));
  return trimLines(table.toString());
}

/** Two columns: names and values. A link stays in one line, however wide the terminal is. */
export function renderFacts(
  facts: readonly (readonly [name: string, value: string])[],
  output: Pick<Output, 'width' | 'colours'>,
): string {
  const { colours } = output;
  const longest = Math.max(...facts.map(([name]) => name.length));
  return facts
    .map(([name, value]) => {
      const title = colours.dim(name.padEnd(longest));
      return LINK.test(value)
        ? `${title}${' '.repeat(PADDING)}${value}`
        : renderFact(title, value, output);
    })
    .join('\n');
}

function renderFact(
  title: string,
  value: string,
  output: Pick<Output, 'width' | 'colours'>,
): string {
  const table = renderTable<readonly [string, string]>(
    [[title, value]],
    [
      { title: '', cell: ([name]) => name },
      { title: '', isFlexible: true, cell: ([, text]) => text },
    ],
    output,
  );
  return table.split('\n').slice(1).join('\n');
}

function fit<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  width: number,
): readonly Column<Row>[] {
  const natural = widthsOf(rows, columns);
  const needed = columns.reduce(
    (sum, { isFlexible }, index) =>
      sum +
      (isFlexible === true ? Math.min(MIN_FLEXIBLE, natural[index] ?? 0) : (natural[index] ?? 0)),
    0,
  );
  const last = columns.reduce((most, { dropFirst = 0 }) => Math.max(most, dropFirst), 0);
  return needed - PADDING <= width || last === 0
    ? columns
    : fit(
        rows,
        columns.filter(({ dropFirst }) => dropFirst !== last),
        width,
      );
}

/** Of each column, its widest cell with its padding. The table's own arithmetic decides: it knows wide characters. */
function widthsOf<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): readonly number[] {
  return columns.map(({ title, cell }) => {
    const table = new CliTable({
      style: { 'padding-left': 0, 'padding-right': PADDING, head: [], border: [] },
    });
    table.push([title], ...rows.map((row) => [cell(row)]));
    return table.width - 2;
  });
}

/** A word that is wider than its column would be cut off: then lines break anywhere. Wide characters count double here. */
function fitsByWord<Row>(
  rows: readonly Row[],
  column: Column<Row> | undefined,
  room: number,
): boolean {
  return rows.every((row) =>
    (column?.cell(row) ?? '')
      .split(/\s/)
      .every((word) => word.length * 2 <= room || isNarrow(word, room)),
  );
}

function isNarrow(word: string, room: number): boolean {
  return word.length <= room && /^[\x20-\x7e]*$/.test(word);
}

function trimLines(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
