import type { Hit } from './hit-list.ts';

/** What one rule costs one symbol, or one session: in errors / tolerance, so that costs of several batches add up. */
export interface CostLine {
  /** Exactly one of the two is given. */
  readonly symbolId: number | undefined;
  readonly day: number | undefined;
  /** A rule's id, or `held`: rows that cannot be published, as absent keys. */
  readonly rule: string;
  readonly hits: number;
  /** As sent. */
  readonly raw: number;
  /** After repair. */
  readonly load: number;
}

interface Entry {
  hits: number;
  raw: number;
  load: number;
}

/** Costs by rule, for symbols and for sessions: only of those that have any. */
export class CostBook {
  readonly #bySymbol = new Map<number, Map<string, Entry>>();
  readonly #byDay = new Map<number, Map<string, Entry>>();

  count({ rule, symbolId, day }: Pick<Hit, 'rule' | 'symbolId' | 'day'>): void {
    if (symbolId >= 0) {
      entryOf(this.#bySymbol, symbolId, rule.id).hits += 1;
    }
    entryOf(this.#byDay, day, rule.id).hits += 1;
  }

  charge(
    {
      symbolId,
      day,
      rule,
    }: { readonly symbolId: number; readonly day: number; readonly rule: string },
    part: 'raw' | 'load',
    cost: number,
  ): void {
    entryOf(this.#bySymbol, symbolId, rule)[part] += cost;
    entryOf(this.#byDay, day, rule)[part] += cost;
  }

  lines(): readonly CostLine[] {
    return [
      ...linesOf(this.#bySymbol, (symbolId) => ({ symbolId, day: undefined })),
      ...linesOf(this.#byDay, (day) => ({ symbolId: undefined, day })),
    ];
  }
}

function entryOf(groups: Map<number, Map<string, Entry>>, key: number, rule: string): Entry {
  let group = groups.get(key);
  if (group === undefined) {
    group = new Map();
    groups.set(key, group);
  }
  let entry = group.get(rule);
  if (entry === undefined) {
    entry = { hits: 0, raw: 0, load: 0 };
    group.set(rule, entry);
  }
  return entry;
}

function linesOf(
  groups: ReadonlyMap<number, ReadonlyMap<string, Entry>>,
  keyOf: (key: number) => Pick<CostLine, 'symbolId' | 'day'>,
): readonly CostLine[] {
  return [...groups].flatMap(([key, rules]) =>
    [...rules].map(([rule, entry]) => ({ ...keyOf(key), rule, ...entry })),
  );
}
