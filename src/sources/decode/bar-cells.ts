import { MISSING, VALUE_COLUMNS, type ValueColumn } from '../../domain/bar.ts';
import type { BarBuilder } from './bar-builder.ts';
import type { RowCells } from './csv-rows.ts';
import { missingReason, parseScaled } from './decimal.ts';

/** Prices are kept in 1/10,000 CNY. */
export const PRICE_SHIFT = 4;
/** Powers of ten from what a source calls a volume to shares, and an amount to 1/10,000 CNY. */
const VOLUME_SHIFTS = { share: 0, lot: 2 } as const;
export const AMOUNT_SHIFTS = { cny: 4, thousandCny: 7, tenThousandCny: 8 } as const;

/** In which cell of a row each value lies, and by which power of ten it becomes ours. In the order of VALUE_COLUMNS. */
export interface CellPlan {
  readonly values: Int32Array;
  readonly shifts: Int32Array;
  /** Reasons of the values that no row has. */
  readonly absent: number;
}

export interface CellUnits {
  readonly volume: keyof typeof VOLUME_SHIFTS;
  readonly amount: keyof typeof AMOUNT_SHIFTS;
}

/** A plan from positions; a column without one, or below zero, is one that the source does not have. */
export function planCells(
  positions: Readonly<Partial<Record<ValueColumn, number>>>,
  units: CellUnits,
): CellPlan {
  const values = Int32Array.from(VALUE_COLUMNS, (column) => positions[column] ?? -1);
  const shifts = Int32Array.from(VALUE_COLUMNS, (column) => {
    if (column === 'volume') {
      return VOLUME_SHIFTS[units.volume];
    }
    return column === 'amount' ? AMOUNT_SHIFTS[units.amount] : PRICE_SHIFT;
  });
  const absent = values.reduce(
    (bits, at, column) => (at < 0 ? bits | (MISSING.noColumn << (4 * column)) : bits),
    0,
  );
  return { values, shifts, absent };
}

/** Fills in a row's values from its cells; those that are no numbers become NaN with their reason. */
export function readCells(
  bytes: Uint8Array,
  { starts, ends }: RowCells,
  { values, shifts, absent }: CellPlan,
  { builder, row }: { readonly builder: BarBuilder; readonly row: number },
): void {
  let missing = absent;
  for (let column = 0; column < values.length; column += 1) {
    const at = values[column] ?? -1;
    let value = Number.NaN;
    if (at >= 0) {
      const start = starts[at] ?? 0;
      const end = ends[at] ?? 0;
      value = parseScaled(bytes, start, end, shifts[column] ?? 0);
      if (Number.isNaN(value)) {
        missing |= missingReason(bytes, start, end) << (4 * column);
      }
    }
    const target = builder.values[column];
    if (target !== undefined) {
      target[row] = value;
    }
  }
  builder.missing[row] = missing;
}
