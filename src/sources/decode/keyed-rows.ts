import type { BarColumns } from '../../domain/bar.ts';
import type { StockSymbol } from '../../domain/stock-symbol.ts';
import { BarBuilder } from './bar-builder.ts';
import { readCells, type CellPlan } from './bar-cells.ts';
import { allocateCells, type RowCells } from './csv-rows.ts';
import { parseDayCell } from './day.ts';
import { textOf } from './decimal.ts';
import { symbolKeyOf } from './symbol.ts';

/** Rows of one symbol: most sources answer for one at a time, and name it outside of the rows. */
export interface SymbolRows {
  readonly symbol: StockSymbol;
  /** Cells that a row must have at least. */
  readonly leastCells: number;
  readonly dayAt: number;
  readonly plan: CellPlan;
  /** Rows to make room for. */
  readonly expected: number;
  readonly width: number;
  /** How the answer differs from what its format promises. */
  readonly drift: (what: string) => Error;
}

/** Takes the rows of one symbol, cell by cell. */
export class SymbolRowReader {
  readonly cells: RowCells;
  readonly builder: BarBuilder;
  private readonly rows: SymbolRows;
  private readonly key: number;

  constructor(rows: SymbolRows) {
    this.rows = rows;
    this.cells = allocateCells(rows.width);
    this.builder = new BarBuilder(rows.expected);
    this.key = symbolKeyOf(rows.symbol);
  }

  /** Adds the row whose cells were split last. @returns its index */
  add(bytes: Uint8Array, index: number): number {
    const { dayAt, leastCells, plan, drift } = this.rows;
    const { starts, ends, count } = this.cells;
    if (count < leastCells) {
      throw drift(`row ${index} has ${count} cells; expected ${leastCells}`);
    }
    const start = starts[dayAt] ?? 0;
    const day = parseDayCell(bytes, start, ends[dayAt] ?? 0);
    if (Number.isNaN(day)) {
      throw drift(`row ${index}: "${textOf(bytes, start, ends[dayAt] ?? 0)}" is no day`);
    }
    const row = this.builder.addRow(this.key, day, index);
    readCells(bytes, this.cells, plan, { builder: this.builder, row });
    return row;
  }

  finish(): BarColumns {
    return this.builder.finish();
  }
}
