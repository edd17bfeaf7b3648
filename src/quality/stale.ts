import { BROKEN } from './invariants.ts';
import { LINK, linkInto } from './links.ts';
import type { Tape } from './tape.ts';
import type { TapeReport } from './tape-report.ts';

/** Rows that repeat the session before. Equal volume and amount never happen by chance; equal prices do, so they need a witness. */
export function findStaleRows(tape: Tape, report: TapeReport, sent: Tape['values']): void {
  for (let position = 1; position < tape.length; position += 1) {
    const isVolume = isRepeated(sent, position, 'volume') && isRepeated(sent, position, 'amount');
    const isPrices = hasRepeatedPrices(sent, position);
    if (isVolume && isPrices) {
      report.quarantine(tape, position, {
        rule: 'T01_stale_row',
        note: 'equal to the session before',
      });
    } else if (isVolume) {
      report.quarantine(tape, position, { rule: 'T02_stale_volume' });
    } else if (isPrices && isContradicted(tape, position, sent)) {
      report.quarantine(tape, position, { rule: 'T04_stale_price' });
    }
  }
}

function isRepeated(
  values: Tape['values'],
  position: number,
  column: keyof Tape['values'],
): boolean {
  const value = values[column][position] ?? Number.NaN;
  return value > 0 && value === values[column][position - 1];
}

function hasRepeatedPrices(values: Tape['values'], position: number): boolean {
  return (
    isRepeated(values, position, 'open') &&
    isRepeated(values, position, 'high') &&
    isRepeated(values, position, 'low') &&
    isRepeated(values, position, 'close')
  );
}

function isContradicted(tape: Tape, position: number, sent: Tape['values']): boolean {
  const isMoving = (sent.high[position] ?? 0) > (sent.low[position] ?? 0);
  const isBroken =
    ((tape.broken[position] ?? 0) & (BROKEN.vwap | BROKEN.limit)) !== 0 ||
    (position + 1 < tape.length && linkInto(tape, position + 1) === LINK.broken) ||
    linkInto(tape, position) === LINK.broken;
  return isMoving && isBroken;
}
