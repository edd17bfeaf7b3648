import type { BarColumns } from '../../domain/bar.ts';
import type { Thresholds } from '../../domain/rule-settings.ts';
import type { FaultKind } from '../anomaly/fault-kinds.ts';
import { injectFaults } from '../anomaly/faults.ts';
import { judgeFully } from '../judge.ts';
import { scale } from '../mutants/mutant.ts';
import { DEFAULT_THRESHOLDS } from '../settings.ts';
import type { JudgeContext } from '../verdict.ts';

/** What people have decided about a bar. */
export const DECIDED = { no: 0, released: 1, rejected: 2 } as const;

/** The thresholds that are tuned: both of S01. */
export type TunedThresholds = Pick<Thresholds, 'volumeSpike' | 'volumeDip'>;
const RULE = 'S01_volume_level';
/** Tuning moves one step along these at a time. */
const STEPS = [3, 4, 5, 6, 7.5, 9, 12, 16, 22, 30];
const FAULT_SHARE = 0.002;
const SEED = 7;
/** With so many decisions of which fewer than the share were rejections, nothing may become more sensitive. */
const ENOUGH_DECISIONS = 20;
const LEAST_PRECISION = 0.8;

/** A back-test: what the rule flags with some thresholds. */
export interface Evidence {
  /** Bars that are right by all that is known: published, or released by a person. */
  readonly rightRows: number;
  readonly rightFlagged: number;
  /** In 10,000 right rows. */
  readonly flagsPer10k: number;
  readonly released: number;
  readonly releasedFlagged: number;
  readonly rejected: number;
  readonly rejectedFlagged: number;
  /** Volumes made 4 to 60 times too large or too small on purpose. */
  readonly injected: number;
  readonly injectedFlagged: number;
}

export interface Candidate {
  readonly thresholds: TunedThresholds;
  readonly evidence: Evidence;
}

export interface Tuning {
  readonly current: Candidate;
  readonly chosen: Candidate;
  readonly tried: readonly Candidate[];
  readonly isChanged: boolean;
  /** In one sentence. */
  readonly why: string;
}

export interface TuningTask {
  /** Published bars and decided ones, sorted by symbol and day. */
  readonly columns: BarColumns;
  /** DECIDED of each row. */
  readonly decided: Uint8Array;
  readonly context: JudgeContext;
  readonly current: TunedThresholds;
  /** Right rows in 10,000 that may be flagged. */
  readonly budget: number;
}

const WILD_VOLUME: FaultKind = {
  name: 'wild_volume',
  run: [1, 1],
  spoil: ({ columns, row, random }) => {
    const size = 4 * 15 ** random();
    const by = random() < 0.5 ? size : 1 / size;
    scale(columns.volume, row, by);
    scale(columns.amount, row, by);
  },
};

/**
 * The thresholds, at most one step from the current ones, that find most of what is wrong while they flag no more right
 * rows than the budget allows; where none keeps to it, the ones that flag least.
 */
export function tuneThresholds(task: TuningTask): Tuning {
  const spoilt = injectFaults(task.columns, {
    seed: SEED,
    share: FAULT_SHARE,
    kinds: [WILD_VOLUME],
  });
  function test(thresholds: TunedThresholds): Candidate {
    return { thresholds, evidence: backTest(task, thresholds, spoilt) };
  }
  const current = test(task.current);
  const tried = neighbours(task.current)
    .filter((one) => !becomesSensitive(one, task.current) || isTrusted(current.evidence))
    .map(test);
  const [chosen = current] = [current, ...tried].toSorted((a, b) => compare(a, b, task.budget));
  const isChanged = compare(chosen, current, task.budget) < 0;
  const best = isChanged ? chosen : current;
  return { current, chosen: best, tried, isChanged, why: reasonOf(current, best, task.budget) };
}

function neighbours({ volumeSpike, volumeDip }: TunedThresholds): readonly TunedThresholds[] {
  return around(volumeSpike)
    .flatMap((spike) => around(volumeDip).map((dip) => ({ volumeSpike: spike, volumeDip: dip })))
    .filter((one) => one.volumeSpike !== volumeSpike || one.volumeDip !== volumeDip);
}

/** A value and its neighbours among the steps. */
function around(value: number): readonly number[] {
  return [
    STEPS.findLast((step) => step < value) ?? value,
    value,
    STEPS.find((step) => step > value) ?? value,
  ];
}

function becomesSensitive(one: TunedThresholds, than: TunedThresholds): boolean {
  return one.volumeSpike < than.volumeSpike || one.volumeDip < than.volumeDip;
}

function isTrusted({ released, rejected }: Evidence): boolean {
  const decisions = released + rejected;
  return decisions < ENOUGH_DECISIONS || rejected / decisions >= LEAST_PRECISION;
}

function backTest(
  { columns, decided, context }: TuningTask,
  thresholds: TunedThresholds,
  spoilt: ReturnType<typeof injectFaults>,
): Evidence {
  const judged = {
    ...context,
    rules: { ...context.rules, thresholds: { ...context.rules?.thresholds, ...thresholds } },
  };
  const flagged = flaggedRows(columns, judged);
  const caught = flaggedRows(spoilt.columns, judged);
  function count(kind: number, of?: Uint8Array): number {
    return decided.reduce((sum, one, row) => sum + (one === kind && of?.[row] !== 0 ? 1 : 0), 0);
  }
  const rejected = count(DECIDED.rejected);
  const rightRows = columns.length - rejected;
  const rightFlagged = count(DECIDED.no, flagged) + count(DECIDED.released, flagged);
  return {
    rightRows,
    rightFlagged,
    flagsPer10k: (10_000 * rightFlagged) / Math.max(1, rightRows),
    released: count(DECIDED.released),
    releasedFlagged: count(DECIDED.released, flagged),
    rejected,
    rejectedFlagged: count(DECIDED.rejected, flagged),
    injected: spoilt.kind.reduce((sum, kind) => sum + kind, 0),
    injectedFlagged: spoilt.kind.reduce((sum, kind, row) => sum + kind * (caught[row] ?? 0), 0),
  };
}

function flaggedRows(columns: BarColumns, context: JudgeContext): Uint8Array {
  const flagged = new Uint8Array(columns.length);
  for (const { rule, row } of judgeFully(columns, context).report.hits) {
    if (row !== undefined && rule.id === RULE) {
      flagged[row] = 1;
    }
  }
  return flagged;
}

/** Within the budget before beyond it; then what finds more; then what flags less. */
function compare(a: Candidate, b: Candidate, budget: number): number {
  const [one, other] = [a.evidence, b.evidence];
  const isOver = Number(one.flagsPer10k > budget) - Number(other.flagsPer10k > budget);
  if (isOver !== 0) {
    return isOver;
  }
  const fewer = one.flagsPer10k - other.flagsPer10k;
  return one.flagsPer10k > budget ? fewer : found(other) - found(one) || fewer;
}

/** A rejected bar weighs as much as all that was injected are worth together: people's word goes first. */
function found({ rejected, rejectedFlagged, injected, injectedFlagged }: Evidence): number {
  const byPeople = rejected === 0 ? 0 : rejectedFlagged / rejected;
  return byPeople + (injected === 0 ? 0 : injectedFlagged / injected);
}

function reasonOf(current: Candidate, chosen: Candidate, budget: number): string {
  const [before, after] = [current.evidence, chosen.evidence];
  const flags = `${after.flagsPer10k.toFixed(2)} flags in 10,000 right rows (budget ${budget})`;
  const recall = `${after.injectedFlagged} of ${after.injected} injected faults found`;
  if (after.rightRows === 0) {
    return 'no bars are stored in that range to back-test on';
  }
  if (chosen === current) {
    return `no step within reach is better: ${flags}, ${recall}`;
  }
  return `${flags} in place of ${before.flagsPer10k.toFixed(2)}; ${recall} in place of ${before.injectedFlagged}`;
}

/** What holds before anything was tuned. */
export const UNTUNED: TunedThresholds = {
  volumeSpike: DEFAULT_THRESHOLDS.volumeSpike,
  volumeDip: DEFAULT_THRESHOLDS.volumeDip,
};
