import { MISSING, missingReasonAt, type BarColumns } from '../../domain/bar.ts';
import { SchemaDriftError } from '../../domain/errors.ts';

/** 1/10,000 CNY: a cent, and the finest tick of any listed security. */
const CENT = 100;
const FINEST_TICK = 10;
/** Rows from which one in ten may be odd; of fewer only unanimity counts. */
const ENOUGH_ROWS = 10;
const LEAST_INSIDE = 0.9;
const MOST_UNQUOTABLE = 0.1;
/** Powers of ten by which units are mistaken: lots for shares, thousands for units. */
const POWERS = [1, 2, 3, 4, -1, -2, -3, -4] as const;

/** By how much a source rounds. */
export interface UnitSlack {
  /** Shares. */
  readonly volume: number;
  /** 1/10,000 CNY. */
  readonly amount: number;
}

interface Evidence {
  priced: number;
  /** Open and close lie between low and high. */
  ordered: number;
  unquotable: number;
  checked: number;
  inside: number;
  /** Amounts so large that no column of ours holds them, and no stock trades them. */
  tooLarge: number;
  readonly byPower: number[];
}

/**
 * Amount / volume is the mean price of a day and lies between its low and its high. So units prove themselves, and adjusted
 * prices betray themselves, since amounts are never adjusted. Single odd rows are for the quality rules.
 * @throws SchemaDriftError ETL-SRC-331 where the answer's units, or its price basis, cannot be what its format promises
 */
export function checkUnits(columns: BarColumns, format: string, slack: UnitSlack): void {
  const evidence = weigh(columns, slack);
  failUnlessOrdered(evidence, format);
  const { priced, unquotable, checked, inside, byPower } = evidence;
  if (2 * evidence.tooLarge > priced) {
    const rows = `${evidence.tooLarge} of ${priced}`;
    throw wrong(format, `amounts are off by a power of ten: ${rows} are above 900,000,000,000 CNY`);
  }
  if (isTooFew(inside, checked)) {
    const power = byPower.findIndex((count) => count > checked / 2);
    const what =
      power < 0
        ? 'prices are adjusted, or not the prices of these volumes'
        : `volume or amount is off by 10^${-(POWERS[power] ?? 0)}`;
    throw wrong(format, `${what}: amount / volume fits the day's range on ${inside} of ${checked}`);
  }
  const isUnquotable =
    priced < ENOUGH_ROWS
      ? priced > 0 && unquotable === priced
      : unquotable > MOST_UNQUOTABLE * priced;
  if (isUnquotable) {
    throw wrong(format, `prices are adjusted: ${unquotable} of ${priced} rows are off any tick`);
  }
}

/** Of prices whose ticks are not known: only that high is the highest and low the lowest. @throws as `checkUnits` */
export function checkOrder(columns: BarColumns, format: string): void {
  failUnlessOrdered(weigh(columns, { volume: 0, amount: 0 }), format);
}

function failUnlessOrdered({ ordered, priced }: Evidence, format: string): void {
  if (isTooFew(ordered, priced)) {
    const rows = `${priced - ordered} of ${priced} rows`;
    throw wrong(format, `columns are in another order: high is not the highest on ${rows}`);
  }
}

function isTooFew(good: number, all: number): boolean {
  return all > 0 && (all < ENOUGH_ROWS ? good === 0 : good < LEAST_INSIDE * all);
}

function wrong(format: string, what: string): SchemaDriftError {
  return new SchemaDriftError(`${format}: ${what}`, {
    code: 'ETL-SRC-331',
    hint: 'the source has changed its units or its price basis: nothing of the answer is used.',
    details: { format },
  });
}

function weigh(columns: BarColumns, slack: UnitSlack): Evidence {
  const evidence = {
    priced: 0,
    ordered: 0,
    unquotable: 0,
    checked: 0,
    inside: 0,
    tooLarge: 0,
    byPower: POWERS.map(() => 0),
  };
  for (let row = 0; row < columns.length; row += 1) {
    weighRow(columns, row, slack, evidence);
  }
  return evidence;
}

function weighRow(columns: BarColumns, row: number, slack: UnitSlack, evidence: Evidence): void {
  const high = columns.high[row] ?? Number.NaN;
  const low = columns.low[row] ?? Number.NaN;
  if (!(high === high && low === low)) {
    return;
  }
  const open = columns.open[row] ?? Number.NaN;
  const close = columns.close[row] ?? Number.NaN;
  evidence.priced += 1;
  evidence.ordered += low <= open && low <= close && open <= high && close <= high ? 1 : 0;
  if (low < 0 || high % FINEST_TICK !== 0 || low % FINEST_TICK !== 0) {
    evidence.unquotable += 1;
  }
  const volume = columns.volume[row] ?? Number.NaN;
  const amount = columns.amount[row] ?? Number.NaN;
  if (Number.isNaN(amount) && missingReasonAt(columns, row, 'amount') === MISSING.outOfRange) {
    evidence.tooLarge += 1;
    return;
  }
  if (!(volume > 0 && amount > 0)) {
    return;
  }
  evidence.checked += 1;
  const mean = amount / volume;
  const doubt = CENT + (mean * slack.volume + slack.amount) / volume;
  if (mean >= low - doubt && mean <= high + doubt) {
    evidence.inside += 1;
    return;
  }
  const power = POWERS.findIndex((each) => {
    const scaled = mean * 10 ** each;
    return scaled >= low * 0.9 && scaled <= high * 1.1;
  });
  if (power >= 0) {
    evidence.byPower[power] = (evidence.byPower[power] ?? 0) + 1;
  }
}
