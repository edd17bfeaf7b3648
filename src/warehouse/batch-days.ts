import type { ClientBase } from 'pg';

import type { StockSymbol } from '../domain/stock-symbol.ts';
import { fromDayNumber, type DayNumber } from '../domain/trading-day.ts';
import type { LoadStamp } from './ledger.ts';
import type { LoadRequest } from './load-request.ts';

/** On how many days a symbol has a bar or a suspension, and between which. */
export interface SymbolDays {
  readonly symbol: StockSymbol;
  readonly days: number;
  readonly first: DayNumber;
  readonly last: DayNumber;
}

/** Records them for a batch, so that a run need not count its bars again in the table. */
export async function recordBatchDays(
  client: ClientBase,
  request: Pick<LoadRequest, 'columns' | 'suspensions'>,
  { batchId }: LoadStamp,
): Promise<void> {
  const counted = countDays(request);
  await client.query(
    `insert into batch_days (batch_id, symbols, days, first_days, last_days)
     values ($1, $2, $3, $4, $5)`,
    [
      batchId,
      counted.map(({ symbol }) => symbol),
      counted.map(({ days }) => days),
      counted.map(({ first }) => fromDayNumber(first)),
      counted.map(({ last }) => fromDayNumber(last)),
    ],
  );
}

/** A day with both counts once. `columns`: sorted by symbol and day, distinct. */
export function countDays({
  columns,
  suspensions,
}: Pick<LoadRequest, 'columns' | 'suspensions'>): readonly SymbolDays[] {
  const suspended = suspendedDays(suspensions);
  const counted: SymbolDays[] = [];
  let row = 0;
  while (row < columns.length) {
    const id = columns.symbolId[row];
    const symbol = columns.symbols[id ?? 0] ?? '';
    const others = suspended.get(symbol);
    const start = row;
    for (; columns.symbolId[row] === id; row += 1) {
      others?.delete(columns.tradingDay[row] ?? 0);
    }
    const [first = 0, last = 0] = [columns.tradingDay[start], columns.tradingDay[row - 1]];
    counted.push(withDays({ symbol, days: row - start, first, last }, others));
    suspended.delete(symbol);
  }
  for (const [symbol, days] of suspended) {
    counted.push(withDays({ symbol, days: 0, first: Infinity, last: -Infinity }, days));
  }
  return counted;
}

function suspendedDays(suspensions: LoadRequest['suspensions']): Map<StockSymbol, Set<DayNumber>> {
  const found = new Map<StockSymbol, Set<DayNumber>>();
  for (const { symbol, day } of suspensions) {
    const days = found.get(symbol) ?? new Set<DayNumber>();
    found.set(symbol, days.add(day));
  }
  return found;
}

function withDays(before: SymbolDays, more: ReadonlySet<DayNumber> = new Set()): SymbolDays {
  return {
    symbol: before.symbol,
    days: before.days + more.size,
    first: Math.min(before.first, ...more),
    last: Math.max(before.last, ...more),
  };
}
