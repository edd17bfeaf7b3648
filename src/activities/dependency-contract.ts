export interface DependencyQuestion {
  /** Workflow ids. */
  readonly jobIds: readonly string[];
  /** Run that asks: its configuration's quality_threshold is what their scores must reach. */
  readonly runId: string;
}

/** waiting: some have not ended; these, for people. met: all have ended well. refused: one has not, and why. */
export type DependencyAnswer =
  | { readonly kind: 'waiting'; readonly on: readonly string[] }
  | { readonly kind: 'met' }
  | { readonly kind: 'refused'; readonly reason: string };

export interface DependencyActivities {
  checkDependencies(question: DependencyQuestion): Promise<DependencyAnswer>;
}
