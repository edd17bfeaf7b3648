import { HIT, type HitState } from './hit-list.ts';
import { STANDING, setCells, type Tape } from './tape.ts';
import type { Cells } from './invariants.ts';
import { FATE } from './verdict.ts';

/** One hit on a tape; `position` refers to the tape. */
export interface TapeHit {
  readonly position: number;
  readonly rule: string;
  readonly confidence: number;
  readonly state: HitState;
  readonly note: string | undefined;
}

export interface Mark {
  readonly rule: string;
  readonly confidence?: number;
  readonly note?: string;
}

/** What diagnosis found on one tape, and what is to become of each of its rows. */
export class TapeReport {
  readonly hits: TapeHit[] = [];
  /** FATE of each position. */
  readonly fate: Uint8Array;
  /** 1 where a position has a diagnosis: later steps leave it alone. */
  readonly isExplained: Uint8Array;
  /** For unflagged rows: how odd they look, 0 to 0.5. */
  readonly oddity: Float32Array;

  constructor(length: number) {
    this.fate = new Uint8Array(length);
    this.isExplained = new Uint8Array(length);
    this.oddity = new Float32Array(length);
  }

  /** The row cannot be published, and its values prove nothing about its neighbours. */
  quarantine(tape: Tape, position: number, mark: Mark): void {
    this.#add(position, mark, HIT.open);
    this.fate[position] = Math.max(this.fate[position] ?? 0, FATE.quarantine);
    this.isExplained[position] = 1;
    tape.standing[position] = STANDING.suspect;
  }

  /** The row has proven values now: it may be published, and bears witness. */
  repair(tape: Tape, position: number, cells: Cells, mark: Mark): void {
    this.#add(position, mark, HIT.repaired);
    setCells(tape, position, cells);
    tape.broken[position] = 0;
    tape.standing[position] = STANDING.trusted;
    this.isExplained[position] = 1;
  }

  /** The row should not exist. */
  drop(tape: Tape, position: number, mark: Mark): void {
    this.#add(position, mark, HIT.dropped);
    this.fate[position] = FATE.drop;
    this.isExplained[position] = 1;
    tape.standing[position] = STANDING.suspect;
  }

  /** The row may be published, with a remark. */
  note(position: number, mark: Mark): void {
    this.#add(position, mark, HIT.open);
  }

  #add(position: number, { rule, confidence, note }: Mark, state: HitState): void {
    this.hits.push({ position, rule, confidence: confidence ?? 1, state, note });
  }
}
