import type { Level } from './edit-diagnosis.ts';
import { STANDING, type Tape } from './tape.ts';

/** Volumes differ from day to day by this many times their usual difference before a day is odd. */
const ODD_DIFFERENCES = 5;
const SAMPLED_DAYS = 64;

const SESSIONS_BEFORE = 60;
const SESSIONS_AFTER = 40;
const NEAREST = 8;

/** The usual volume and amount around a position, from trusted bars only, and the nearest trusted close. */
export function levelAround(tape: Tape, position: number): Level {
  const from = Math.max(0, position - SESSIONS_BEFORE);
  const to = Math.min(tape.length, position + SESSIONS_AFTER + 1);
  const around = trustedPositions(tape, from, to, position);
  return {
    volume: medianOf(tape.values.volume, around),
    amount: medianOf(tape.values.amount, around),
    close: nearestClose(tape, position),
  };
}

export function trustedPositions(
  { standing }: Tape,
  from: number,
  to: number,
  except: number,
): readonly number[] {
  const positions: number[] = [];
  for (let position = from; position < to; position += 1) {
    if (position !== except && standing[position] === STANDING.trusted) {
      positions.push(position);
    }
  }
  return positions;
}

/** From this logarithm on a change of volume from one session to the next is odd for the symbol. */
export function oddDifferenceOf({ values, length }: Tape): number {
  const step = Math.max(1, Math.floor(length / SAMPLED_DAYS));
  const changes: number[] = [];
  for (let position = 1; position < length; position += step) {
    const change = Math.abs(
      Math.log((values.volume[position] ?? 0) / (values.volume[position - 1] ?? 0)),
    );
    if (Number.isFinite(change)) {
      changes.push(change);
    }
  }
  return ODD_DIFFERENCES * (Float64Array.from(changes).toSorted()[changes.length >> 1] ?? 0);
}

/** Of the positive values at `positions` (few: they are sorted as they come); NaN for none. */
export function medianOf(values: Float64Array, positions: readonly number[]): number {
  const sorted: number[] = [];
  for (const position of positions) {
    const value = values[position] ?? Number.NaN;
    if (value > 0) {
      let at = sorted.length;
      for (; at > 0 && (sorted[at - 1] ?? 0) > value; at -= 1) {
        sorted[at] = sorted[at - 1] ?? 0;
      }
      sorted[at] = value;
    }
  }
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

function nearestClose({ standing, values, length }: Tape, position: number): number {
  for (let away = 1; away <= NEAREST; away += 1) {
    for (const at of [position - away, position + away]) {
      const close = values.close[at] ?? Number.NaN;
      if (at >= 0 && at < length && standing[at] === STANDING.trusted && close > 0) {
        return close;
      }
    }
  }
  return Number.NaN;
}
