import type { BarColumns } from '../domain/bar.ts';
import { hasEqualValues } from './keys.ts';
import { isLinkOff, linkInto } from './links.ts';
import type { Tape } from './tape.ts';
import type { TapeReport } from './tape-report.ts';

/** Finds, for a row, the row of another symbol with the same day and the same values. */
export interface TwinIndex {
  twinOf(row: number): number | undefined;
}

/** An index by amount: to the cent, two symbols hardly ever trade the same on one day. Built when first asked. */
export function openTwinIndex(columns: BarColumns): TwinIndex {
  let chains: Chains | undefined;
  return {
    twinOf(row) {
      chains ??= chainsOf(columns.amount);
      for (
        let other = chains.first[bucketOf(columns.amount[row] ?? Number.NaN, chains)] ?? -1;
        other >= 0;
        other = chains.next[other] ?? -1
      ) {
        if (isTwin(columns, row, other)) {
          return other;
        }
      }
      return undefined;
    },
  };
}

function isTwin(columns: BarColumns, row: number, other: number): boolean {
  return (
    columns.symbolId[row] !== columns.symbolId[other] &&
    columns.tradingDay[row] === columns.tradingDay[other] &&
    (columns.volume[row] ?? 0) > 0 &&
    hasEqualValues(columns, row, other)
  );
}

/** Rows by a hash of their amount: `first` of each bucket, and the `next` one of each row; -1 for none. */
interface Chains {
  readonly first: Int32Array;
  readonly next: Int32Array;
}

/** A Map of as many doubles takes ten times as long to fill. */
function chainsOf(amount: Float64Array): Chains {
  const size = 2 ** Math.ceil(Math.log2(amount.length + 1));
  const chains = {
    first: new Int32Array(size).fill(-1),
    next: new Int32Array(amount.length).fill(-1),
  };
  for (let row = 0; row < amount.length; row += 1) {
    const value = amount[row] ?? Number.NaN;
    if (value > 0) {
      const bucket = bucketOf(value, chains);
      chains.next[row] = chains.first[bucket] ?? -1;
      chains.first[bucket] = row;
    }
  }
  return chains;
}

/** Knuth's multiplicative hash; amounts are whole cents, so their low digits alone would share buckets. */
const GOLDEN = 0x9e37_79b1;
const TWO_POW_32 = 4_294_967_296;

function bucketOf(amount: number, { first }: Chains): number {
  const hash = Math.imul(amount ^ (amount / TWO_POW_32), GOLDEN);
  return (hash ^ (hash >>> 15)) & (first.length - 1);
}

const LONGEST_RUN = 65;

/** Runs that do not hang together with their neighbours, and whose rows are those of another symbol on the same days. */
export function holdCopiedRuns(
  tape: Tape,
  report: TapeReport,
  twins: TwinIndex,
  sent: BarColumns,
): void {
  for (let from = 0; from < tape.length; from += 1) {
    if (isLinkOff(linkInto(tape, from))) {
      const to = endOfChain(tape, from);
      const found = twinsIn(tape, { from, to }, twins);
      if (found.length * 2 > to - from && isCopy({ from, to }, found, sent)) {
        holdCopies(tape, report, { from, to }, symbolOf(sent, found[0]?.twin ?? 0));
      }
    }
  }
}

interface Run {
  readonly from: number;
  readonly to: number;
}

interface Found {
  readonly position: number;
  readonly twin: number;
}

/** Past the last row that the first one's chain of closes reaches. */
function endOfChain(tape: Tape, from: number): number {
  let to = from + 1;
  while (to < tape.length && !isLinkOff(linkInto(tape, to))) {
    to += 1;
  }
  return to;
}

function twinsIn(tape: Tape, { from, to }: Run, twins: TwinIndex): readonly Found[] {
  const found: Found[] = [];
  const end = to - from > LONGEST_RUN ? from : to;
  for (let position = from; position < end; position += 1) {
    const twin = twins.twinOf(tape.row[position] ?? -1);
    if (twin !== undefined) {
      found.push({ position, twin });
    }
  }
  return found;
}

/** Of two equal runs the copy is the one that is detached: at an edge, where it breaks off, the other must go on. */
function isCopy({ from, to }: Run, found: readonly Found[], sent: BarColumns): boolean {
  const first = found[0];
  const last = found.at(-1);
  return (
    (first?.position === from && isChained(sent, first.twin)) ||
    (last?.position === to - 1 && isChained(sent, last.twin + 1))
  );
}

/** Does a row of the batch name the close of the row before, of the same symbol? */
function isChained({ symbolId, preClose, close }: BarColumns, row: number): boolean {
  return symbolId[row] === symbolId[row - 1] && preClose[row] === close[row - 1];
}

function symbolOf({ symbols, symbolId }: BarColumns, row: number): string {
  return symbols[symbolId[row] ?? 0] ?? '';
}

function holdCopies(tape: Tape, report: TapeReport, { from, to }: Run, symbol: string): void {
  for (let position = from; position < to; position += 1) {
    if (report.isExplained[position] === 0) {
      report.quarantine(tape, position, {
        rule: 'A11_foreign_or_adjusted_run',
        note: `the values of ${symbol}`,
      });
    }
  }
}
