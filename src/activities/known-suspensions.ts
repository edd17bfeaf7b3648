import type { StockSymbol } from '../domain/stock-symbol.ts';
import type { SuspendedDay } from './cpu/tasks.ts';

type Suspensions = ReadonlyMap<StockSymbol, Int32Array>;

/**
 * The warehouse's suspensions, and those that the batch itself brings: they are stored with its load only, and without them
 * a symbol that was suspended in a new range would be judged as having holes.
 */
export function withSuspensions(
  known: Suspensions,
  brought: readonly Pick<SuspendedDay, 'symbol' | 'day'>[],
): Suspensions {
  const days = new Map<StockSymbol, Set<number>>();
  for (const { symbol, day } of brought) {
    const ofSymbol = days.get(symbol) ?? new Set(known.get(symbol));
    days.set(symbol, ofSymbol.add(day));
  }
  const added = [...days].map(
    ([symbol, ofSymbol]) => [symbol, Int32Array.from(ofSymbol).toSorted()] as const,
  );
  return new Map([...known, ...added]);
}
