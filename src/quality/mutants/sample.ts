import {
  MARK,
  MONEY_SCALE,
  VALUE_COLUMNS,
  allocateBarColumns,
  type BarColumns,
} from '../../domain/bar.ts';
import { fromDayNumber, toDayNumber } from '../../domain/trading-day.ts';
import type { TextRow } from '../intake/read-rows.ts';
import { openRandom } from '../random.ts';
import type { ExRights, JudgeContext } from '../verdict.ts';

/** Clean bars and all that is known about them: what a mutant spoils. */
export interface Sample {
  readonly columns: BarColumns;
  readonly context: JudgeContext;
}

const SYMBOLS = 24;
const SESSIONS = 160;
const FIRST_SESSION = toDayNumber('2021-03-01');
/** On which session, counted from 0, each symbol goes ex-right, and its factor. */
const EX_SESSION = 100;
const EX_FACTOR = 1.25;

/** A small market on weekdays without holidays: the same for the same seed. */
export function cleanSample(seed = 7): Sample {
  const sessions = weekdays(FIRST_SESSION, SESSIONS);
  const symbols = Array.from({ length: SYMBOLS }, (_, id) => `${600_100 + id}.SH`);
  const columns = allocateBarColumns(SYMBOLS * SESSIONS, symbols);
  const random = openRandom(seed);
  for (let id = 0; id < SYMBOLS; id += 1) {
    fillSymbol(columns, id, sessions, random);
  }
  const exDay = sessions[EX_SESSION] ?? 0;
  const exRights: ExRights = { days: Int32Array.of(exDay), factors: Float64Array.of(EX_FACTOR) };
  return {
    columns,
    context: {
      sessions,
      startDay: sessions[0] ?? 0,
      endDay: sessions.at(-1) ?? 0,
      instruments: new Map(
        symbols.map((symbol) => [
          symbol,
          { symbol, name: undefined, listDate: '2001-01-02', delistDate: undefined },
        ]),
      ),
      lastClose: new Map(),
      suspensions: new Map(symbols.map((symbol) => [symbol, new Int32Array(0)])),
      suspensionsComplete: true,
      exRights: new Map(symbols.map((symbol) => [symbol, exRights])),
      symbols,
      qualityThreshold: 0.7,
      cleanData: true,
    },
  };
}

export function rowOf(session: number, symbol = 0): number {
  return symbol * SESSIONS + session;
}

/** Session of the sample on which every symbol goes ex-right. */
export const EX_RIGHT_SESSION = EX_SESSION;
export const SAMPLE_SESSIONS = SESSIONS;

function weekdays(from: number, count: number): Int32Array {
  const days: number[] = [];
  for (let day = from; days.length < count; day += 1) {
    const weekday = (day + 4) % 7;
    if (weekday !== 0 && weekday !== 6) {
      days.push(day);
    }
  }
  return Int32Array.from(days);
}

function fillSymbol(
  columns: BarColumns,
  id: number,
  sessions: Int32Array,
  random: () => number,
): void {
  let last = toTick(80_000 + 400_000 * random());
  const usual = 2e6 * (1 + 10 * random());
  for (let session = 0; session < sessions.length; session += 1) {
    const row = id * sessions.length + session;
    const preClose = session === EX_SESSION ? toTick(last / EX_FACTOR) : last;
    const open = toTick(preClose * (1 + 0.01 * (random() - 0.5)));
    const close = toTick(preClose * (1 + 0.05 * (random() - 0.5)));
    const high = toTick(Math.max(open, close) * (1 + 0.01 * random())) + 100;
    const low = toTick(Math.min(open, close) * (1 - 0.01 * random())) - 100;
    const volume = Math.floor(usual * (0.7 + 0.6 * random()));
    columns.symbolId[row] = id;
    columns.tradingDay[row] = sessions[session] ?? 0;
    columns.open[row] = open;
    columns.high[row] = high;
    columns.low[row] = low;
    columns.close[row] = close;
    columns.preClose[row] = preClose;
    columns.volume[row] = volume;
    columns.amount[row] = Math.round((volume * (high + low)) / 200) * 100;
    columns.marks[row] = MARK.stKnown;
    columns.sourceRow[row] = row;
    last = close;
  }
}

function toTick(price: number): number {
  return Math.round(price / 100) * 100;
}

/** A sample as the text that a source might send. */
export function textOf({ columns }: Sample): TextRow[] {
  return Array.from({ length: columns.length }, (_, row) => ({
    symbol: columns.symbols[columns.symbolId[row] ?? 0] ?? '',
    day: fromDayNumber(columns.tradingDay[row] ?? 0),
    values: VALUE_COLUMNS.map((name) => {
      const value = columns[name][row] ?? Number.NaN;
      return name === 'volume' ? String(value) : (value / MONEY_SCALE).toFixed(2);
    }),
  }));
}
