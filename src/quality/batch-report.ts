import { HIT, HitList, type HitState } from './hit-list.ts';
import type { Sheet } from './sheet.ts';
import { FATE } from './verdict.ts';

export interface RowMark {
  readonly rule: string;
  readonly confidence?: number;
  readonly note?: string;
}

/** What has been found in a batch so far, by row of the sheet. */
export class BatchReport {
  readonly hits = new HitList();
  readonly fate: Uint8Array;
  /** 1 where a row's own key has no publishable row: it counts as absent. */
  readonly leavesHole: Uint8Array;
  /** Index in `rules` of the repair of each row, plus one. */
  readonly repairHit: Int32Array;
  readonly oddity: Float32Array;
  readonly #sheet: Sheet;

  constructor(sheet: Sheet) {
    this.#sheet = sheet;
    this.fate = new Uint8Array(sheet.length);
    this.leavesHole = new Uint8Array(sheet.length);
    this.repairHit = new Int32Array(sheet.length);
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
    if (state === HIT.repaired) {
      this.repairHit[row] = this.hits.length;
    }
  }

  /** The row should not exist, or another has its key. */
  drop(row: number, mark: RowMark): void {
    this.add(row, mark, HIT.dropped);
    this.fate[row] = FATE.drop;
  }

  /** Another row has its key and better values; a person may still want to see this one. */
  supersede(row: number, mark: RowMark): void {
    this.add(row, mark, HIT.dropped);
    this.fate[row] = FATE.quarantine;
  }

  /** No values can be published under this key. */
  quarantine(row: number, mark: RowMark): void {
    this.add(row, mark, HIT.open);
    this.fate[row] = Math.max(this.fate[row] ?? 0, FATE.quarantine);
    this.leavesHole[row] = 1;
  }

  absent(symbolId: number, day: number, mark: RowMark): void {
    this.hits.add({ ...mark, symbolId, day, state: HIT.open });
  }
}
