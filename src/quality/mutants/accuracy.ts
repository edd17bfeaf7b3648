import { VICTIM, inContext, inPlace, rowsOf, scale, type Mutant } from './mutant.ts';
import { VALUE_COLUMNS, takeRows, type BarColumns } from '../../domain/bar.ts';

const TICK = 100;

/** Faults that leave a bar in order and its values wrong. */
export const ACCURACY_MUTANTS: Readonly<Record<string, Mutant>> = {
  N08_unexplained_ex_right: {
    level: 'columns',
    spoil: ({ columns, context }) => {
      const copy = copyOf(columns);
      copy.preClose[VICTIM] = (copy.preClose[VICTIM] ?? 0) + 5 * TICK;
      return { columns: copy, context: { ...context, exRights: new Map() } };
    },
  },
  A01_decimal_field: inPlace(({ high }) => scale(high, VICTIM, 10)),
  A02_decimal_row: inPlace((columns) => scalePrices(columns, VICTIM, 100)),
  A03_unit_volume: inPlace(({ volume }) => {
    volume[VICTIM] = Math.floor((volume[VICTIM] ?? 0) / 100);
  }),
  A04_unit_amount: inPlace(({ amount }) => scale(amount, VICTIM, 1_000)),
  A05_unit_both: inPlace(({ volume, amount }) => {
    scale(volume, VICTIM, 100);
    scale(amount, VICTIM, 100);
  }),
  A06_date_swap: inPlace((columns) => {
    for (const name of VALUE_COLUMNS) {
      const held = columns[name][VICTIM] ?? 0;
      columns[name][VICTIM] = columns[name][VICTIM + 1] ?? 0;
      columns[name][VICTIM + 1] = held;
    }
  }),
  A07_close_vs_next_pre_close: inPlace(({ close, low, high }) => {
    const isHigh = (close[VICTIM] ?? 0) * 2 > (low[VICTIM] ?? 0) + (high[VICTIM] ?? 0);
    close[VICTIM] = isHigh ? (low[VICTIM] ?? 0) + TICK : (high[VICTIM] ?? 0) - TICK;
  }),
  A08_spike: inPlace((columns) => {
    scalePrices(columns, VICTIM, 1.2);
    for (const name of ['open', 'high', 'low', 'close'] as const) {
      columns[name][VICTIM] = TICK * Math.round((columns[name][VICTIM] ?? 0) / TICK);
    }
  }),
  A09_limit_breach: inPlace(({ preClose, high, close }) => {
    const price = TICK * Math.round(((preClose[VICTIM] ?? 0) * 1.15) / TICK);
    high[VICTIM] = price;
    close[VICTIM] = price;
  }),
  A10_vwap_outside_range: inPlace(({ amount }) => scale(amount, VICTIM, 2.5)),
  A11_foreign_or_adjusted_run: inPlace((columns) => {
    for (let row = VICTIM; row < VICTIM + 8; row += 1) {
      for (const name of ['open', 'high', 'low', 'close', 'preClose'] as const) {
        columns[name][row] = (columns[name][row] ?? 0) - 20 * TICK;
      }
    }
  }),
  A12_precision_loss: inPlace((columns) => {
    for (let row = VICTIM; row < VICTIM + 8; row += 1) {
      for (const name of ['open', 'high', 'low', 'close'] as const) {
        columns[name][row] = 1_000 * Math.round((columns[name][row] ?? 0) / 1_000);
      }
    }
  }),
  N06_pre_close: inPlace(({ preClose }) => {
    preClose[VICTIM] = preClose[VICTIM - 1] ?? 0;
  }),
  L01_link_suspect: inPlace(({ close, preClose, high, low }) => {
    const middle = ((high[VICTIM] ?? 0) + (low[VICTIM] ?? 0)) / 2;
    close[VICTIM] = TICK * Math.round(((preClose[VICTIM + 1] ?? 0) * 3 + middle) / (4 * TICK));
  }),
  S01_volume_level: inPlace(({ volume, amount }) => {
    scale(volume, VICTIM, 30.3);
    scale(amount, VICTIM, 30.3);
  }),
  X01_cross_source: inContext(({ columns }) => {
    const secondSource = copyOf(columns);
    secondSource.open[VICTIM] = (secondSource.low[VICTIM] ?? 0) + TICK;
    return { secondSource };
  }),
  X02_restatement: inContext(({ columns }) => {
    const stored = copyOf(columns);
    scale(stored.volume, VICTIM, 1.01);
    return { stored };
  }),
};

function copyOf(columns: BarColumns): BarColumns {
  return takeRows(columns, rowsOf(columns.length));
}

function scalePrices(columns: BarColumns, row: number, factor: number): void {
  for (const name of ['open', 'high', 'low', 'close'] as const) {
    scale(columns[name], row, factor);
  }
}
