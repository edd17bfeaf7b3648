import type { BarColumns, ValueColumns } from '../domain/bar.ts';
import { VALUE_COLUMNS } from '../domain/bar.ts';
import type { Board, StockSymbol } from '../domain/stock-symbol.ts';
import type { DayNumber } from '../domain/trading-day.ts';
import type { Cells } from './invariants.ts';

/** A row's standing as a witness for its neighbours. */
export const STANDING = { trusted: 0, suspect: 1 } as const;

/**
 * The bars of one symbol in order of their days, in working copies: what diagnosis reads and repairs. Positions are
 * indices in these arrays; `row` leads back to the sheet.
 */
export interface Tape {
  readonly symbol: StockSymbol;
  readonly symbolId: number;
  readonly board: Board;
  readonly tick: number;
  readonly length: number;
  readonly row: Uint32Array;
  readonly day: Int32Array;
  readonly session: Int32Array;
  readonly values: ValueColumns;
  /** Percent, by the rules of the board; NaN where there is no limit, or it is not known. */
  readonly limit: Float64Array;
  /** As the exchange set them, in 1/10,000 CNY; NaN where not known: then `limit` counts. */
  readonly upLimit: Float64Array;
  readonly downLimit: Float64Array;
  /** Last close / ex-right previous close between the bar before and this one; 1 without event, NaN where not known. */
  readonly factor: Float64Array;
  /** Sessions between the bar before and this one that have neither bar nor suspension. */
  readonly gap: Int32Array;
  readonly standing: Uint8Array;
  /** Bit `1 << cell` for each value whose column the layout does not have: not required, not a fault. */
  readonly absent: Uint8Array;
  /** 1 where a value was sent that is no number, or none that the columns can hold. */
  readonly unreadable: Uint8Array;
  /** Bits of BROKEN, as the values now stand. */
  readonly broken: Uint16Array;
  /** The stored bar before the first. */
  readonly before: { readonly day: DayNumber; readonly close: number } | undefined;
}

/** The values at a position, in the order of VALUE_COLUMNS; `into` where one array is enough for all rows. */
export function cellsAt(
  { values }: Pick<Tape, 'values'>,
  position: number,
  into: Cells = new Float64Array(VALUE_COLUMNS.length),
): Cells {
  into[0] = values.open[position] ?? Number.NaN;
  into[1] = values.high[position] ?? Number.NaN;
  into[2] = values.low[position] ?? Number.NaN;
  into[3] = values.close[position] ?? Number.NaN;
  into[4] = values.preClose[position] ?? Number.NaN;
  into[5] = values.volume[position] ?? Number.NaN;
  into[6] = values.amount[position] ?? Number.NaN;
  return into;
}

export function setCells({ values }: Tape, position: number, cells: Cells): void {
  for (let column = 0; column < VALUE_COLUMNS.length; column += 1) {
    values[VALUE_COLUMNS[column] ?? 'open'][position] = cells[column] ?? Number.NaN;
  }
}

/** Working copies of the given rows' values. */
export function valuesOfRows(columns: BarColumns, rows: Uint32Array): Tape['values'] {
  return {
    open: taken(columns.open, rows),
    high: taken(columns.high, rows),
    low: taken(columns.low, rows),
    close: taken(columns.close, rows),
    preClose: taken(columns.preClose, rows),
    volume: taken(columns.volume, rows),
    amount: taken(columns.amount, rows),
  };
}

function taken(values: Float64Array, rows: Uint32Array): Float64Array {
  const copy = new Float64Array(rows.length);
  for (let position = 0; position < rows.length; position += 1) {
    copy[position] = values[rows[position] ?? 0] ?? Number.NaN;
  }
  return copy;
}
