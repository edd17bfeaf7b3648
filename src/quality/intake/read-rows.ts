import {
  MARK,
  MISSING,
  MONEY_SCALE,
  VALUE_COLUMNS,
  allocateBarColumns,
  type BarColumns,
} from '../../domain/bar.ts';
import type { StockSymbol } from '../../domain/stock-symbol.ts';
import type { DayNumber } from '../../domain/trading-day.ts';
import { readNumber, type CellNote } from './cells.ts';
import { readDay } from './days.ts';
import { misplacedDays } from './positions.ts';
import { readSymbol } from './symbols.ts';

/** A row as text: symbol, day, and the values in the order of VALUE_COLUMNS, in CNY and shares. */
export interface TextRow {
  readonly symbol: string;
  readonly day: string;
  readonly values: readonly string[];
}

export interface IntakeFacts {
  readonly known: ReadonlySet<StockSymbol>;
  readonly sessions: Int32Array;
  readonly suspensions: ReadonlyMap<StockSymbol, Int32Array>;
  readonly endDay: DayNumber;
  readonly isSt: (symbol: StockSymbol, day: DayNumber) => boolean | undefined;
}

/** A remark on a row of the input. `row` counts the input's rows. */
export interface IntakeNote {
  readonly row: number;
  readonly rule: string;
  readonly isRepaired: boolean;
  readonly note: string;
}

export interface Intake {
  /** Rows with a symbol and a day, sorted by both; `sourceRow` is the row of the input. */
  readonly columns: BarColumns;
  readonly notes: readonly IntakeNote[];
  /** Rows of the input that have no key and can be no bar. */
  readonly unreadable: readonly number[];
}

interface Keyed {
  readonly row: number;
  readonly symbol: StockSymbol;
  day: DayNumber | undefined;
}

/** Tolerant reading of a whole answer: every normalisation leaves a note, nothing is guessed without one. */
export function readRows(rows: readonly TextRow[], facts: IntakeFacts): Intake {
  const notes: IntakeNote[] = [];
  const keyed = readKeys(rows, facts, notes);
  placeRows(keyed, facts, rows, notes);
  const readable = keyed.filter(({ day }) => day !== undefined).toSorted(byKey);
  const columns = columnsOf(rows, readable, facts, notes);
  const kept = new Set(readable.map(({ row }) => row));
  const unreadable = rows.map((_, row) => row).filter((row) => !kept.has(row));
  return { columns, notes, unreadable };
}

function byKey(a: Keyed, b: Keyed): number {
  if (a.symbol !== b.symbol) {
    return a.symbol < b.symbol ? -1 : 1;
  }
  return (a.day ?? 0) - (b.day ?? 0) || a.row - b.row;
}

function readKeys(rows: readonly TextRow[], { known }: IntakeFacts, notes: IntakeNote[]): Keyed[] {
  const keyed: Keyed[] = [];
  rows.forEach((text, row) => {
    const { symbol, isNormalised } = readSymbol(text.symbol, known);
    if (symbol === undefined || isNormalised) {
      notes.push({ row, rule: 'V01_symbol', isRepaired: symbol !== undefined, note: text.symbol });
    }
    if (symbol !== undefined) {
      const { day, isNormalised: isOtherForm } = readDay(text.day);
      if (day !== undefined && isOtherForm) {
        notes.push({ row, rule: 'V04_date_format', isRepaired: true, note: text.day });
      }
      keyed.push({ row, symbol, day });
    }
  });
  return keyed;
}

/** Days that cannot be read or cannot be right, from the place of their rows. */
function placeRows(
  keyed: readonly Keyed[],
  facts: IntakeFacts,
  rows: readonly TextRow[],
  notes: IntakeNote[],
): void {
  const bySymbol = new Map<StockSymbol, Keyed[]>();
  for (const one of keyed) {
    const own = bySymbol.get(one.symbol);
    if (own === undefined) {
      bySymbol.set(one.symbol, [one]);
    } else {
      own.push(one);
    }
  }
  for (const [symbol, own] of bySymbol) {
    const misplaced = misplacedDays({
      days: own.map(({ day }) => day),
      sessions: facts.sessions,
      suspended: new Set(facts.suspensions.get(symbol)),
      endDay: facts.endDay,
    });
    for (const [at, day] of misplaced) {
      const one = own[at];
      if (one !== undefined) {
        const rule = one.day === undefined ? 'V05_invalid_date' : 'V06_future_date';
        const note = rows[one.row]?.day ?? '';
        notes.push({ row: one.row, rule, isRepaired: day !== undefined, note });
        one.day = day;
      }
    }
  }
}

function columnsOf(
  rows: readonly TextRow[],
  keyed: readonly Keyed[],
  facts: IntakeFacts,
  notes: IntakeNote[],
): BarColumns {
  const symbols = [...new Set(keyed.map(({ symbol }) => symbol))];
  const idOf = new Map(symbols.map((symbol, id) => [symbol, id]));
  const columns = allocateBarColumns(keyed.length, symbols);
  keyed.forEach(({ row, symbol, day }, at) => {
    columns.symbolId[at] = idOf.get(symbol) ?? 0;
    columns.tradingDay[at] = day ?? 0;
    columns.sourceRow[at] = row;
    const isSt = facts.isSt(symbol, day ?? 0);
    columns.marks[at] = (isSt === undefined ? 0 : MARK.stKnown) | (isSt === true ? MARK.st : 0);
    readValues(columns, at, rows[row]?.values ?? [], notes);
  });
  return columns;
}

const REASONS: Readonly<Record<CellNote, number>> = {
  plain: MISSING.given,
  normalised: MISSING.given,
  empty: MISSING.empty,
  unparseable: MISSING.unparseable,
};

function readValues(
  columns: BarColumns,
  at: number,
  texts: readonly string[],
  notes: IntakeNote[],
): void {
  VALUE_COLUMNS.forEach((column, index) => {
    const text = texts[index] ?? '';
    const { value, note } = readNumber(text);
    const scaled = column === 'volume' ? value : scaleMoney(value);
    columns[column][at] = scaled;
    columns.missing[at] = (columns.missing[at] ?? 0) | (REASONS[note] << (4 * index));
    if (note === 'normalised' || note === 'unparseable') {
      const rule = note === 'normalised' ? 'V03_number_format' : 'V02_unparseable';
      const row = columns.sourceRow[at] ?? 0;
      notes.push({ row, rule, isRepaired: note === 'normalised', note: `${column} '${text}'` });
    }
  });
}

/** Decimals with four places or fewer become whole numbers; others are kept as they came, for the tick rule to see. */
function scaleMoney(value: number): number {
  const scaled = value * MONEY_SCALE;
  const whole = Math.round(scaled);
  return Math.abs(scaled - whole) <= 1e-6 * Math.max(1, Math.sqrt(Math.abs(scaled)))
    ? whole
    : scaled;
}
