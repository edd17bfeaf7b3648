import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';

import type { ChunkOutcome, HeldSummary } from '../activities/quarantine-contract.ts';
import type { DecisionResult, QuarantineDecision, RefetchResult } from '../domain/quarantine.ts';
import { JOB_NAME, JOB_TYPE, STAGE } from './search-attribute-keys.ts';

type Counts = {
  -readonly [
    Key in keyof Omit<DecisionResult, 'decision' | 'by' | 'why' | 'refetches' | 'notes'>
  ]: number;
};

/** One decision while it is carried out. */
export interface DecisionProgress extends Counts {
  readonly decision: QuarantineDecision;
  chunks: number;
  chunksDone: number;
  readonly refetches: RefetchResult[];
  readonly notes: string[];
}

/** What `progress` answers. */
export interface ResolutionProgress {
  readonly stage: 'waiting' | 'deciding' | 'complete';
  readonly decisions: { readonly done: number; readonly total: number };
  readonly results: readonly DecisionResult[];
  readonly held: HeldSummary;
}

const MAX_NOTES = 5;

export function beginDecision(decision: QuarantineDecision): DecisionProgress {
  return {
    decision,
    selected: 0,
    released: 0,
    rejected: 0,
    replaced: 0,
    stillHeld: 0,
    refused: 0,
    inserted: 0,
    updated: 0,
    unchanged: 0,
    chunks: 0,
    chunksDone: 0,
    refetches: [],
    notes: [],
  };
}

export function addOutcome(progress: DecisionProgress, outcome: ChunkOutcome): void {
  progress.chunksDone += 1;
  progress.released += outcome.released;
  progress.rejected += outcome.rejected;
  progress.replaced += outcome.replaced;
  progress.stillHeld += outcome.stillHeld;
  progress.refused += outcome.refused;
  progress.inserted += outcome.inserted;
  progress.updated += outcome.updated;
  progress.unchanged += outcome.unchanged;
  addNotes(progress, outcome.notes);
}

export function addNotes({ notes }: DecisionProgress, more: readonly string[]): void {
  notes.push(...more.map((note) => note.slice(0, 300)).slice(0, MAX_NOTES - notes.length));
}

function resultOf(progress: DecisionProgress): DecisionResult {
  const { decision, chunks: _chunks, chunksDone: _done, ...counts } = progress;
  return { ...counts, decision: decision.decision, by: decision.by, why: decision.why };
}

/** The face of a running resolution: current details and search attributes. */
export class ResolutionState {
  readonly decisions: DecisionProgress[] = [];
  done = 0;
  held: HeldSummary = { rows: 0, symbols: 0, groups: [] };
  stage: ResolutionProgress['stage'] = 'deciding';

  constructor() {
    upsertSearchAttributes([
      { key: JOB_NAME, value: 'resolve-quarantine' },
      { key: JOB_TYPE, value: 'resolveQuarantine' },
      { key: STAGE, value: this.stage },
    ]);
  }

  get progress(): ResolutionProgress {
    return {
      stage: this.stage,
      decisions: { done: this.done, total: this.decisions.length },
      results: this.decisions.map(resultOf),
      held: this.held,
    };
  }

  reach(stage: ResolutionProgress['stage']): void {
    if (stage !== this.stage) {
      this.stage = stage;
      upsertSearchAttributes([{ key: STAGE, value: stage }]);
    }
    this.show();
  }

  show(): void {
    setCurrentDetails(this.describe());
  }

  /** Markdown bullets, the most important line first. */
  private describe(): string {
    const { held } = this;
    const first =
      this.stage === 'waiting'
        ? `- **waiting** for decisions: send the update \`decide\`; \`close\` ends this`
        : `- **${this.stage}**: ${this.done} of ${this.decisions.length} decisions`;
    return [
      first,
      `- held: ${held.rows} rows of ${held.symbols} symbols`,
      ...this.decisions.slice(-3).map(describeDecision),
      ...held.groups
        .slice(0, 5)
        .map(
          ({ source, rule, rows, symbols, firstDay, lastDay }) =>
            `- ${rows} rows of ${symbols} symbols from ${source}: ${rule}, ${firstDay} to ${lastDay}`,
        ),
    ].join('\n');
  }
}

/** One sentence, for the details and for whoever sent the update. */
export function describeDecision(progress: DecisionProgress): string {
  const { decision, selected, released, rejected, replaced, stillHeld, refused } = progress;
  const parts = [
    [released, 'released'],
    [rejected, 'rejected'],
    [replaced, 'replaced'],
    [stillHeld, 'still held'],
    [refused, 'refused'],
  ] as const;
  const counts = parts.filter(([rows]) => rows > 0).map(([rows, what]) => `${rows} ${what}`);
  const refetched = progress.refetches.reduce((sum, { loaded }) => sum + loaded, 0);
  const jobs = progress.refetches.length;
  return [
    `- ${decision.decision} by ${decision.by}: ${selected} rows chosen`,
    ...counts,
    ...(jobs === 0 ? [] : [`${refetched} loaded from other sources`]),
    ...progress.notes.slice(0, 2),
  ].join(', ');
}
