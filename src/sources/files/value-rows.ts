import { MARK, MISSING, type BarColumns } from '../../domain/bar.ts';
import { BarBuilder } from '../decode/bar-builder.ts';
import { dayOfMidnight, parseDayText } from '../decode/day.ts';
import { missingReasonOf, parseScaled, scaleNumber } from '../decode/decimal.ts';
import { symbolKeyOf } from '../decode/symbol.ts';
import { planColumns, type ColumnPlan } from './layout.ts';
import { adjustedPrices } from './recognise-layout.ts';
import { checkKeyless, EARLIEST_DAY, type RowsRequest } from './rows-request.ts';

/** Cells in the header's order, or the reason why the row has none. */
export type ValueRow = readonly unknown[] | string;

/** Takes rows of JavaScript values (JSON, Parquet), in their own order, and makes columns of them. */
export interface ValueReader {
  add(row: ValueRow): void;
  /** @throws SchemaDriftError where too many rows had no key */
  finish(): BarColumns;
}

export function createValueReader(header: readonly string[], request: RowsRequest): ValueReader {
  const plan = planColumns(header, request.layout);
  const builder = new BarBuilder(1024, request.wanted);
  let firstFault: string | undefined;
  let index = 0;
  return {
    add(row) {
      const fault = readRow(row, index, { plan, builder, request });
      index += 1;
      firstFault ??= fault === undefined ? undefined : `row ${index}: ${fault}`;
    },
    finish() {
      checkKeyless(builder, request, firstFault);
      return builder.finish();
    },
  };
}

interface Reading {
  readonly plan: ColumnPlan;
  readonly builder: BarBuilder;
  readonly request: RowsRequest;
}

function readRow(cells: ValueRow, index: number, reading: Reading): string | undefined {
  const { plan, builder, request } = reading;
  if (typeof cells === 'string') {
    builder.addKeyless(index);
    return cells;
  }
  const symbol = plan.symbol < 0 ? request.symbol : symbolKeyOf(shownValue(cells[plan.symbol]));
  const day = dayOf(cells[plan.day]);
  if (symbol < 0 || !(day >= EARLIEST_DAY)) {
    builder.addKeyless(index);
    const shown = shownValue(cells[symbol < 0 ? plan.symbol : plan.day]).slice(0, 64);
    return symbol < 0
      ? `got "${shown}"; expected a symbol such as 600519.SH`
      : `got "${shown}"; expected a day such as 2024-01-02`;
  }
  const row = builder.addRow(symbol, day, index);
  if (row >= 0) {
    readValues(cells, row, reading);
    readMarks(cells, row, reading);
  }
  return undefined;
}

/** A cell as text; nothing for what has none. */
function shownValue(value: unknown): string {
  const isText =
    typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint';
  return isText ? String(value).trim() : '';
}

function dayOf(value: unknown): number {
  if (value instanceof Date) {
    return dayOfMidnight(value.getTime());
  }
  const isText =
    typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint';
  return isText ? parseDayText(String(value).trim()) : Number.NaN;
}

function readValues(cells: readonly unknown[], row: number, { plan, builder }: Reading): void {
  let missing = plan.absent;
  for (const [column, target] of builder.values.entries()) {
    const at = plan.values[column] ?? -1;
    const cell = at < 0 ? undefined : cells[at];
    const value = at < 0 ? Number.NaN : scaledCell(cell, plan.shifts[column] ?? 0);
    target[row] = value;
    if (at >= 0 && Number.isNaN(value)) {
      missing |= reasonOf(cell) << (4 * column);
    }
  }
  builder.missing[row] = missing;
}

const encoder = new TextEncoder();

function scaledCell(cell: unknown, shift: number): number {
  if (typeof cell === 'number') {
    return scaleNumber(cell, shift);
  }
  if (typeof cell === 'string' || typeof cell === 'bigint') {
    const bytes = encoder.encode(String(cell));
    return parseScaled(bytes, 0, bytes.length, shift);
  }
  return Number.NaN;
}

function reasonOf(cell: unknown): number {
  if (cell === undefined || cell === null || Number.isNaN(cell)) {
    return MISSING.empty;
  }
  const isText = typeof cell === 'string' || typeof cell === 'number' || typeof cell === 'bigint';
  return isText ? missingReasonOf(String(cell).trim()) : MISSING.unparseable;
}

function readMarks(
  cells: readonly unknown[],
  row: number,
  { plan, builder, request }: Reading,
): void {
  function textAt(column: number): string {
    return column < 0 ? '' : shownValue(cells[column]);
  }
  const flag = textAt(plan.adjustFlag);
  if (plan.adjustFlag >= 0 && flag !== '3') {
    throw adjustedPrices(request.place, `adjustflag is "${flag.slice(0, 64)}"`);
  }
  const st = textAt(plan.st);
  const isHalted =
    Number.isNaN(builder.values[3]?.[row] ?? 0) && textAt(plan.values[3] ?? -1) === '停牌';
  builder.marks[row] =
    (textAt(plan.tradeStatus) === '0' || isHalted ? MARK.suspended : 0) |
    (st === '' ? 0 : MARK.stKnown) |
    (st === '1' ? MARK.st : 0);
}
