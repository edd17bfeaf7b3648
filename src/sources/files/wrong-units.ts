import { SchemaDriftError } from '../../domain/errors.ts';
import {
  AMOUNT_UNITS,
  VOLUME_UNITS,
  type AmountUnit,
  type FileLayout,
  type VolumeUnit,
} from './layout.ts';

const VOLUME_WORDS: Readonly<Record<VolumeUnit, string>> = { share: 'shares', lot: 'lots' };
const AMOUNT_WORDS: Readonly<Record<AmountUnit, string>> = {
  cny: 'CNY',
  thousand_cny: 'thousands of CNY',
  ten_thousand_cny: 'ten thousands of CNY',
};
const VOLUMES = ['share', 'lot'] as const;
const AMOUNTS = ['cny', 'thousand_cny', 'ten_thousand_cny'] as const;

/** Rows that show it, of the rows that were looked at. */
export interface Count {
  readonly rows: number;
  readonly of: number;
}

function drift(message: string, { name }: FileLayout): SchemaDriftError {
  return new SchemaDriftError(message, {
    code: 'ETL-SRC-221',
    hint: 'say which units the file has in a candlewick.layout.json beside it.',
    details: { layout: name },
  });
}

/** The mean price would fit were it 10^`power` times as high. */
export function wrongUnits(
  where: string,
  layout: FileLayout,
  power: number,
  { rows, of }: Count,
): SchemaDriftError {
  const fact = `amount / volume is 10^${-power} times the price on ${rows} of ${of} rows`;
  return drift(`${where}: ${unitsThatFit(layout, power)} (${fact})`, layout);
}

export function tooLargeAmounts(
  where: string,
  layout: FileLayout,
  { rows, of }: Count,
): SchemaDriftError {
  const said = `the layout ${layout.name} says ${AMOUNT_WORDS[layout.amountUnit]}`;
  return drift(`${where}: ${rows} of ${of} amounts are above 900,000,000,000 CNY; ${said}`, layout);
}

interface Units {
  readonly volume: VolumeUnit;
  readonly amount: AmountUnit;
}

/** The units that would explain a power of ten, one changed rather than both. */
function unitsThatFit({ volumeUnit, amountUnit, name }: FileLayout, power: number): string {
  function changes({ volume, amount }: Units): number {
    return Number(volume !== volumeUnit) + Number(amount !== amountUnit);
  }
  const [best] = VOLUMES.flatMap((volume) => AMOUNTS.map((amount): Units => ({ volume, amount })))
    .filter(({ volume, amount }) => {
      const amountShift = AMOUNT_UNITS[amount] - AMOUNT_UNITS[amountUnit];
      return amountShift - (VOLUME_UNITS[volume] - VOLUME_UNITS[volumeUnit]) === power;
    })
    .toSorted((left, right) => changes(left) - changes(right));
  const said = `the layout ${name} says ${VOLUME_WORDS[volumeUnit]} and ${AMOUNT_WORDS[amountUnit]}`;
  if (best === undefined) {
    return `amount and volume do not fit the prices; ${said}`;
  }
  const found = [
    ...(best.volume === volumeUnit ? [] : [`volume looks like ${VOLUME_WORDS[best.volume]}`]),
    ...(best.amount === amountUnit ? [] : [`amount looks like ${AMOUNT_WORDS[best.amount]}`]),
  ];
  return `${found.join(' and ')}; ${said}`;
}
