import type { BarColumns } from '../domain/bar.ts';
import { hasEqualValues } from './keys.ts';
import { LINK, linkInto } from './links.ts';
import type { Tape } from './tape.ts';
import type { TapeReport } from './tape-report.ts';

/** Finds, for a row, the row of another symbol with the same day and the same values. */
export interface TwinIndex {
  twinOf(row: number): number | undefined;
}

/** An index by amount: to the cent, two symbols hardly ever trade the same on one day. Built when first asked. */
export function openTwinIndex(columns: BarColumns): TwinIndex {
  let chains: { readonly first: Map<number, number>; readonly next: Int32Array } | undefined;
  return {
    twinOf(row) {
      chains ??= chainsOf(columns.amount);
      for (
        let other = chains.first.get(columns.amount[row] ?? Number.NaN) ?? -1;
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

function chainsOf(amount: Float64Array): { first: Map<number, number>; next: Int32Array } {
  const first = new Map<number, number>();
  const next = new Int32Array(amount.length).fill(-1);
  for (let row = 0; row < amount.length; row += 1) {
    const value = amount[row] ?? Number.NaN;
    if (value > 0) {
      next[row] = first.get(value) ?? -1;
      first.set(value, row);
    }
  }
  return { first, next };
}

/** Runs whose rows are those of another symbol on the same days, and do not hang together with their neighbours. */
export function holdCopiedRuns(
  tape: Tape,
  report: TapeReport,
  twins: TwinIndex,
  sent: BarColumns,
): void {
  for (let position = 0; position < tape.length; position += 1) {
    if (linkInto(tape, position) === LINK.broken) {
      const from = position;
      let to = position;
      while (
        to < tape.length &&
        twinAt(tape, to, twins) !== undefined &&
        isChained(tape, from, to)
      ) {
        to += 1;
      }
      const isDetached = to > from && (to === tape.length || linkInto(tape, to) !== LINK.holds);
      if (isDetached) {
        holdCopies(tape, report, { from, to }, { twins, sent });
      }
    }
  }
}

function isChained(tape: Tape, from: number, at: number): boolean {
  return at === from || linkInto(tape, at) !== LINK.broken;
}

function twinAt(tape: Tape, position: number, twins: TwinIndex): number | undefined {
  return twins.twinOf(tape.row[position] ?? -1);
}

function holdCopies(
  tape: Tape,
  report: TapeReport,
  run: { readonly from: number; readonly to: number },
  { twins, sent }: { readonly twins: TwinIndex; readonly sent: BarColumns },
): void {
  for (let position = run.from; position < run.to; position += 1) {
    const twin = twinAt(tape, position, twins) ?? 0;
    const symbol = sent.symbols[sent.symbolId[twin] ?? 0] ?? '';
    if (report.isExplained[position] === 0) {
      report.quarantine(tape, position, {
        rule: 'A11_foreign_or_adjusted_run',
        note: `equal to ${symbol} on that day`,
      });
    }
  }
}
