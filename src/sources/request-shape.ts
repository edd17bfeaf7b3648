import type { RequestShape } from './capabilities.ts';
import type { DataSource } from './data-source.ts';

/**
 * The shape in which a source serves some symbols over some sessions with the fewest calls: one call a session (the whole
 * market) or one call a symbol (its whole range). A tie goes to what the source itself puts first.
 */
export function chooseShape(
  { capabilities: { shapes } }: Pick<DataSource, 'capabilities'>,
  symbols: number,
  sessions: number,
): RequestShape {
  const calls: Readonly<Record<RequestShape, number>> = {
    symbol: symbols,
    session: sessions,
    any: 1,
  };
  const [first = 'any'] = shapes;
  return shapes.reduce((best, shape) => (calls[shape] < calls[best] ? shape : best), first);
}
