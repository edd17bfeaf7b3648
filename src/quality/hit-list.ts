import type { Rule } from './rule.ts';
import type { Rulebook } from './rulebook.ts';

/** What became of a hit: an open one counts against the published rows, the others only against what was sent. */
export const HIT = { open: 0, repaired: 1, dropped: 2 } as const;
export type HitState = (typeof HIT)[keyof typeof HIT];

export interface HitSpec {
  readonly rule: string;
  /** Undefined for a key that is absent. */
  readonly row?: number;
  readonly symbolId: number;
  readonly day: number;
  /** 0 to 1; 1 where left out. */
  readonly confidence?: number;
  readonly state?: HitState;
  /** What the diagnosis found, where the values do not tell by themselves. */
  readonly note?: string;
}

export interface Hit {
  readonly rule: Rule;
  readonly row: number | undefined;
  readonly symbolId: number;
  readonly day: number;
  readonly confidence: number;
  readonly state: number;
  readonly note: string | undefined;
}

/** The hits of one batch, compact: a batch may be wrong in every row. Explanations are made later, and only for those shown. */
export class HitList {
  readonly #rulebook: Rulebook;
  readonly #rule: number[] = [];
  readonly #row: number[] = [];
  readonly #symbolId: number[] = [];
  readonly #day: number[] = [];
  readonly #confidence: number[] = [];
  readonly #state: number[] = [];
  readonly #note: (string | undefined)[] = [];

  constructor(rulebook: Rulebook) {
    this.#rulebook = rulebook;
  }

  get length(): number {
    return this.#rule.length;
  }

  /** @throws RangeError where the catalogue has no such rule. */
  add(spec: HitSpec): void {
    const index = this.#rulebook.indexOf.get(spec.rule);
    if (index === undefined) {
      throw new RangeError(`No such rule: ${spec.rule}`);
    }
    this.#rule.push(index);
    this.#row.push(spec.row ?? -1);
    this.#symbolId.push(spec.symbolId);
    this.#day.push(spec.day);
    this.#confidence.push(spec.confidence ?? 1);
    this.#state.push(spec.state ?? HIT.open);
    this.#note.push(spec.note);
  }

  at(index: number): Hit {
    const rule = this.#rulebook.rules[this.#rule[index] ?? -1];
    if (rule === undefined) {
      throw new RangeError(`No such hit: ${index}`);
    }
    const row = this.#row[index] ?? -1;
    return {
      rule,
      row: row < 0 ? undefined : row,
      symbolId: this.#symbolId[index] ?? 0,
      day: this.#day[index] ?? 0,
      confidence: this.#confidence[index] ?? 0,
      state: this.#state[index] ?? HIT.open,
      note: this.#note[index],
    };
  }

  *[Symbol.iterator](): Generator<Hit> {
    for (let index = 0; index < this.length; index += 1) {
      yield this.at(index);
    }
  }
}
