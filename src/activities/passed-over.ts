import { ConfigurationError } from '../domain/errors.ts';
import type { SourceOrder } from '../domain/source-order.ts';
import type { SourceSet } from './deps.ts';

/** Sources of the order that lack a setting: said, lest somebody thinks that they were asked. */
export function passedOver(
  sources: SourceSet,
  { sources: order, orders }: SourceOrder,
): readonly string[] {
  const ordered = [order, ...Object.values(orders?.markets ?? {})].flat();
  return sources.expand([...new Set(ordered)]).flatMap((name) => {
    try {
      sources.get(name);
      return [];
    } catch (error) {
      return error instanceof ConfigurationError ? [`passed over: ${error.message}`] : [];
    }
  });
}
