import { HIT, type HitState } from './hit-list.ts';
import { STANDING, setCells, type Tape } from './tape.ts';
import type { Cells } from './invariants.ts';
import type { Rulebook } from './rulebook.ts';
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

  readonly #rulebook: Rulebook;

  constructor(length: number, rulebook: Rulebook) {
    this.#rulebook = rulebook;
    this.fate = new Uint8Array(length);
    this.isExplained = new Uint8Array(length);
    this.oddity = new Float32Array(length);
  }

  /** The row cannot be published, and its values prove nothing about its neighbours. */
  quarantine(tape: Tape, position: number, mark: Mark): void {
    if (this.#isIgnored(position, mark)) {
      return;
    }
    this.#add(position, mark, HIT.open);
    this.fate[position] = Math.max(this.fate[position] ?? 0, FATE.quarantine);
    this.isExplained[position] = 1;
    tape.standing[position] = STANDING.suspect;
  }

  /** The row has proven values now: it may be published, and bears witness. */
  repair(tape: Tape, position: number, cells: Cells, mark: Mark): void {
    if (this.#isIgnored(position, mark)) {
      return;
    }
    this.#add(position, mark, HIT.repaired);
    setCells(tape, position, cells);
    tape.broken[position] = 0;
    tape.standing[position] = STANDING.trusted;
    this.isExplained[position] = 1;
  }

  /** A repair with which the finished tape does not agree: the row stands as it was sent, and is held. */
  withdraw(tape: Tape, position: number, sent: Cells): void {
    for (const [index, hit] of this.hits.entries()) {
      if (hit.position === position && hit.state === HIT.repaired) {
        const note = `${hit.note === undefined ? '' : `${hit.note}: `}taken back, for the row would not hold`;
        this.hits[index] = { ...hit, state: HIT.open, note };
      }
    }
    setCells(tape, position, sent);
    this.fate[position] = Math.max(this.fate[position] ?? 0, FATE.quarantine);
    tape.standing[position] = STANDING.suspect;
  }

  /** The row may be published, with a remark. */
  note(position: number, mark: Mark): void {
    if (this.#rulebook.isOff(mark.rule)) {
      return;
    }
    this.#add(position, mark, HIT.open);
  }

  /** A rule that is switched off, or only notes: the row stays as it is, and needs no other explanation. */
  #isIgnored(position: number, mark: Mark): boolean {
    const isNote = this.#rulebook.isNoteOnly(mark.rule);
    const isIgnored = isNote || this.#rulebook.isOff(mark.rule);
    if (isNote) {
      this.#add(position, mark, HIT.open);
    }
    this.isExplained[position] = isIgnored ? 1 : (this.isExplained[position] ?? 0);
    return isIgnored;
  }

  #add(position: number, { rule, confidence, note }: Mark, state: HitState): void {
    this.hits.push({ position, rule, confidence: confidence ?? 1, state, note });
  }
}
