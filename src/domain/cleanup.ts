/** Kinds of old data, in the order in which they are removed: what refers to a run goes before the run. */
export const CLEANUP_CLASSES = [
  'payloads',
  'staging',
  'findings',
  'costs',
  'scores',
  'quality_results',
  'reports',
  'samples',
  'checks',
  'quarantine',
  'notices',
  'breaker_events',
  'claims',
  'run_failures',
  'run_batches',
  'runs',
  'bars',
] as const;
export type CleanupClass = (typeof CLEANUP_CLASSES)[number];

export interface CleanupItem {
  readonly dataClass: CleanupClass;
  /** What is older goes. ISO instant; of bars, the first day that stays. */
  readonly before: string;
  /** Rows or objects that are to go. */
  readonly count: number;
  /** Of bars: the whole years that go. */
  readonly years: readonly number[];
  /** Why some or all of it stays for now. */
  readonly keeps: string | undefined;
}

/** How many days what is kept. */
export interface RetentionDays {
  readonly data: number;
  /** undefined: bars are kept for ever. */
  readonly bars: number | undefined;
}

export interface CleanupPlan {
  readonly items: readonly CleanupItem[];
  readonly isDryRun: boolean;
  /** By the input, else by the settings of the worker that planned it. */
  readonly keptDays?: RetentionDays;
}

export interface CleanupReport extends CleanupPlan {
  /** Rows or objects removed, by class. */
  readonly removed: Readonly<Partial<Record<CleanupClass, number>>>;
}
