import { isStByMarks, limitPercent } from '../market.ts';
import { FEATURES } from './feature-list.ts';
import type { FeatureSheet } from './feature-sheet.ts';
import { marketOfDays, type MarketOfDays } from './market-of-days.ts';
import { openSeries, type Series } from './series.ts';

/** Rows of features, one after another: `row × FEATURES.length + feature`. Every value is finite. */
export interface FeatureMatrix {
  /** Of the sheet, ascending. */
  readonly rows: Uint32Array;
  readonly values: Float32Array;
}

const BEFORE = 20;
const AFTER = 10;
const LEAST_BEFORE = 3;
/** Every fourth session of this range is looked at where the wider level is asked for. */
const FAR = { before: 60, after: 40, step: 4 };
const MOST_IDLE = 60;
const MEAN_PLACE_BOUND = 50;
/** Beyond this a ratio of usual values says nothing more. */
const TIMES_BOUND = 100;
const TEN = 10;
const NO_LIMIT = 44;

/**
 * Features of the wanted rows. `usable` is 0 for rows that are no neighbours to measure by (held back, or dropped); a wanted
 * row must be usable. What cannot be measured is 0: neither high nor low.
 */
export function featuresOf(
  sheet: FeatureSheet,
  wanted: Uint32Array,
  usable?: Uint8Array,
): FeatureMatrix {
  const values = new Float32Array(wanted.length * FEATURES.length);
  const market = marketOfDays(sheet, usable);
  let next = 0;
  for (let group = 0; group + 1 < sheet.groupStart.length && next < wanted.length; group += 1) {
    const to = sheet.groupStart[group + 1] ?? 0;
    if ((wanted[next] ?? to) < to) {
      const series = openSeries(sheet, { from: sheet.groupStart[group] ?? 0, to }, usable);
      let position = 0;
      for (; (wanted[next] ?? to) < to; next += 1) {
        while ((series.row[position] ?? to) < (wanted[next] ?? 0)) {
          position += 1;
        }
        const target = values.subarray(next * FEATURES.length, (next + 1) * FEATURES.length);
        measure({ sheet, series, market, position }, target);
      }
    }
  }
  for (let at = 0; at < values.length; at += 1) {
    values[at] = Number.isFinite(values[at]) ? (values[at] ?? 0) : 0;
  }
  return { rows: wanted, values };
}

/** Of every row. */
export function featuresOfAll(sheet: FeatureSheet): FeatureMatrix {
  return featuresOf(
    sheet,
    Uint32Array.from({ length: sheet.length }, (_, row) => row),
  );
}

interface Spot {
  readonly sheet: FeatureSheet;
  readonly series: Series;
  readonly market: MarketOfDays;
  readonly position: number;
}

/** Fills `target` in the order of FEATURES. */
function measure(spot: Spot, target: Float32Array): void {
  const { series, position } = spot;
  const open = series.at('open', position);
  const high = series.at('high', position);
  const low = series.at('low', position);
  const close = series.at('close', position);
  const preClose = series.at('preClose', position);
  target[0] = close - preClose;
  target[1] = open - preClose;
  target[2] = position === 0 ? 0 : preClose - series.at('close', position - 1);
  target[3] = series.at('preClose', position + 1) - close;
  target[4] = high - low;
  target[5] = high - Math.max(open, close);
  target[6] = Math.min(open, close) - low;
  target[7] = series.at('amount', position) - series.at('volume', position) - close;
  target[8] = meanPlace(spot);
  target[9] = level(series, 'volume', position);
  target[10] = level(series, 'amount', position);
  target[11] = level(series, 'close', position);
  const far = [Math.max(0, position - FAR.before), position + FAR.after] as const;
  target[30] = series.at('volume', position) - series.median('volume', ...far, FAR.step);
  target[31] = series.at('close', position) - series.median('close', ...far, FAR.step);
  measureForm(spot, target);
  measureAhead(spot, target);
}

function meanPlace({ sheet, series, position }: Spot): number {
  const row = series.row[position] ?? 0;
  const { high, low, amount, volume } = sheet.columns;
  const mean = (amount[row] ?? Number.NaN) / (volume[row] ?? Number.NaN);
  const range = Math.max((high[row] ?? 0) - (low[row] ?? 0), series.tick);
  const place = (mean - (low[row] ?? 0)) / range;
  return bounded(place, MEAN_PLACE_BOUND);
}

/** Against the median before; 0 where there are too few bars. */
function level(series: Series, column: 'volume' | 'amount' | 'close', position: number): number {
  const from = Math.max(0, position - BEFORE);
  return position - from < LEAST_BEFORE
    ? 0
    : series.at(column, position) - series.median(column, from, position);
}

function measureForm({ sheet, series, position }: Spot, target: Float32Array): void {
  const row = series.row[position] ?? 0;
  const before = series.row[position - 1];
  target[12] = series.tickResidue(position);
  target[13] = series.emptyCells(position);
  target[14] = before === undefined ? 0 : series.repeated(position);
  const session = sheet.session[row] ?? -1;
  const last = before === undefined ? session - 1 : (sheet.session[before] ?? -1);
  target[15] = session < 0 || last < 0 ? 0 : Math.min(MOST_IDLE, Math.max(0, session - last));
  target[16] = session < 0 ? 1 : 0;
  target[17] = series.hasSameDay(position) ? 1 : 0;
  target[27] =
    series.coarse(position - 1, TEN) +
    series.coarse(position, TEN) +
    series.coarse(position + 1, TEN);
}

function measureAhead({ sheet, series, market, position }: Spot, target: Float32Array): void {
  const to = Math.min(series.length, position + 1 + AFTER);
  const isLast = position + 1 >= series.length;
  const hasAfter = to - position - 1 >= LEAST_BEFORE;
  const row = series.row[position] ?? 0;
  const day = sheet.columns.tradingDay[row] ?? 0;
  const volume = series.at('volume', position);
  const close = series.at('close', position);
  const change = close - series.at('preClose', position);
  target[18] = hasAfter ? volume - series.median('volume', position + 1, to) : 0;
  target[19] = hasAfter ? close - series.median('close', position + 1, to) : 0;
  target[20] = bounded(Math.abs(change) / series.usual.return, TIMES_BOUND);
  const range = series.at('high', position) - series.at('low', position);
  target[21] = bounded(range / series.usual.range, TIMES_BOUND);
  const step = volume - series.at('volume', position - 1);
  target[22] = position === 0 ? 0 : bounded(step / series.usual.volumeStep, TIMES_BOUND);
  const stepAhead = series.at('volume', position + 1) - volume;
  target[23] = isLast ? 0 : bounded(stepAhead / series.usual.volumeStep, TIMES_BOUND);
  const isSt = isStByMarks(sheet.columns.marks[row] ?? 0);
  target[24] = bounded(
    (100 * Math.expm1(change)) / (limitPercent(series.board, day, isSt) ?? NO_LIMIT),
    TIMES_BOUND,
  );
  target[25] = change - market.returnOn(day);
  target[26] = position === 0 ? 0 : step - market.volumeStepOn(day);
  target[28] = position === 0 ? 0 : close - series.at('close', position - 1);
  target[29] = isLast ? 0 : series.at('close', position + 1) - close;
}

function bounded(value: number, bound: number): number {
  return Math.min(bound, Math.max(-bound, value));
}
