import { sessionsBetween } from '../calendar/trading-calendar.ts';
import { exchangeOf, type StockSymbol } from '../domain/stock-symbol.ts';
import { addDays, type TradingDay } from '../domain/trading-day.ts';
import type { MissingRange } from './plan-gaps.ts';

/** Days of a symbol that a running job is about to bring. */
export interface RangeInHand {
  readonly symbol: StockSymbol;
  readonly startDate: TradingDay;
  readonly endDate: TradingDay;
}

/** What is missing and in nobody's hand. */
export function leaveInHand(
  missing: readonly MissingRange[],
  inHand: readonly RangeInHand[],
): readonly MissingRange[] {
  const bySymbol = new Map<StockSymbol, RangeInHand[]>();
  for (const range of inHand) {
    const ofSymbol = bySymbol.get(range.symbol);
    if (ofSymbol === undefined) {
      bySymbol.set(range.symbol, [range]);
    } else {
      ofSymbol.push(range);
    }
  }
  return missing.flatMap((range) =>
    (bySymbol.get(range.symbol) ?? []).reduce<readonly MissingRange[]>(
      (left, taken) => left.flatMap((one) => without(one, taken)),
      [range],
    ),
  );
}

/** The parts of a range before and after what is taken from it; parts without a session are none. */
function without(
  range: MissingRange,
  { startDate, endDate }: RangeInHand,
): readonly MissingRange[] {
  const { symbol, firstDay, lastDay } = range;
  if (endDate < firstDay || startDate > lastDay) {
    return [range];
  }
  return [
    { symbol, firstDay, lastDay: addDays(startDate, -1) },
    { symbol, firstDay: addDays(endDate, 1), lastDay },
  ].flatMap((part) => {
    const sessions =
      part.firstDay > part.lastDay
        ? 0
        : sessionsBetween(exchangeOf(symbol), part.firstDay, part.lastDay).length;
    return sessions === 0 ? [] : [{ ...part, sessions }];
  });
}
