import { VALUE_COLUMNS, type BarColumns, type ValueColumn } from '../../domain/bar.ts';
import { blank, scale, swap } from '../mutants/mutant.ts';

/** Where a fault is to be made. `clean` is as it was; `other` a row of another symbol on the day of `first`. */
export interface Spot {
  readonly columns: BarColumns;
  readonly clean: BarColumns;
  readonly row: number;
  readonly first: number;
  readonly other: number | undefined;
  readonly random: () => number;
}

/** A fault that vendors make. */
export interface FaultKind {
  readonly name: string;
  /** Rows that one event spoils: least and most. */
  readonly run: readonly [number, number];
  /** The row stays, and a wrong one comes beside it. */
  readonly adds?: true;
  readonly spoil: (spot: Spot) => void;
}

const TICK = 100;
const PRICES = ['open', 'high', 'low', 'close'] as const;
const QUOTED = [...PRICES, 'preClose'] as const;
const ONE: readonly [number, number] = [1, 1];

/** Every kind whose trace is in a row and its neighbours. Order matters to the seed: new ones go last. */
export const FAULTS: readonly FaultKind[] = [
  {
    name: 'decimal_field',
    run: ONE,
    spoil: (spot) => multiply(spot, [anyOf(spot, PRICES)], powerOfTen(spot)),
  },
  { name: 'decimal_row', run: [1, 3], spoil: (spot) => multiply(spot, PRICES, powerOfTen(spot)) },
  { name: 'negative_price', run: ONE, spoil: (spot) => multiply(spot, [anyOf(spot, PRICES)], -1) },
  { name: 'zero_price', run: ONE, spoil: (spot) => multiply(spot, [anyOf(spot, PRICES)], 0) },
  {
    name: 'empty_cell',
    run: ONE,
    spoil: (spot) => blank(spot.columns, spot.row, anyOf(spot, VALUE_COLUMNS)),
  },
  { name: 'zero_volume', run: ONE, spoil: (spot) => multiply(spot, ['volume', 'amount'], 0) },
  {
    name: 'swap_high_low',
    run: [1, 3],
    spoil: ({ columns, row }) => swap(columns.high, columns.low, row),
  },
  {
    name: 'swap_open_close',
    run: [1, 3],
    spoil: ({ columns, row }) => swap(columns.open, columns.close, row),
  },
  { name: 'column_order', run: [3, 10], spoil: reorder },
  { name: 'ohlc_broken', run: ONE, spoil: breakOrder },
  { name: 'swap_volume_amount', run: [1, 3], spoil: swapVolumeAmount },
  { name: 'unit_volume', run: [1, 10], spoil: (spot) => multiply(spot, ['volume'], unitOf(spot)) },
  { name: 'unit_amount', run: [1, 10], spoil: (spot) => multiply(spot, ['amount'], unitOf(spot)) },
  {
    name: 'unit_both',
    run: [1, 10],
    spoil: (spot) => multiply(spot, ['volume', 'amount'], unitOf(spot)),
  },
  {
    name: 'volume_off',
    run: ONE,
    spoil: (spot) => multiply(spot, ['volume'], factor(spot, 1.3, 5)),
  },
  {
    name: 'amount_off',
    run: ONE,
    spoil: (spot) => multiply(spot, ['amount'], factor(spot, 1.3, 5)),
  },
  {
    name: 'volume_spike',
    run: ONE,
    spoil: (spot) => multiply(spot, ['volume', 'amount'], factor(spot, 15, 300)),
  },
  { name: 'tick_broken', run: ONE, spoil: breakTick },
  { name: 'limit_broken', run: ONE, spoil: breakLimit },
  { name: 'wrong_close', run: ONE, spoil: (spot) => place(spot, 'close') },
  {
    name: 'price_spike',
    run: ONE,
    spoil: (spot) => multiplyToTick(spot, PRICES, factor(spot, 1.04, 1.3)),
  },
  {
    name: 'wrong_previous_close',
    run: ONE,
    spoil: (spot) => multiplyToTick(spot, ['preClose'], factor(spot, 1.003, 1.08)),
  },
  {
    name: 'old_previous_close',
    run: ONE,
    spoil: (spot) => copyFrom(spot, ['preClose'], spot.row - 1),
  },
  { name: 'stale_row', run: ONE, spoil: (spot) => copyFrom(spot, VALUE_COLUMNS, spot.row - 1) },
  { name: 'stale_prices', run: [1, 4], spoil: (spot) => copyFrom(spot, PRICES, spot.first - 1) },
  {
    name: 'stale_volume',
    run: [1, 4],
    spoil: (spot) => copyFrom(spot, ['volume', 'amount'], spot.first - 1),
  },
  {
    name: 'swapped_days',
    run: [2, 2],
    spoil: (spot) =>
      copyFrom(spot, VALUE_COLUMNS, spot.row === spot.first ? spot.row + 1 : spot.row - 1),
  },
  { name: 'partial_bar', run: ONE, spoil: cutShort },
  { name: 'other_symbol', run: [1, 5], spoil: copyOther },
  {
    name: 'adjusted_run',
    run: [5, 20],
    spoil: (spot) => multiplyToTick(spot, QUOTED, 0.5 + 0.45 * fixed(spot)),
  },
  { name: 'shifted_run', run: [5, 20], spoil: shift },
  { name: 'coarse_run', run: [5, 15], spoil: coarsen },
  {
    name: 'second_bar',
    run: ONE,
    adds: true,
    spoil: (spot) => multiplyToTick(spot, QUOTED, factor(spot, 1.05, 1.3)),
  },
  { name: 'same_bar_twice', run: ONE, adds: true, spoil: () => undefined },
  { name: 'shifted_days', run: [5, 20], spoil: (spot) => moveDay(spot, -1) },
  { name: 'extra_day', run: ONE, adds: true, spoil: (spot) => moveDay(spot, 1) },
];

function anyOf<Item>({ random }: Spot, items: readonly [Item, ...Item[]] | readonly Item[]): Item {
  const item = items[Math.floor(random() * items.length)] ?? items[0];
  if (item === undefined) {
    throw new RangeError('Nothing to choose from');
  }
  return item;
}

/** Between `least` and `most`, or one over it; evenly in logarithms. */
function factor({ random }: Spot, least: number, most: number): number {
  const size = least * (most / least) ** random();
  return random() < 0.5 ? size : 1 / size;
}

function powerOfTen(spot: Spot): number {
  return anyOf(spot, [10, 100, 0.1, 0.01]);
}

/** The same for all rows of a run. */
function unitOf(spot: Spot): number {
  return [100, 0.01, 10_000, 0.0001, 1_000, 0.001][Math.floor(6 * fixed(spot))] ?? 100;
}

/** A number from 0 to 1 that all rows of a run share. */
function fixed({ clean, first }: Spot): number {
  const volume = clean.volume[first] ?? 0;
  return (((volume * 0.618_033_988_75) % 1) + 1) % 1;
}

function multiply(spot: Spot, names: readonly ValueColumn[], by: number): void {
  for (const name of names) {
    scale(spot.columns[name], spot.row, by);
  }
}

function multiplyToTick({ columns, row }: Spot, names: readonly ValueColumn[], by: number): void {
  for (const name of names) {
    columns[name][row] = TICK * Math.round(((columns[name][row] ?? 0) * by) / TICK);
  }
}

function copyFrom(
  { columns, clean, row }: Spot,
  names: readonly ValueColumn[],
  from: number,
): void {
  for (const name of names) {
    columns[name][row] = clean[name][from] ?? Number.NaN;
  }
}

function copyOther(spot: Spot): void {
  if (spot.other !== undefined) {
    copyFrom(spot, VALUE_COLUMNS, spot.other + spot.row - spot.first);
  }
}

/** A source that sends open, close, high, low to a reader who takes open, high, low, close. */
function reorder({ columns, clean, row }: Spot): void {
  columns.high[row] = clean.close[row] ?? 0;
  columns.low[row] = clean.high[row] ?? 0;
  columns.close[row] = clean.low[row] ?? 0;
}

function breakOrder({ columns, row, random }: Spot): void {
  const open = columns.open[row] ?? 0;
  const close = columns.close[row] ?? 0;
  const away = TICK + Math.round((Math.max(open, close) * 0.03 * random()) / TICK) * TICK;
  if (random() < 0.5) {
    columns.high[row] = Math.max(open, close) - away;
  } else {
    columns.low[row] = Math.min(open, close) + away;
  }
}

function swapVolumeAmount({ columns, clean, row }: Spot): void {
  columns.volume[row] = Math.round((clean.amount[row] ?? 0) / 10_000);
  columns.amount[row] = (clean.volume[row] ?? 0) * 10_000;
}

function breakTick(spot: Spot): void {
  const { columns, row, random } = spot;
  const away = 11 + Math.floor(28 * random());
  const names = random() < 0.5 ? PRICES : [anyOf(spot, PRICES)];
  for (const name of names) {
    columns[name][row] = (columns[name][row] ?? 0) + (random() < 0.5 ? away : -away);
  }
}

function breakLimit({ columns, row, random }: Spot): void {
  const isUp = random() < 0.5;
  const part = 0.11 + 0.14 * random();
  const before = columns.preClose[row] ?? columns.close[row] ?? 0;
  const price = TICK * Math.round((before * (isUp ? 1 + part : 1 - part)) / TICK);
  columns.close[row] = price;
  columns[isUp ? 'high' : 'low'][row] = price;
}

/** Another price of the day in place of the right one. */
function place({ columns, clean, row, random }: Spot, name: 'close' | 'open'): void {
  const low = clean.low[row] ?? 0;
  const range = (clean.high[row] ?? 0) - low;
  columns[name][row] = TICK * Math.round((low + range * random()) / TICK);
}

/** A bar taken before the session was over. */
function cutShort(spot: Spot): void {
  const { columns, clean, row, random } = spot;
  multiply(spot, ['volume', 'amount'], 0.3 + 0.55 * random());
  place(spot, 'close');
  const open = clean.open[row] ?? 0;
  const close = columns.close[row] ?? 0;
  const most = Math.max(open, close);
  const least = Math.min(open, close);
  const high = clean.high[row] ?? 0;
  const low = clean.low[row] ?? 0;
  columns.high[row] = TICK * Math.round((high - 0.4 * random() * (high - most)) / TICK);
  columns.low[row] = TICK * Math.round((low + 0.4 * random() * (least - low)) / TICK);
}

function shift(spot: Spot): void {
  const { columns, row } = spot;
  const away =
    TICK * Math.max(5, Math.round((0.1 * fixed(spot) * (spot.clean.low[spot.first] ?? 0)) / TICK));
  for (const name of QUOTED) {
    columns[name][row] = (columns[name][row] ?? 0) - away;
  }
}

function moveDay({ columns, row }: Spot, days: number): void {
  columns.tradingDay[row] = (columns.tradingDay[row] ?? 0) + days;
}

function coarsen({ columns, row }: Spot): void {
  for (const name of PRICES) {
    columns[name][row] = 10 * TICK * Math.round((columns[name][row] ?? 0) / (10 * TICK));
  }
}
