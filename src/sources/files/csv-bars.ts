import { MARK, type BarColumns } from '../../domain/bar.ts';
import { BarBuilder } from '../decode/bar-builder.ts';
import { readCells } from '../decode/bar-cells.ts';
import { allocateCells, isBlank, splitRow, type RowCells } from '../decode/csv-rows.ts';
import { parseDayCell } from '../decode/day.ts';
import { saysSuspended, textOf } from '../decode/decimal.ts';
import { parseSymbolCell } from '../decode/symbol.ts';
import { decodeText, textBytes } from '../decode/text-encoding.ts';
import { planColumns, type ColumnPlan } from './layout.ts';
import { unreadableText } from './read-error.ts';
import { checkKeyless, EARLIEST_DAY, type RowsRequest } from './rows-request.ts';
import { adjustedPrices } from './recognise-layout.ts';

const ZERO = 0x30;
const ONE = 0x31;
const RAW_FLAG = 0x33;
const MOST_COLUMNS = 4096;
const HEADER_BYTES = 1 << 20;
const SAMPLE_BYTES = 1 << 16;
const SEPARATORS = /[;\t|]/;

interface CsvHeader {
  readonly names: readonly string[];
  /** Behind the byte order mark. */
  readonly bytes: Uint8Array;
  /** Where the first row begins. */
  readonly start: number;
}

/** The first line of a CSV file. @throws SchemaDriftError where it is none */
export function readCsvHeader(body: Uint8Array, place: string): CsvHeader {
  const bytes = textBytes(body, place);
  if (bytes.length === 0) {
    throw unreadableText(place, 'the file is empty; expected a header');
  }
  const cells = allocateCells(MOST_COLUMNS);
  const start = splitRow(bytes, 0, cells);
  if (start < 0) {
    throw unreadableText(place, 'a quote in the header is not closed', 1);
  }
  if (start > HEADER_BYTES || cells.count > MOST_COLUMNS) {
    throw unreadableText(place, `the first line has ${start} bytes; expected a header`, 1);
  }
  const names = Array.from({ length: cells.count }, (_, column) =>
    decodeText(bytes.subarray(cells.starts[column], cells.ends[column])).trim(),
  );
  checkNames(names, place);
  return { names, bytes, start };
}

function checkNames(names: readonly string[], place: string): void {
  const [only = ''] = names;
  const separator = names.length === 1 ? SEPARATORS.exec(only)?.[0] : undefined;
  if (separator !== undefined) {
    const shown = separator === '\t' ? 'tabs' : `"${separator}"`;
    throw unreadableText(place, `columns are separated by ${shown}; expected ","`, 1);
  }
  if (names.some((name) => name.includes('\r'))) {
    throw unreadableText(place, 'lines end in CR alone; expected LF or CRLF', 1);
  }
  if (names.filter((name) => /^-?\d+(\.\d+)?$/.test(name)).length > 1) {
    throw unreadableText(place, 'the first line holds values; expected the names of columns', 1);
  }
  const seen = new Set<string>();
  for (const [column, name] of names.entries()) {
    const key = name.toLowerCase();
    if (key !== '' && seen.has(key)) {
      throw unreadableText(place, `column ${column + 1} is called "${name}" like one before`, 1);
    }
    seen.add(key);
  }
}

/** The rows of a CSV file in its own order. @throws SchemaDriftError naming row and column */
export function readCsvBars(body: Uint8Array, request: RowsRequest): BarColumns {
  const { place, layout } = request;
  const { names, bytes, start } = readCsvHeader(body, place);
  const plan = planColumns(names, layout);
  const builder = new BarBuilder(expectedRows(bytes, start, request), request.wanted);
  const cells = allocateCells(plan.width);
  let firstFault: string | undefined;
  for (let at = start, line = 2; at < bytes.length; line += 1) {
    at = splitRow(bytes, at, cells);
    if (at < 0) {
      throw unreadableText(place, 'a quote is not closed', line);
    }
    if (isBlank(cells)) {
      continue;
    }
    const fault = readRow({ bytes, cells, plan, builder, request, line });
    firstFault ??= fault === undefined ? undefined : `row ${line}: ${fault}`;
  }
  checkKeyless(builder, request, firstFault);
  return builder.finish();
}

interface RowRead {
  readonly bytes: Uint8Array;
  readonly cells: RowCells;
  readonly plan: ColumnPlan;
  readonly builder: BarBuilder;
  readonly request: RowsRequest;
  /** Of the file, the header being line 1. */
  readonly line: number;
}

/** Adds one row. @returns what is wrong with its key, where it has none */
function readRow(read: RowRead): string | undefined {
  const { bytes, cells, plan, builder, request, line } = read;
  const { starts, ends, count } = cells;
  const symbol =
    plan.symbol < 0
      ? request.symbol
      : parseSymbolCell(bytes, starts[plan.symbol] ?? 0, ends[plan.symbol] ?? 0);
  const hasKeyCells = count > plan.symbol && count > plan.day;
  const day = hasKeyCells
    ? parseDayCell(bytes, starts[plan.day] ?? 0, ends[plan.day] ?? 0)
    : Number.NaN;
  if (symbol < 0 || !(day >= EARLIEST_DAY)) {
    builder.addKeyless(line - 2);
    return faultOf(read, symbol);
  }
  if (count !== plan.width) {
    builder.addUnreadable(symbol, day, line - 2);
    return `it has ${count} cells, the header ${plan.width}`;
  }
  const row = builder.addRow(symbol, day, line - 2);
  if (row >= 0) {
    readCells(bytes, cells, plan, { builder, row });
    readMarks(read, row);
  }
  return undefined;
}

function faultOf({ bytes, cells, plan }: RowRead, symbol: number): string {
  if (cells.count !== plan.width) {
    return `it has ${cells.count} cells, the header ${plan.width}`;
  }
  const column = symbol < 0 ? plan.symbol : plan.day;
  const text = textOf(bytes, cells.starts[column] ?? 0, cells.ends[column] ?? 0);
  return `column ${column + 1}: got "${text}"; expected ${symbol < 0 ? 'a symbol such as 600519.SH' : 'a day such as 2024-01-02'}`;
}

function readMarks({ bytes, cells, plan, builder, request, line }: RowRead, row: number): void {
  const { starts, ends } = cells;
  let marks = 0;
  if (plan.tradeStatus >= 0 && bytes[starts[plan.tradeStatus] ?? 0] === ZERO) {
    marks |= MARK.suspended;
  }
  if (plan.st >= 0 && ends[plan.st] !== starts[plan.st]) {
    marks |= MARK.stKnown | (bytes[starts[plan.st] ?? 0] === ONE ? MARK.st : 0);
  }
  if (plan.adjustFlag >= 0 && bytes[starts[plan.adjustFlag] ?? 0] !== RAW_FLAG) {
    const flag = textOf(bytes, starts[plan.adjustFlag] ?? 0, ends[plan.adjustFlag] ?? 0);
    throw adjustedPrices(request.place, `adjustflag is "${flag}" in row ${line}`);
  }
  const close = plan.values[3] ?? -1;
  if (
    Number.isNaN(builder.values[3]?.[row] ?? 0) &&
    close >= 0 &&
    saysSuspended(bytes, starts[close] ?? 0, ends[close] ?? 0)
  ) {
    marks |= MARK.suspended;
  }
  builder.marks[row] = marks;
}

/** Rows to make room for, from the length of the first lines. */
function expectedRows(bytes: Uint8Array, start: number, { wanted }: RowsRequest): number {
  const sample = bytes.subarray(start, start + SAMPLE_BYTES);
  let lines = 1;
  for (let at = sample.indexOf(0x0a); at >= 0; at = sample.indexOf(0x0a, at + 1)) {
    lines += 1;
  }
  const whole = Math.ceil(((bytes.length - start) / Math.max(1, sample.length)) * lines);
  return wanted === undefined ? whole + 1 : Math.min(whole + 1, SAMPLE_BYTES);
}
