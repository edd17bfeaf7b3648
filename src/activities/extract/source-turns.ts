import { sourcesOfSymbol, type SourceOrder } from '../../domain/source-order.ts';
import type { StockSymbol } from '../../domain/stock-symbol.ts';
import type { SourceSet } from '../deps.ts';

/** One source's place in the order of a batch, and the symbols that have it in their order. */
export interface SourceTurn {
  readonly source: string;
  readonly symbols: ReadonlySet<StockSymbol>;
}

/**
 * Whom to ask, in order. Where markets have orders of their own, a source that stands in several is asked once for all of
 * them as far as their orders allow it. The same symbols always give the same turns: a batch that waits goes on by index.
 */
export function sourceTurns(
  { expand }: Pick<SourceSet, 'expand'>,
  order: SourceOrder,
  symbols: readonly StockSymbol[],
): readonly SourceTurn[] {
  const groups = new Map<string, { readonly left: string[]; readonly symbols: StockSymbol[] }>();
  for (const symbol of symbols) {
    const names = order.orders === undefined ? order.sources : sourcesOfSymbol(order, symbol);
    const key = names.join(',');
    const group = groups.get(key) ?? { left: [...expand(names)], symbols: [] };
    group.symbols.push(symbol);
    groups.set(key, group);
  }
  const waiting = [...groups.values()];
  const turns: SourceTurn[] = [];
  for (let source = nextSource(waiting); source !== undefined; source = nextSource(waiting)) {
    const takers = waiting.filter(({ left }) => left[0] === source);
    takers.forEach(({ left }) => left.shift());
    turns.push({ source, symbols: new Set(takers.flatMap((taker) => taker.symbols)) });
  }
  return turns;
}

/** The first source that nobody wants only later, else that of the first group. */
function nextSource(groups: readonly { readonly left: readonly string[] }[]): string | undefined {
  const heads = groups.flatMap(({ left }) => left.slice(0, 1));
  return heads.find((head) => groups.every(({ left }) => left.indexOf(head) <= 0)) ?? heads[0];
}
