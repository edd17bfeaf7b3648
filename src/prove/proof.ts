/** What a proof stands on: servers that are there already. Everything else it makes and removes itself. */
export interface ProofContext {
  /** A database of the server on which scratch databases are made; it is not touched itself. */
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly namespace: string;
  readonly onProgress: (line: string) => void;
  readonly signal: AbortSignal;
  /** Of proofs that draw their faults by seed: how many seeds, from 1 on. */
  readonly seeds?: number;
  /** CANDLEWICK_HOME: where the programs of servers are kept. */
  readonly home?: string;
}

export interface ProofResult {
  readonly holds: boolean;
  /** What was measured, for people and for `--json`. */
  readonly figures: Readonly<Record<string, number | string>>;
  /** Why it does not hold, one sentence each; empty where it holds. */
  readonly broken: readonly string[];
}

/** A promise that a command can check. */
export interface Proof {
  readonly title: string;
  run(context: ProofContext): Promise<ProofResult>;
}

/** Collects what must be true. */
export class Claims {
  readonly broken: string[] = [];

  /** Records `sentence` as broken unless `isTrue`. */
  expect(isTrue: boolean, sentence: string): void {
    if (!isTrue) {
      this.broken.push(sentence);
    }
  }

  result(figures: ProofResult['figures']): ProofResult {
    return { holds: this.broken.length === 0, figures, broken: this.broken };
  }
}
