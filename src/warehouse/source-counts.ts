import type { BarColumns } from '../domain/bar.ts';
import type { LandedAnswer } from '../domain/batch.ts';

/** Rows by source. */
export class SourceCounts {
  readonly #answers: readonly LandedAnswer[];
  readonly #counts = new Map<string, number>();

  constructor(answers: readonly LandedAnswer[]) {
    this.#answers = answers;
  }

  /** Counts the rows at `rows`, or all. */
  add({ answer, length }: BarColumns, rows?: Uint32Array): void {
    const byAnswer = new Uint32Array(this.#answers.length);
    const count = rows?.length ?? length;
    for (let index = 0; index < count; index += 1) {
      const at = answer[rows?.[index] ?? index] ?? 0;
      byAnswer[at] = (byAnswer[at] ?? 0) + 1;
    }
    for (const [index, { source }] of this.#answers.entries()) {
      this.#increase(source, byAnswer[index] ?? 0);
    }
  }

  /** @returns the sum of `counts`. */
  addCounts(counts: Readonly<Record<string, number>>): number {
    let sum = 0;
    for (const [source, rows] of Object.entries(counts)) {
      this.#increase(source, rows);
      sum += rows;
    }
    return sum;
  }

  /** Sources without a row are left out. */
  toRecord(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }

  #increase(source: string, rows: number): void {
    if (rows > 0) {
      this.#counts.set(source, (this.#counts.get(source) ?? 0) + rows);
    }
  }
}
