import { MAX_EXACT, MAX_PRICE, MONEY_SCALE, type BarColumns } from './bar.ts';

/** Why the table could not hold the values of a row, or undefined where it could. Its CHECKs say the same. */
export function valueFaultOf(columns: BarColumns, row: number): string | undefined {
  const open = columns.open[row] ?? Number.NaN;
  const high = columns.high[row] ?? Number.NaN;
  const low = columns.low[row] ?? Number.NaN;
  const close = columns.close[row] ?? Number.NaN;
  const preClose = columns.preClose[row] ?? Number.NaN;
  const volume = columns.volume[row] ?? Number.NaN;
  const amount = columns.amount[row] ?? Number.NaN;
  const isPriceRange =
    Number.isInteger(low) && Number.isInteger(high) && low > 0 && high <= MAX_PRICE;
  if (!isPriceRange || !isWithin(open, low, high) || !isWithin(close, low, high)) {
    return `open ${moneyOf(open)}, high ${moneyOf(high)}, low ${moneyOf(low)}, close ${moneyOf(close)}; expected 0 < low <= open, close <= high, in CNY with four decimals at most`;
  }
  if (!Number.isNaN(preClose) && !isWithin(preClose, 1, MAX_PRICE)) {
    return `previous close ${moneyOf(preClose)}; expected more than 0 CNY with four decimals at most, or none`;
  }
  if (!isWithin(volume, 0, MAX_EXACT)) {
    return `volume ${textOf(volume)} (shares); expected a whole number from 0`;
  }
  if (!Number.isNaN(amount) && !isWithin(amount, 0, MAX_EXACT)) {
    return `amount ${moneyOf(amount)}; expected 0 CNY or more with four decimals at most, or none`;
  }
  return undefined;
}

/** In CNY. */
function moneyOf(units: number): string {
  return textOf(units / MONEY_SCALE);
}

function textOf(value: number): string {
  return Number.isNaN(value) ? 'none' : String(value);
}

function isWithin(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}
