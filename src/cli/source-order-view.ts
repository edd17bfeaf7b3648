import type { Config } from '../config/config.ts';
import { missingSetting } from '../config/remote-sources.ts';
import { sourcesBehind } from '../sources/aliases.ts';

type OrderConfig = Pick<Config, 'sources' | 'orders' | 'remoteSources'>;

/** A source in an order, and the setting without which it is passed over. */
interface OrderedSource {
  readonly source: string;
  readonly missingSetting: string | undefined;
}

/** The order in force of one kind of data. */
interface OrderView {
  /** `everything`, a market whose bars have an order of their own, or a dataset that has. */
  readonly of: string;
  readonly sources: readonly OrderedSource[];
}

/** The orders in force: that of everything first, then where it differs. */
export function ordersInForce({
  sources,
  orders,
  remoteSources,
}: OrderConfig): readonly OrderView[] {
  const all: readonly (readonly [string, readonly string[]])[] = [
    ['everything', sources],
    ...Object.entries(orders.markets),
    ...Object.entries(orders.datasets),
  ];
  return all.map(([of, names]) => ({
    of,
    sources: [...new Set(names.flatMap(sourcesBehind))].map((source) => ({
      source,
      missingSetting: missingSetting(remoteSources, source),
    })),
  }));
}

/** `order: tushare (waits for TUSHARE_TOKEN), eastmoney`, and a line for each order that differs. */
export function orderLines(orders: readonly OrderView[]): string {
  return orders
    .map(({ of, sources }) => {
      const names = sources.map(({ source, missingSetting: setting }) =>
        setting === undefined ? source : `${source} (waits for ${setting})`,
      );
      return `${of === 'everything' ? 'order' : `order of ${of}`}: ${names.join(', ')}`;
    })
    .join('\n');
}
