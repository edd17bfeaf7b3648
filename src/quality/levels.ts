import { medianOf, oddDifferenceOf, trustedPositions } from './level.ts';
import { isTrusted, limitPricesAt } from './links.ts';
import type { Thresholds } from './settings.ts';
import type { Tape } from './tape.ts';
import type { TapeReport } from './tape-report.ts';

const SESSIONS_BEFORE = 20;
const SESSIONS_AFTER = 10;
const LEAST_BEFORE = 10;
const LEAST_AFTER = 5;
/** On a day that touches its limit volumes are wilder: the logarithm of the threshold is this many times larger. */
const LIMIT_DAY = 1.5;
/** A quotient this near to a threshold is worth the exact sum of logarithms. */
const ALMOST = 1 - 1e-9;

/** One session's volume far above or below both its neighbours and its surroundings: no market does that and goes back. */
export function holdOddLevels(
  tape: Tape,
  report: TapeReport,
  { volumeSpike, volumeDip }: Thresholds,
): void {
  const oddDifference = oddDifferenceOf(tape);
  const spike = Math.max(oddDifference, Math.log(volumeSpike));
  const dip = Math.max(oddDifference, Math.log(volumeDip));
  const least = Math.min(spike, dip) / 2;
  const quotient = Math.exp(least) * ALMOST;
  for (let position = 1; position + 1 < tape.length; position += 1) {
    if (
      standsOut(tape.values.volume, position, quotient) &&
      isTrusted(tape, position) &&
      report.isExplained[position] === 0
    ) {
      const excess = excessOf(tape, position, least);
      const ease = touchesLimit(tape, position) ? LIMIT_DAY : 1;
      // A share locked at its limit hardly trades: a dip in a one-price bar is no fault, nor a rise between two of them.
      const isRelief = isOnePrice(tape, position - 1) && isOnePrice(tape, position + 1);
      const share = shareOf(excess, {
        spike: isRelief ? Number.POSITIVE_INFINITY : spike * ease,
        dip: isOnePrice(tape, position) ? Number.POSITIVE_INFINITY : dip * ease,
      });
      report.oddity[position] = Math.min(1, share) / 2;
      if (share >= 1) {
        const note = `${Math.exp(Math.abs(excess)).toFixed(0)} times ${excess > 0 ? 'more' : 'less'} than around it`;
        report.quarantine(tape, position, { rule: 'S01_volume_level', note, confidence: 0.9 });
      }
    }
  }
}

/** Is it `quotient` times both its neighbours, or so many times below both? All but a few rows are neither. */
function standsOut(volume: Float64Array, position: number, quotient: number): boolean {
  const here = volume[position] ?? Number.NaN;
  const before = volume[position - 1] ?? Number.NaN;
  const after = volume[position + 1] ?? Number.NaN;
  return here > quotient * Math.max(before, after) || here * quotient < Math.min(before, after);
}

function isOnePrice({ values }: Tape, position: number): boolean {
  return values.high[position] === values.low[position];
}

function touchesLimit(tape: Tape, position: number): boolean {
  const { up, down } = limitPricesAt(tape, position, tape.values.preClose[position]);
  return (
    (tape.values.high[position] ?? Number.NaN) >= up ||
    (tape.values.low[position] ?? Number.NaN) <= down
  );
}

/** How much of the threshold is reached. */
function shareOf(excess: number, { spike, dip }: { spike: number; dip: number }): number {
  return excess > 0 ? excess / spike : -excess / dip;
}

/** ln(volume / what its neighbours and surroundings allow): positive above all of them, negative below all, else 0. */
function excessOf(tape: Tape, position: number, least: number): number {
  const { volume } = tape.values;
  const here = Math.log(volume[position] ?? Number.NaN);
  const before = Math.log(volume[position - 1] ?? Number.NaN);
  const after = Math.log(volume[position + 1] ?? Number.NaN);
  const above = here - Math.max(before, after);
  const below = here - Math.min(before, after);
  if (!(above > least || below < -least)) {
    return 0;
  }
  const past = trustedPositions(tape, Math.max(0, position - SESSIONS_BEFORE), position, position);
  const future = trustedPositions(
    tape,
    position + 1,
    Math.min(tape.length, position + 1 + SESSIONS_AFTER),
    position,
  );
  if (past.length < LEAST_BEFORE || future.length < LEAST_AFTER) {
    return 0;
  }
  const overPast = here - Math.log(medianOf(volume, past));
  const overFuture = here - Math.log(medianOf(volume, future));
  return above > 0
    ? Math.max(0, Math.min(above, overPast, overFuture))
    : Math.min(0, Math.max(below, overPast, overFuture));
}
