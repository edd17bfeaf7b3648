import { VALUE_COLUMNS, takeRows, type BarColumns } from '../../domain/bar.ts';
import { rowsOf } from '../mutants/mutant.ts';
import { openRandom } from '../random.ts';
import { FAULTS, type FaultKind, type Spot } from './fault-kinds.ts';

/** Bars with faults on purpose, and which rows are wrong by which kind. */
export interface Spoilt {
  readonly columns: BarColumns;
  /** 1 + index in the kinds given; 0 for a right row. */
  readonly kind: Uint8Array;
}

export interface SpoilSettings {
  readonly seed: number;
  /** Share of the rows that become wrong, about. */
  readonly share: number;
  readonly kinds?: readonly FaultKind[];
}

/** Faults are kept this many rows apart, so that each has right neighbours. */
const APART = 2;
/** Rows at the start of a symbol that are left alone: there is nothing to compare them with. */
const START = 20;
const TRIES = 20;

/** A copy of `columns` (sorted by symbol and day) with faults of all kinds, about equally many rows of each. */
export function injectFaults(columns: BarColumns, settings: SpoilSettings): Spoilt {
  const kinds = settings.kinds ?? FAULTS;
  const random = openRandom(settings.seed);
  const copy = takeRows(columns, rowsOf(columns.length));
  const kind = new Uint8Array(columns.length);
  const busy = new Uint8Array(columns.length);
  const clean = columns;
  const starts = startsOf(columns);
  const extra: Extra[] = [];
  const wanted = (columns.length * settings.share) / kinds.length;
  kinds.forEach(({ run, spoil, adds }, index) => {
    const [least, most] = run;
    // The last event of a kind may be a fraction: small histories still get some of each.
    let left = wanted;
    while (left > 0 && random() < left) {
      const length = least + Math.floor(random() * (most - least + 1));
      const from = findPlace({ starts, busy, length, random, total: columns.length });
      if (from === undefined) {
        break;
      }
      busy.fill(1, Math.max(0, from - APART), from + length + APART);
      const other = otherRow(columns, from, random);
      for (let row = from; row < from + length; row += 1) {
        const spot: Spot = { columns: copy, clean, row, first: from, other, random };
        if (adds === true) {
          extra.push({ after: row, kind: index + 1, spoil });
        } else {
          spoil(spot);
          kind[row] = isChanged(copy, clean, row) ? index + 1 : 0;
        }
      }
      left -= length;
    }
  });
  return extra.length === 0
    ? { columns: copy, kind }
    : withExtraRows(copy, kind, { extra, random });
}

/** Some faults leave a value as it was: then the row is right. */
function isChanged(columns: BarColumns, clean: BarColumns, row: number): boolean {
  return (['tradingDay', ...VALUE_COLUMNS] as const).some(
    (name) => !Object.is(columns[name][row], clean[name][row]),
  );
}

interface Extra {
  readonly after: number;
  readonly kind: number;
  readonly spoil: FaultKind['spoil'];
}

/** Rows that should not be there, each after the one it was made of. */
function withExtraRows(
  columns: BarColumns,
  kind: Uint8Array,
  { extra, random }: { readonly extra: readonly Extra[]; readonly random: () => number },
): Spoilt {
  const byRow = new Map(extra.map((one) => [one.after, one]));
  const rows: number[] = [];
  const added: { readonly row: number; readonly of: Extra }[] = [];
  for (let row = 0; row < columns.length; row += 1) {
    rows.push(row);
    const of = byRow.get(row);
    if (of !== undefined) {
      added.push({ row: rows.length, of });
      rows.push(row);
    }
  }
  const all = takeRows(columns, Uint32Array.from(rows));
  const kinds = Uint8Array.from(rows, (row) => kind[row] ?? 0);
  for (const { row, of } of added) {
    of.spoil({ columns: all, clean: all, row, first: row, other: undefined, random });
    kinds[row] = of.kind;
  }
  return { columns: all, kind: kinds };
}

function startsOf({ symbolId, length }: BarColumns): Uint32Array {
  const starts = new Uint32Array(length);
  for (let row = 1; row < length; row += 1) {
    starts[row] = symbolId[row] === symbolId[row - 1] ? (starts[row - 1] ?? 0) : row;
  }
  return starts;
}

interface PlaceWanted {
  readonly starts: Uint32Array;
  readonly busy: Uint8Array;
  readonly length: number;
  readonly random: () => number;
  readonly total: number;
}

/** A run of rows of one symbol with right rows around it. */
function findPlace({ starts, busy, length, random, total }: PlaceWanted): number | undefined {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const from = Math.floor(random() * total);
    const start = starts[from] ?? 0;
    const end = from + length + APART;
    const isInside = from - start >= START && end < total && starts[end] === start;
    if (isInside && !busy.subarray(from - APART, end).includes(1)) {
      return from;
    }
  }
  return undefined;
}

/** A row of another symbol on the same day, where one comes up. */
function otherRow(columns: BarColumns, row: number, random: () => number): number | undefined {
  const day = columns.tradingDay[row] ?? 0;
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    let other = Math.floor(random() * columns.length);
    const symbol = columns.symbolId[other];
    if (symbol !== columns.symbolId[row]) {
      const step = day >= (columns.tradingDay[other] ?? 0) ? 1 : -1;
      while (
        columns.symbolId[other] === symbol &&
        ((columns.tradingDay[other] ?? day) - day) * step < 0
      ) {
        other += step;
      }
      if (columns.symbolId[other] === symbol && columns.tradingDay[other] === day) {
        return other;
      }
    }
  }
  return undefined;
}
