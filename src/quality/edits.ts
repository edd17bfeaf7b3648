import { MONEY_SCALE } from '../domain/bar.ts';
import { CELL, type Cells } from './invariants.ts';

/** What trusted neighbours say about a row; NaN where there is none. */
export interface Witness {
  readonly tick: number;
  /** Its previous close, from the bar before. */
  readonly preClose: number;
  readonly preCloseDoubt: number;
  /** Its close, from the next bar. */
  readonly close: number;
  /** An ex-right factor is rounded: how far the expected value may be off. */
  readonly closeDoubt: number;
}

/** A fault that a source makes, undone: one candidate of the minimal-edit diagnosis. */
export interface Edit {
  readonly rule: string;
  /** Rarity: minus the logarithm of how often such a fault is met. */
  readonly cost: number;
  readonly note: string;
  /** What must speak for it beside the row's own order: a mean price or a neighbour's link, or at least the level around. */
  readonly proof: 'none' | 'level' | 'hard';
  /** The cells as they were before the fault, or undefined where it cannot be this one. */
  readonly undo: (cells: Cells, witness: Witness) => Cells | undefined;
}

const PRICES = [CELL.open, CELL.high, CELL.low, CELL.close] as const;
const PRICE_NAMES = ['open', 'high', 'low', 'close'] as const;
const POWERS = [10, 100, 1000, 0.1, 0.01, 0.001];

/** Prices that end in zeros this rarely have been rounded. */
const LOST_BY_CHANCE = 0.01;

/** Every candidate. None touches a value without a reason in the row or in a trusted neighbour. */
export const EDITS: readonly Edit[] = [
  {
    rule: 'V07_negative',
    cost: 1,
    proof: 'hard',
    note: 'sign removed',
    undo: (cells) => (cells.some((value) => value < 0) ? cells.map(Math.abs) : undefined),
  },
  {
    ...permutation('N02_swap_high_low', 'high and low exchanged', 2, [0, 2, 1, 3, 4, 5, 6]),
    proof: 'none',
  },
  permutation('N03_column_order', 'sent as open, close, high, low', 2.5, [0, 2, 3, 1, 4, 5, 6]),
  {
    rule: 'N04_swap_volume_amount',
    cost: 2,
    note: 'volume and amount exchanged',
    proof: 'hard',
    undo: swapVolumeAmount,
  },
  permutation('N05_swap_open_close', 'open and close exchanged', 3.5, [3, 1, 2, 0, 4, 5, 6]),
  ...PRICES.flatMap((cell, index) =>
    POWERS.map((power) =>
      scaling('A01_decimal_field', `${PRICE_NAMES[index] ?? ''} × ${power}`, 2.5, [[cell, power]]),
    ),
  ),
  ...POWERS.flatMap((power) => [
    scaling('A02_decimal_row', `all prices × ${power}`, 3, pricesBy(power)),
    scaling('A02_decimal_row', `all prices and the previous close × ${power}`, 3, [
      ...pricesBy(power),
      [CELL.preClose, power],
    ]),
  ]),
  scaling('A02_decimal_row', 'previous close × 100', 4, [[CELL.preClose, 100]]),
  scaling('A02_decimal_row', 'previous close × 0.01', 4, [[CELL.preClose, 0.01]]),
  ...[100, 0.01, 1e4, 1e-4].map((power) =>
    scaling('A03_unit_volume', `volume × ${power}`, 2, [[CELL.volume, power]]),
  ),
  ...[1e3, 1e-3, 1e4, 1e-4, 1e8, 1e-8].map((power) =>
    scaling('A04_unit_amount', `amount × ${power}`, 2, [[CELL.amount, power]]),
  ),
  scaling('A05_unit_both', 'volume × 100, amount × 1000', 2.5, [
    [CELL.volume, 100],
    [CELL.amount, 1e3],
  ]),
  scaling('A05_unit_both', 'volume × 100, amount × 10000', 3, [
    [CELL.volume, 100],
    [CELL.amount, 1e4],
  ]),
  ...[100, 0.01, 1e4, 1e-4].map((power) =>
    scaling('A05_unit_both', `volume and amount × ${power}`, 3.5, [
      [CELL.volume, power],
      [CELL.amount, power],
    ]),
  ),
  {
    rule: 'V08_tick',
    cost: 2,
    note: 'rounded to the tick',
    proof: 'level',
    undo: (cells, { tick }) =>
      cells.map((value, cell) => (cell <= CELL.preClose ? Math.round(value / tick) * tick : value)),
  },
  {
    rule: 'N06_pre_close',
    cost: 3,
    note: 'previous close from the bar before',
    proof: 'hard',
    undo: (cells, { preClose }) => replaced(cells, CELL.preClose, preClose),
  },
  {
    rule: 'A07_close_vs_next_pre_close',
    cost: 3,
    note: 'close from the next bar',
    proof: 'hard',
    undo: (cells, { close }) => replaced(cells, CELL.close, close),
  },
  {
    rule: 'N06_pre_close',
    cost: 8,
    note: 'close and previous close from the neighbours',
    proof: 'hard',
    undo: (cells, { preClose, close }) => {
      const once = replaced(cells, CELL.preClose, preClose);
      return once === undefined ? undefined : replaced(once, CELL.close, close);
    },
  },
];

function permutation(rule: string, note: string, cost: number, order: readonly number[]): Edit {
  return {
    rule,
    cost,
    note,
    proof: 'hard',
    undo: (cells) => Float64Array.from(order, (from) => cells[from] ?? Number.NaN),
  };
}

/** The cells differ in unit: shares here, 1/10,000 CNY there. */
function swapVolumeAmount(cells: Cells): Cells {
  const edited = cells.slice();
  edited[CELL.volume] = tidy((cells[CELL.amount] ?? Number.NaN) / MONEY_SCALE);
  edited[CELL.amount] = tidy((cells[CELL.volume] ?? Number.NaN) * MONEY_SCALE);
  return edited;
}

function scaling(
  rule: string,
  note: string,
  cost: number,
  factors: readonly (readonly [cell: number, factor: number])[],
): Edit {
  const raised = factors.filter(([cell, factor]) => factor > 1 && cell < CELL.preClose);
  return {
    rule,
    cost,
    note,
    proof: 'level',
    undo: (cells, witness) => {
      if (raised.length > 0 && haveLostDigits(cells, raised, witness)) {
        return undefined;
      }
      const edited = cells.slice();
      for (const [cell, factor] of factors) {
        edited[cell] = tidy((edited[cell] ?? Number.NaN) * factor);
      }
      return edited;
    },
  };
}

/**
 * A price that is too small by a power of ten has its last digits below the tick. Where it has none, somebody has rounded it: what
 * was lost does not come back by scaling, and only a neighbour's word for the value is better than none.
 */
function haveLostDigits(
  cells: Cells,
  raised: readonly (readonly [cell: number, factor: number])[],
  { tick, close }: Witness,
): boolean {
  let chance = 1;
  let last = Number.NaN;
  for (const [cell, factor] of raised) {
    const value = cells[cell] ?? Number.NaN;
    const isVouched = cell === CELL.close && !Number.isNaN(close);
    if (!isVouched && value !== last) {
      chance = value % tick === 0 ? chance / factor : 1;
      if (chance === 1) {
        return false;
      }
      last = value;
    }
  }
  return chance <= LOST_BY_CHANCE;
}

function pricesBy(power: number): (readonly [number, number])[] {
  return PRICES.map((cell) => [cell, power]);
}

/** Powers of ten are not exact in binary: a product next to a whole number is that number. */
function tidy(value: number): number {
  const whole = Math.round(value);
  return Math.abs(value - whole) <= 1e-6 * Math.max(1, Math.abs(value)) ** 0.5 ? whole : value;
}

function replaced(cells: Cells, cell: number, value: number): Cells | undefined {
  if (!(value > 0) || value === cells[cell]) {
    return undefined;
  }
  const edited = cells.slice();
  edited[cell] = value;
  return edited;
}
