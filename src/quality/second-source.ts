import type { BarColumns } from '../domain/bar.ts';
import { lowerBound } from '../domain/lower-bound.ts';
import { isSound, witnessOf } from './edit-diagnosis.ts';
import { CELL } from './invariants.ts';
import { isTrusted } from './links.ts';
import { cellsAt, type Tape } from './tape.ts';
import type { TapeReport } from './tape-report.ts';

/** Half a tick and rounding; a lot; 1,000 CNY; and a share of the value: what two vendors differ by without an error. */
const PRICE_SLACK = 51;
const VOLUME_SLACK = 100;
const AMOUNT_SLACK = 1_000 * 10_000;
const SHARE = 0.001;
const PRICES = ['open', 'high', 'low', 'close'] as const;

/** Rows of other bars with the days of a tape: -1 where there is none. `columns` are sorted by symbol and day. */
function alignRows(tape: Tape, columns: BarColumns): Int32Array {
  const aligned = new Int32Array(tape.length).fill(-1);
  const id = columns.symbols.indexOf(tape.symbol);
  let row = id < 0 ? columns.length : firstRowOf(columns, id);
  for (let position = 0; position < tape.length; position += 1) {
    const day = tape.day[position] ?? 0;
    while (columns.symbolId[row] === id && (columns.tradingDay[row] ?? day) < day) {
      row += 1;
    }
    if (columns.symbolId[row] === id && columns.tradingDay[row] === day) {
      aligned[position] = row;
    }
  }
  return aligned;
}

/** The first row of a symbol, by its id, of columns that are sorted by symbol. */
export function firstRowOf({ symbolId }: BarColumns, id: number): number {
  return lowerBound(symbolId, id);
}

/**
 * Bars that hold every invariant and yet differ from a second source whose values hold them too: one of the two is wrong,
 * and only a third can tell which. Where the second source's values break an invariant, it is the one that is wrong.
 */
export function compareSecondSource(tape: Tape, report: TapeReport, other: BarColumns): void {
  const rows = alignRows(tape, other);
  for (let position = 0; position < tape.length; position += 1) {
    const row = rows[position] ?? -1;
    if (row >= 0 && isTrusted(tape, position) && report.isExplained[position] === 0) {
      const field = differingField(tape, position, other, row);
      if (field !== undefined && isOtherSound(tape, position, other, row)) {
        report.note(position, { rule: 'X01_cross_source', note: field, confidence: 0.8 });
      }
    }
  }
}

function differingField(
  { values }: Tape,
  position: number,
  other: BarColumns,
  row: number,
): string | undefined {
  const price = PRICES.find((name) =>
    isFar(values[name][position], other[name][row], PRICE_SLACK, 0),
  );
  if (price !== undefined) {
    return price;
  }
  if (isFar(values.volume[position], other.volume[row], VOLUME_SLACK, SHARE)) {
    return 'volume';
  }
  return isFar(values.amount[position], other.amount[row], AMOUNT_SLACK, SHARE)
    ? 'amount'
    : undefined;
}

function isFar(
  here: number | undefined,
  there: number | undefined,
  slack: number,
  share: number,
): boolean {
  const a = here ?? Number.NaN;
  const b = there ?? Number.NaN;
  return Math.abs(a - b) > slack + share * Math.abs(a);
}

function isOtherSound(tape: Tape, position: number, other: BarColumns, row: number): boolean {
  const cells = cellsAt(tape, position);
  PRICES.forEach((name, cell) => {
    cells[cell] = other[name][row] ?? Number.NaN;
  });
  const volume = other.volume[row] ?? Number.NaN;
  const amount = other.amount[row] ?? Number.NaN;
  if (volume > 0 && amount > 0) {
    cells[CELL.volume] = volume;
    cells[CELL.amount] = amount;
  }
  return isSound(tape, position, cells, witnessOf(tape, position));
}

/** Bars that differ from what the table holds: a restatement, or an error that came in between. */
export function compareStored(
  tape: Tape,
  report: TapeReport,
  stored: BarColumns,
  areFine: boolean,
): void {
  const confidence = areFine ? 0 : 0.8;
  const rows = alignRows(tape, stored);
  for (let position = 0; position < tape.length; position += 1) {
    const row = rows[position] ?? -1;
    if (row >= 0 && isTrusted(tape, position) && report.isExplained[position] === 0) {
      const field = restatedField(tape, position, stored, row);
      if (field !== undefined) {
        report.note(position, { rule: 'X02_restatement', note: field, confidence });
      }
    }
  }
}

function restatedField(
  { values }: Tape,
  position: number,
  stored: BarColumns,
  row: number,
): string | undefined {
  const names = [...PRICES, 'preClose', 'volume', 'amount'] as const;
  return names.find((name) => isFar(values[name][position], stored[name][row], 0.5, 0));
}

/** The volume that the table holds for each position; NaN where it has no bar. */
export function storedVolumes(
  tape: Tape,
  stored: BarColumns | undefined,
): Float64Array | undefined {
  return stored === undefined
    ? undefined
    : Float64Array.from(alignRows(tape, stored), (row) => stored.volume[row] ?? Number.NaN);
}
