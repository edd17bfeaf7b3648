import type { Thresholds } from '../domain/rule-settings.ts';

export type {
  CustomCondition,
  CustomRule,
  RuleSettings,
  Thresholds,
} from '../domain/rule-settings.ts';

export const DEFAULT_THRESHOLDS: Thresholds = {
  relistingSessions: 30,
  absentBlockSessions: 20,
  volumeSpike: 6,
  volumeDip: 9,
  coarseRows: 3,
  partialUniverse: 0.03,
  staleUniverse: 0.5,
};
