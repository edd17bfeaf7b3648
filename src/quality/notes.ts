import { money } from './explain.ts';
import { limitBase, limitPricesAt } from './links.ts';
import type { Tape } from './tape.ts';

/** What the offending values of a row are to be compared with, where the row itself does not show it. */
export function noteOf(rule: string, tape: Tape, position: number): string | undefined {
  switch (rule) {
    case 'A09_limit_breach': {
      return limitNote(tape, position);
    }
    case 'A10_vwap_outside_range': {
      const mean =
        (tape.values.amount[position] ?? Number.NaN) / (tape.values.volume[position] ?? Number.NaN);
      return `the mean price is ${money(Math.round(mean))}`;
    }
    case 'V08_tick': {
      return `the tick is ${money(tape.tick)}`;
    }
    default: {
      return undefined;
    }
  }
}

function limitNote(tape: Tape, position: number): string {
  const isSet = !Number.isNaN(tape.upLimit[position] ?? Number.NaN);
  const percent = tape.limit[position] ?? Number.NaN;
  const base = limitBase(tape, position, tape.values.preClose[position]);
  if (!isSet && Number.isNaN(base)) {
    return `high and low lie further apart than limits of ${percent} % allow`;
  }
  const { up, down } = limitPricesAt(tape, position, base);
  const origin = isSet ? 'as the exchange set them' : `${percent} %`;
  return `the limits are ${money(down)} and ${money(up)} (${origin})`;
}
