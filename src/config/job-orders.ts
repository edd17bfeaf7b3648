import { NO_ORDERS, type SourceOrder, type SourceOrders } from '../domain/source-order.ts';
import { describeValue, type Problem } from './problems.ts';
import { nearest } from './nearest.ts';
import { ORDER_KEYS, ordersOf } from './source-order.ts';

/** The orders that a job names itself, and what is wrong with them. */
export interface JobOrders {
  readonly orders: SourceOrders | undefined;
  readonly problems: readonly Problem[];
}

/** The order of this installation: `ETL_SOURCES`. */
interface InstalledOrder {
  readonly sources: readonly string[];
  readonly orders?: SourceOrders | undefined;
}

/** `value` has passed the schema: sources by market or dataset; undefined where none were given. */
export function readJobOrders(
  value: unknown,
  field: string,
  knownSources: readonly string[],
): JobOrders {
  if (typeof value !== 'object' || value === null) {
    return { orders: undefined, problems: [] };
  }
  const entries = Object.entries(value).map(
    ([key, names]) => [key, Array.isArray(names) ? names.map(String) : []] as const,
  );
  const problems = entries.flatMap(([key, names]) => [
    ...keyProblems(key, field),
    ...nameProblems(names, `${field}.${key}`, knownSources),
  ]);
  return { orders: ordersOf(entries), problems };
}

function keyProblems(key: string, field: string): readonly Problem[] {
  if (ORDER_KEYS.some((known) => known === key)) {
    return [];
  }
  const expected = `one of ${ORDER_KEYS.join(', ')} as key`;
  return [
    { field: `${field}.${key}`, got: undefined, expected, suggestion: nearest(key, ORDER_KEYS) },
  ];
}

/** Names that no source has, or that come twice. */
export function nameProblems(
  names: readonly string[],
  field: string,
  knownSources: readonly string[],
): readonly Problem[] {
  return names.flatMap((name, index) => {
    const place = { field: `${field}[${index}]`, got: describeValue(name) };
    if (!knownSources.includes(name)) {
      const suggestion = nearest(name, knownSources);
      return [{ ...place, expected: `one of ${knownSources.join(', ')}`, suggestion }];
    }
    return names.indexOf(name) === index ? [] : [{ ...place, expected: 'each source once' }];
  });
}

/** The job's own sources stand in place of all orders of the installation; its own orders go before either. */
export function settledOrder(
  given: readonly string[] | undefined,
  own: SourceOrders | undefined,
  defaults: InstalledOrder,
): SourceOrder {
  const { sources, orders } = given === undefined ? installedOrder(defaults) : { sources: given };
  if (own === undefined) {
    return orders === undefined ? { sources } : { sources, orders };
  }
  return {
    sources,
    orders: {
      markets: { ...orders?.markets, ...own.markets },
      datasets: { ...orders?.datasets, ...own.datasets },
    },
  };
}

function installedOrder({ sources, orders = NO_ORDERS }: InstalledOrder): SourceOrder {
  const isPlain = [orders.markets, orders.datasets].every((one) => Object.keys(one).length === 0);
  return isPlain ? { sources } : { sources, orders };
}
