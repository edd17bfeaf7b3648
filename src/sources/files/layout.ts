import { MISSING, VALUE_COLUMNS, type ValueColumn } from '../../domain/bar.ts';

/** How many shares one of a file's volume is, and how many CNY one of its amount is, as powers of ten. */
export const VOLUME_UNITS = { share: 0, lot: 2 } as const;
export const AMOUNT_UNITS = { cny: 0, thousand_cny: 3, ten_thousand_cny: 4 } as const;
export type VolumeUnit = keyof typeof VOLUME_UNITS;
export type AmountUnit = keyof typeof AMOUNT_UNITS;

/** Prices and amounts are kept in 1/10,000 CNY. */
const MONEY_SHIFT = 4;

/** What a column of a file can be for us. */
export const ROLES = [
  'symbol',
  'day',
  ...VALUE_COLUMNS,
  'tradeStatus',
  'st',
  'adjustFlag',
] as const;
export type Role = (typeof ROLES)[number];

/** Which column of a file is what, and in which units: all that is needed to read its rows. */
export interface FileLayout {
  readonly name: string;
  /** Column names as the file writes them. */
  readonly columns: Readonly<Partial<Record<Role, string>>>;
  readonly volumeUnit: VolumeUnit;
  readonly amountUnit: AmountUnit;
}

/** A layout over a header: positions in place of names; -1 for a role that no column has. */
export interface ColumnPlan {
  readonly width: number;
  readonly symbol: number;
  readonly day: number;
  /** In the order of VALUE_COLUMNS, as are `shifts`. */
  readonly values: Int32Array;
  /** Powers of ten from the file's unit to ours. */
  readonly shifts: Int32Array;
  readonly tradeStatus: number;
  readonly st: number;
  readonly adjustFlag: number;
  /** Reasons of the cells that no row has. */
  readonly absent: number;
}

function shiftOf(column: ValueColumn, { volumeUnit, amountUnit }: FileLayout): number {
  if (column === 'volume') {
    return VOLUME_UNITS[volumeUnit];
  }
  return column === 'amount' ? MONEY_SHIFT + AMOUNT_UNITS[amountUnit] : MONEY_SHIFT;
}

export function planColumns(header: readonly string[], layout: FileLayout): ColumnPlan {
  function indexOf(role: Role): number {
    const name = layout.columns[role];
    return name === undefined ? -1 : header.indexOf(name);
  }
  const values = Int32Array.from(VALUE_COLUMNS, indexOf);
  return {
    width: header.length,
    symbol: indexOf('symbol'),
    day: indexOf('day'),
    values,
    shifts: Int32Array.from(VALUE_COLUMNS, (column) => shiftOf(column, layout)),
    tradeStatus: indexOf('tradeStatus'),
    st: indexOf('st'),
    adjustFlag: indexOf('adjustFlag'),
    absent: values.reduce(
      (bits, at, column) => (at < 0 ? bits | (MISSING.noColumn << (4 * column)) : bits),
      0,
    ),
  };
}
