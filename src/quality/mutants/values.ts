import { MISSING } from '../../domain/bar.ts';
import { EX_RIGHT_SESSION, rowOf } from './sample.ts';
import { VICTIM, blank, inPlace, inText, scale, swap, type Mutant } from './mutant.ts';

/** Faults in the cells and in their order. */
export const VALUE_MUTANTS: Readonly<Record<string, Mutant>> = {
  V02_unparseable: inPlace((columns) => blank(columns, VICTIM, 'high', MISSING.unparseable)),
  V03_number_format: inText((rows) => {
    rewrite(rows, 6, (text) => `¥${text}`);
  }),
  V04_date_format: inText((rows) => {
    const row = rows[VICTIM];
    if (row !== undefined) {
      rows[VICTIM] = { ...row, day: row.day.replaceAll('-', '') };
    }
  }),
  V05_invalid_date: inText((rows) => {
    const row = rows[VICTIM];
    if (row !== undefined) {
      rows[VICTIM] = { ...row, day: '2021-02-30' };
    }
  }),
  V06_future_date: inText((rows) => {
    const row = rows[VICTIM];
    if (row !== undefined) {
      rows[VICTIM] = { ...row, day: row.day.replace('2021', '2121') };
    }
  }),
  V07_negative: inPlace(({ open }) => scale(open, VICTIM, -1)),
  V08_tick: inPlace(({ open }) => {
    open[VICTIM] = (open[VICTIM] ?? 0) + 33;
  }),
  V09_non_positive: inPlace(({ close }) => {
    close[VICTIM] = 0;
  }),
  V10_zero_volume: inPlace(({ volume, amount }) => {
    volume[VICTIM] = 0;
    amount[VICTIM] = 0;
  }),
  V11_fractional_volume: inPlace(({ volume }) => {
    volume[VICTIM] = (volume[VICTIM] ?? 0) + 0.5;
  }),
  C01_null: inPlace((columns) => blank(columns, VICTIM, 'open')),
  N01_ohlc: inPlace(({ high, open, close }) => {
    high[VICTIM] = Math.min(open[VICTIM] ?? 0, close[VICTIM] ?? 0) - 100;
  }),
  N02_swap_high_low: inPlace(({ high, low }) => swap(high, low, VICTIM)),
  N03_column_order: inPlace(({ high, low, close }) => {
    const sent = [close[VICTIM] ?? 0, high[VICTIM] ?? 0, low[VICTIM] ?? 0];
    high[VICTIM] = sent[0] ?? 0;
    low[VICTIM] = sent[1] ?? 0;
    close[VICTIM] = sent[2] ?? 0;
  }),
  N04_swap_volume_amount: inPlace(({ volume, amount }) => {
    const shares = volume[VICTIM] ?? 0;
    volume[VICTIM] = (amount[VICTIM] ?? 0) / 10_000;
    amount[VICTIM] = shares * 10_000;
  }),
  N05_swap_open_close: inPlace(({ open, close }) => swap(open, close, VICTIM)),
  N07_pre_close_unadjusted: inPlace(({ preClose, close }) => {
    const row = rowOf(EX_RIGHT_SESSION);
    preClose[row] = close[row - 1] ?? 0;
  }),
};

function rewrite(
  rows: { symbol: string; day: string; values: readonly string[] }[],
  cell: number,
  write: (text: string) => string,
): void {
  const row = rows[VICTIM];
  if (row !== undefined) {
    rows[VICTIM] = {
      ...row,
      values: row.values.map((text, index) => (index === cell ? write(text) : text)),
    };
  }
}
