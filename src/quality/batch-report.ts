import { HIT, HitList, type HitState } from './hit-list.ts';
import type { Rulebook } from './rulebook.ts';
import type { Sheet } from './sheet.ts';
import { FATE, type Repair } from './verdict.ts';

export interface RowMark {
  readonly rule: string;
  readonly confidence?: number;
  readonly note?: string;
}

/** Stands for the symbol of a hit that concerns a whole session. */
const ALL_SYMBOLS = -1;

/** What has been found in a batch so far, by row of the sheet. */
export class BatchReport {
  readonly rulebook: Rulebook;
  readonly hits: HitList;
  readonly fate: Uint8Array;
  /** 1 where a row's own key has no publishable row: it counts as absent. */
  readonly leavesHole: Uint8Array;
  /** How odd a row without a hit looks, 0 to 0.5. */
  readonly oddity: Float32Array;
  /** What cleaning would repair, were it asked to. */
  readonly proposals: Repair[] = [];
  /** Symbols that lack a session for no known reason. */
  readonly absentByDay = new Map<number, number>();
  readonly #sheet: Sheet;

  constructor(sheet: Sheet, rulebook: Rulebook) {
    this.#sheet = sheet;
    this.rulebook = rulebook;
    this.hits = new HitList(rulebook);
    this.fate = new Uint8Array(sheet.length);
    this.leavesHole = new Uint8Array(sheet.length);
    this.oddity = new Float32Array(sheet.length);
  }

  add(row: number, mark: RowMark, state: HitState): void {
    const { symbolId, tradingDay } = this.#sheet.columns;
    this.hits.add({
      ...mark,
      row,
      symbolId: symbolId[row] ?? 0,
      day: tradingDay[row] ?? 0,
      state,
    });
  }

  /** The row should not exist, or another has its key. */
  drop(row: number, mark: RowMark): void {
    this.#settle(row, mark, { state: HIT.dropped, fate: FATE.drop, leavesHole: 0 });
  }

  /** Another row has its key and better values; a person may still want to see this one. */
  supersede(row: number, mark: RowMark): void {
    this.#settle(row, mark, { state: HIT.dropped, fate: FATE.quarantine, leavesHole: 0 });
  }

  /** No values can be published under this key. */
  quarantine(row: number, mark: RowMark): void {
    this.#settle(row, mark, { state: HIT.open, fate: FATE.quarantine, leavesHole: 1 });
  }

  absent(symbolId: number, day: number, mark: RowMark): void {
    if (!this.rulebook.isOff(mark.rule)) {
      this.hits.add({ ...mark, symbolId, day, state: HIT.open });
    }
  }

  wholeDay(day: number, mark: RowMark): void {
    this.absent(ALL_SYMBOLS, day, mark);
  }

  #settle(
    row: number,
    mark: RowMark,
    to: { readonly state: HitState; readonly fate: number; readonly leavesHole: number },
  ): void {
    if (this.rulebook.isOff(mark.rule)) {
      return;
    }
    if (this.rulebook.isNoteOnly(mark.rule)) {
      this.add(row, mark, HIT.open);
      return;
    }
    this.add(row, mark, to.state);
    this.fate[row] = Math.max(this.fate[row] ?? 0, to.fate);
    this.leavesHole[row] = to.leavesHole;
  }
}
