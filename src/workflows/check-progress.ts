import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';

import type { CheckPlan, ShardOutcome } from '../activities/check-contract.ts';
import { JOB_NAME, JOB_TYPE, SCORE, STAGE } from './search-attribute-keys.ts';

export interface CheckProgress {
  readonly stage: string;
  readonly shards: { readonly done: number; readonly total: number };
  readonly symbols: number;
  readonly range: string;
  readonly bars: number;
  readonly findings: number;
  readonly failedSymbols: number;
  /** Of the bars judged so far, before what is absent is counted. */
  readonly qualityScore: number | undefined;
  readonly notes: readonly string[];
}

/** What a running check shows: current details, search attributes, the answer of `progress`. */
export class CheckState {
  private stage = 'plan';
  private plan: CheckPlan | undefined;
  private done = 0;
  private bars = 0;
  private findings = 0;
  private failed = 0;
  private cost = 0;
  private keys = 0;

  constructor(jobType: string, jobName: string) {
    upsertSearchAttributes([
      { key: JOB_NAME, value: jobName },
      { key: JOB_TYPE, value: jobType },
      { key: STAGE, value: this.stage },
    ]);
  }

  adopt(plan: CheckPlan): void {
    this.plan = plan;
    this.reach('check');
  }

  reach(stage: string): void {
    this.stage = stage;
    upsertSearchAttributes([{ key: STAGE, value: stage }]);
    this.show();
  }

  record(outcome: ShardOutcome): void {
    this.done += 1;
    this.bars += outcome.bars;
    this.findings += outcome.findings;
    this.failed += outcome.failed;
    this.cost += outcome.cost;
    this.keys += outcome.keys;
    this.show();
  }

  publishScore(score: number | undefined): void {
    if (score !== undefined) {
      upsertSearchAttributes([{ key: SCORE, value: score }]);
    }
  }

  get progress(): CheckProgress {
    const { plan } = this;
    return {
      stage: this.stage,
      shards: { done: this.done, total: plan?.shards ?? 0 },
      symbols: plan?.symbols ?? 0,
      range: plan === undefined ? 'planning' : `${plan.startDate} to ${plan.endDate}`,
      bars: this.bars,
      findings: this.findings,
      failedSymbols: this.failed,
      qualityScore: this.keys === 0 ? undefined : 0.7 ** (this.cost / this.keys),
      notes: plan?.notes ?? [],
    };
  }

  private show(): void {
    const { shards, symbols, range, bars, findings, failedSymbols, qualityScore, notes } =
      this.progress;
    const score = qualityScore === undefined ? '' : `, score ${qualityScore.toFixed(3)}`;
    setCurrentDetails(
      [
        `- **${this.stage}**: ${shards.done} of ${shards.total} shards${score}`,
        `- ${symbols} symbols, ${range}; ${bars} bars judged, ${findings} findings`,
        ...(failedSymbols === 0 ? [] : [`- **${failedSymbols} symbols could not be judged**`]),
        ...notes.map((note) => `- note: ${note}`),
      ].join('\n'),
    );
  }
}
