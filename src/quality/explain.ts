import { MONEY_SCALE } from '../domain/bar.ts';
import type { Rule } from './rule.ts';
import type { Sheet } from './sheet.ts';

export interface Explained {
  readonly rule: Rule;
  readonly row: number | undefined;
  readonly note: string | undefined;
}

/** One sentence with the offending values as sent, in CNY and shares. */
export function explain(sheet: Sheet, { rule, row, note }: Explained): string {
  const what = note === undefined ? rule.summary : `${rule.summary}: ${note}`;
  return row === undefined ? what : `${what} (${valuesOf(sheet, row)})`;
}

function valuesOf({ sent }: Sheet, row: number): string {
  return [
    `open ${money(sent.open[row])}`,
    `high ${money(sent.high[row])}`,
    `low ${money(sent.low[row])}`,
    `close ${money(sent.close[row])}`,
    `previous close ${money(sent.preClose[row])}`,
    `volume ${shown(sent.volume[row] ?? Number.NaN)}`,
    `amount ${money(sent.amount[row])}`,
  ].join(', ');
}

/** Units of 1/10,000 CNY as CNY. */
export function money(units: number | undefined): string {
  return shown((units ?? Number.NaN) / MONEY_SCALE);
}

function shown(value: number): string {
  return Number.isNaN(value) ? 'none' : String(value);
}
