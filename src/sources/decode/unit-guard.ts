import type { BarColumns } from '../../domain/bar.ts';
import { SchemaDriftError } from '../../domain/errors.ts';
import {
  areUnquotable,
  isTooFew,
  noEvidence,
  powerOff,
  POWERS,
  weighRow,
  type UnitEvidence,
  type UnitSlack,
} from './unit-evidence.ts';

const EXACT: UnitSlack = { volume: 0, amount: 0 };

/**
 * Amount / volume is the mean price of a day and lies between its low and its high. So units prove themselves, and adjusted
 * prices betray themselves, since amounts are never adjusted. Single odd rows are for the quality rules.
 * @throws SchemaDriftError ETL-SRC-331 where the answer's units, or its price basis, cannot be what its format promises
 */
export function checkUnits(columns: BarColumns, format: string, slack: UnitSlack): void {
  const evidence = weigh(columns, slack);
  failUnlessOrdered(evidence, format);
  const { priced, unquotable, checked, inside } = evidence;
  if (2 * evidence.tooLarge > priced) {
    const rows = `${evidence.tooLarge} of ${priced}`;
    throw wrong(format, `amounts are off by a power of ten: ${rows} are above 900,000,000,000 CNY`);
  }
  if (isTooFew(inside, checked)) {
    const power = powerOff(evidence);
    const what =
      power < 0
        ? 'prices are adjusted, or not the prices of these volumes'
        : `volume or amount is off by 10^${-(POWERS[power] ?? 0)}`;
    throw wrong(format, `${what}: amount / volume fits the day's range on ${inside} of ${checked}`);
  }
  if (areUnquotable(evidence)) {
    throw wrong(format, `prices are adjusted: ${unquotable} of ${priced} rows are off any tick`);
  }
}

/** Of prices whose ticks are not known: only that high is the highest and low the lowest. @throws as `checkUnits` */
export function checkOrder(columns: BarColumns, format: string): void {
  failUnlessOrdered(weigh(columns, EXACT), format);
}

function failUnlessOrdered({ ordered, priced }: UnitEvidence, format: string): void {
  if (isTooFew(ordered, priced)) {
    const rows = `${priced - ordered} of ${priced} rows`;
    throw wrong(format, `columns are in another order: high is not the highest on ${rows}`);
  }
}

function wrong(format: string, what: string): SchemaDriftError {
  return new SchemaDriftError(`${format}: ${what}`, {
    code: 'ETL-SRC-331',
    hint: 'the source has changed its units or its price basis: nothing of the answer is used.',
    details: { format },
  });
}

function weigh(columns: BarColumns, slack: UnitSlack): UnitEvidence {
  const evidence = noEvidence();
  for (let row = 0; row < columns.length; row += 1) {
    weighRow(columns, row, slack, evidence);
  }
  return evidence;
}
