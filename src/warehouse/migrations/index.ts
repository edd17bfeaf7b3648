import { databaseAndCalendar } from './0001-database-and-calendar.ts';
import { bars } from './0002-bars.ts';
import { loads } from './0003-loads.ts';
import { runs } from './0004-runs.ts';
import { viewsAndGuards } from './0005-views-and-guards.ts';
import { absences } from './0010-absences.ts';
import { sourceHealth } from './0011-source-health.ts';
import { sourceQuota } from './0012-source-quota.ts';
import { sourceAttempts } from './0013-source-attempts.ts';
import { referenceData } from './0015-reference-data.ts';
import { refreshScope } from './0016-refresh-scope.ts';
import { callsOfTheDead } from './0017-calls-of-the-dead.ts';
import { qualityScores } from './0020-quality-scores.ts';
import { barRepairs } from './0021-bar-repairs.ts';
import { provisionalBars } from './0022-provisional-bars.ts';
import { modelVersions } from './0023-model-versions.ts';
import { thresholdVersions } from './0024-threshold-versions.ts';
import { quarantineDecisions } from './0026-quarantine-decisions.ts';
import { qualityChecks } from './0027-quality-checks.ts';
import { sourceSamples } from './0029-source-samples.ts';
import { coverage } from './0030-coverage.ts';
import { springFestival } from './0031-spring-festival.ts';
import { notices } from './0035-notices.ts';
import { batchDays } from './0036-batch-days.ts';
import type { Migration } from './migration.ts';

/** Every step, in order: a list rather than a folder scan, so that a bundle or a stray file changes nothing. */
export const MIGRATIONS: readonly Migration[] = [
  databaseAndCalendar,
  bars,
  loads,
  runs,
  viewsAndGuards,
  absences,
  sourceHealth,
  sourceQuota,
  sourceAttempts,
  referenceData,
  refreshScope,
  callsOfTheDead,
  qualityScores,
  barRepairs,
  provisionalBars,
  modelVersions,
  thresholdVersions,
  quarantineDecisions,
  qualityChecks,
  sourceSamples,
  coverage,
  springFestival,
  notices,
  batchDays,
];
