import { CALENDAR_HORIZON, sessionsBetween } from '../calendar/trading-calendar.ts';
import { shuffled } from '../activities/train-model.ts';
import {
  allocateBarColumns,
  MONEY_SCALE,
  takeRows,
  VALUE_COLUMNS,
  type BarColumns,
} from '../domain/bar.ts';
import { toDayNumber, type TradingDay } from '../domain/trading-day.ts';
import { openSheet } from '../quality/sheet.ts';
import { DECIDED, type TuningTask } from '../quality/tuning/tune-thresholds.ts';
import type { Warehouse } from '../warehouse/pool.ts';
import { knownSymbols } from '../warehouse/queries.ts';
import { readBarColumns } from '../warehouse/read-bar-columns.ts';
import { decidedBars, type DecidedBar } from '../warehouse/threshold-versions.ts';

const MAX_ROWS = 60_000;
const MAX_DECISIONS = 5000;
const CHUNK = 20;
/** The same symbols each time, so that versions can be compared; symbols with decisions come first. */
const SEED = 1;

export type TuningHistory = Pick<TuningTask, 'columns' | 'decided' | 'context'>;

/** Published bars of some symbols with the decided ones among them, in place of published ones of the same key. */
export async function readTuningHistory(
  warehouse: Warehouse,
  { from, to }: { readonly from: TradingDay; readonly to: TradingDay },
): Promise<TuningHistory> {
  const decisions = await decidedBars(warehouse, { firstDay: from, limit: MAX_DECISIONS });
  const first = [...new Set(decisions.map(({ symbol }) => symbol))];
  const others = shuffled(await knownSymbols(warehouse), SEED);
  const order = [...new Set([...first, ...others])];
  const parts: BarColumns[] = [];
  let rows = 0;
  for (let at = 0; at < order.length && rows < MAX_ROWS; at += CHUNK) {
    const part = await readBarColumns(warehouse, {
      symbols: order.slice(at, at + CHUNK),
      firstDay: toDayNumber(from),
      lastDay: toDayNumber(to),
    });
    parts.push(part);
    rows += part.length;
  }
  const { columns, decided } = joinHistory(parts, decisions);
  return {
    columns,
    decided,
    context: {
      sessions: sessionsBetween('SSE', from, to),
      startDay: Math.max(CALENDAR_HORIZON.firstDay, toDayNumber(from)),
      endDay: toDayNumber(to),
      instruments: new Map(),
      lastClose: new Map(),
      suspensions: new Map(),
      symbols: columns.symbols,
      qualityThreshold: 0,
      cleanData: true,
    },
  };
}

/** All parts and decisions as one sorted batch. */
function joinHistory(
  parts: readonly BarColumns[],
  decisions: readonly DecidedBar[],
): Pick<TuningTask, 'columns' | 'decided'> {
  const byKey = new Map(decisions.map((one) => [`${one.symbol} ${one.day}`, one]));
  const symbols = [
    ...new Set([...parts.flatMap(({ symbols: own }) => own), ...decisions.map((d) => d.symbol)]),
  ].toSorted();
  const idOf = new Map(symbols.map((symbol, id) => [symbol, id]));
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const all = allocateBarColumns(length + byKey.size, symbols);
  const decided = new Uint8Array(all.length);
  let at = 0;
  for (const part of parts) {
    for (let row = 0; row < part.length; row += 1) {
      const symbol = part.symbols[part.symbolId[row] ?? 0] ?? '';
      if (!byKey.has(`${symbol} ${part.tradingDay[row] ?? 0}`)) {
        copyRow(part, row, { all, at, id: idOf.get(symbol) ?? 0 });
        at += 1;
      }
    }
  }
  for (const one of byKey.values()) {
    setRow(all, at, { one, id: idOf.get(one.symbol) ?? 0 });
    decided[at] = one.isReleased ? DECIDED.released : DECIDED.rejected;
    at += 1;
  }
  const taken = takeRows(
    all,
    Uint32Array.from({ length: at }, (_, row) => row),
  );
  taken.sourceRow.forEach((_row, index) => {
    taken.sourceRow[index] = index;
  });
  const { sent } = openSheet(taken, new Int32Array(0));
  return { columns: sent, decided: Uint8Array.from(sent.sourceRow, (row) => decided[row] ?? 0) };
}

interface Target {
  readonly all: BarColumns;
  readonly at: number;
  readonly id: number;
}

function copyRow(part: BarColumns, row: number, { all, at, id }: Target): void {
  all.symbolId[at] = id;
  for (const name of ['tradingDay', ...VALUE_COLUMNS] as const) {
    all[name][at] = part[name][row] ?? Number.NaN;
  }
}

function setRow(
  all: BarColumns,
  at: number,
  { one, id }: { readonly one: DecidedBar; readonly id: number },
): void {
  all.symbolId[at] = id;
  all.tradingDay[at] = one.day;
  for (const name of ['open', 'high', 'low', 'close', 'preClose', 'amount'] as const) {
    const value = one[name];
    all[name][at] = value === null ? Number.NaN : Math.round(value * MONEY_SCALE);
  }
  all.volume[at] = one.volume ?? Number.NaN;
}
