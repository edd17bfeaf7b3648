import { DIMENSIONS, type Dimension } from '../../domain/rule-settings.ts';
import { RULES } from '../catalogue.ts';
import { dimensionOf, scoreCheck, scoreOf } from '../check-score.ts';
import { TOLERANCE } from '../score.ts';
import type { DayFacts, ReportFacts } from './facts.ts';
import { sentencesOf, type Sentences } from './sentences.ts';

/** How a figure is to be taken: as good, to be watched, or poor. */
export type Tone = 'good' | 'watch' | 'poor';

export interface ReportDay extends DayFacts {
  readonly owed: number;
  /** Share of the owed bars that readers see; undefined where none was owed. */
  readonly present: number | undefined;
  readonly score: number | undefined;
}

export interface DimensionLine {
  readonly dimension: Dimension;
  readonly score: number;
  readonly tone: Tone;
  /** What it asks, in plain words. */
  readonly asks: string;
}

export interface RuleLine {
  readonly rule: string;
  readonly summary: string;
  readonly dimension: Dimension;
  readonly hits: number;
  readonly symbols: number;
  /** Of all that was lost, 0 to 1. */
  readonly share: number;
}

/** A report, ready to be drawn: figures, and for each section what to conclude from it. */
export interface ReportModel {
  readonly facts: ReportFacts;
  readonly score: number | undefined;
  readonly tone: Tone;
  /** Of the tolerated errors, how much is used: 1 is all, at a score of 0.7. */
  readonly budgetUsed: number;
  readonly owed: number;
  readonly present: number | undefined;
  readonly days: readonly ReportDay[];
  readonly dimensions: readonly DimensionLine[];
  readonly rules: readonly RuleLine[];
  readonly says: Sentences;
}

const ASKS: Readonly<Record<Dimension, string>> = {
  completeness: 'Is every owed bar there?',
  validity: 'Is every value one that can be?',
  accuracy: 'Is the value right: decimal, unit, limit?',
  consistency: 'Do values agree with each other and with their neighbours?',
  uniqueness: 'Is every bar there once?',
  timeliness: 'Is it the bar of its own day?',
};
const GOOD_FROM = 0.9;
const WATCH_FROM = 0.7;

/** 0.9 and better is good, below the usual threshold of 0.7 poor. */
export function toneOf(score: number | undefined): Tone {
  if (score === undefined) {
    return 'watch';
  }
  if (score >= GOOD_FROM) {
    return 'good';
  }
  return score >= WATCH_FROM ? 'watch' : 'poor';
}

export function composeReport(facts: ReportFacts): ReportModel {
  const absent = facts.missing + facts.held;
  const { score, dimensions } = scoreCheck({ keys: facts.keys, rules: facts.rules, absent });
  const days = facts.days.map(dayOf);
  const owed = sum(days.map((day) => day.owed));
  const loaded = sum(days.map((day) => day.loaded));
  const figures = {
    facts,
    score,
    tone: toneOf(score),
    budgetUsed: score === undefined ? 0 : Math.log(score) / Math.log(WATCH_FROM),
    owed,
    present: owed === 0 ? undefined : loaded / owed,
    days,
    dimensions: DIMENSIONS.map((dimension) => ({
      dimension,
      score: dimensions[dimension],
      tone: toneOf(dimensions[dimension]),
      asks: ASKS[dimension],
    })),
    rules: ruleLines(facts),
  };
  return { ...figures, says: sentencesOf(figures) };
}

function dayOf(day: DayFacts): ReportDay {
  const absent = day.missing + day.quarantined;
  const owed = day.loaded + absent;
  return {
    ...day,
    owed,
    present: owed === 0 ? undefined : day.loaded / owed,
    score: scoreOf(day.cost + absent / TOLERANCE, day.keys + absent),
  };
}

function ruleLines({ rules }: ReportFacts): readonly RuleLine[] {
  const total = sum(rules.map(({ cost }) => cost));
  return rules.map(({ rule, hits, symbols, cost }) => ({
    rule,
    summary: RULES.find(({ id }) => id === rule)?.summary ?? 'a rule of your own',
    dimension: dimensionOf(rule),
    hits,
    symbols,
    share: total === 0 ? 0 : cost / total,
  }));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
