import { readFileSync } from 'node:fs';

import { Command } from 'commander';

import { addBackfillCommand, addGapsCommand } from './commands/backfill.ts';
import { addBarsCommand } from './commands/bars.ts';
import { addCleanupCommand } from './commands/cleanup.ts';
import { addCompletionCommand } from './commands/completion.ts';
import { addConfigCommand } from './commands/config.ts';
import { addCoverageCommand } from './commands/coverage.ts';
import { addDbCommand } from './commands/db.ts';
import { addDemoCommand } from './commands/demo.ts';
import { addDevCommand } from './commands/dev.ts';
import { addDoctorCommand } from './commands/doctor.ts';
import { addHealthCommand } from './commands/health.ts';
import { addJobsCommand } from './commands/jobs.ts';
import { addMetricsCommand } from './commands/metrics.ts';
import { addModelsCommand } from './commands/models.ts';
import { addNotifyCommand } from './commands/notify.ts';
import { addProveCommand } from './commands/prove.ts';
import { addQualityCommand } from './commands/quality.ts';
import { addQualityCheckCommand } from './commands/quality-check.ts';
import { addQualityDifferencesCommand } from './commands/quality-differences.ts';
import { addRepairsCommand } from './commands/repairs.ts';
import { addReportCommand } from './commands/report.ts';
import { addRulesCommand } from './commands/rules.ts';
import { addQuarantineCommand } from './commands/quarantine.ts';
import { addDailyCommand, addRunCommand } from './commands/run.ts';
import { addSchedulesCommand } from './commands/schedules.ts';
import { addSourcesCommand } from './commands/sources.ts';
import { addStatusCommand } from './commands/status.ts';
import { addThresholdsCommand } from './commands/thresholds.ts';
import { addWorkerCommand } from './commands/worker.ts';
import { addGlobalOptions, type Invoke } from './invoke.ts';

const EXAMPLES = `
Examples:
  candlewick demo --once
  candlewick run --symbols 600000.SH --from 2026-11-16 --to 2026-11-20
  candlewick jobs list
  candlewick bars --symbols 600000.SH --limit 5

Exit codes: 0 ok, 1 failed, 2 usage, 3 configuration, 4 not found, 5 partial or
below threshold, 6 server unreachable, 124 timeout, 130 interrupted`;

/** The package's version: its manifest lies three folders up from the built file, two up from the source. */
function versionOf(): string {
  for (const place of ['../../../package.json', '../../package.json']) {
    try {
      const manifest: unknown = JSON.parse(readFileSync(new URL(place, import.meta.url), 'utf8'));
      if (typeof manifest === 'object' && manifest !== null && 'version' in manifest) {
        return String(manifest.version);
      }
    } catch {
      // Not in this place.
    }
  }
  return 'unknown';
}

/** The command line. Commands load what they need when they run, so that help is there at once. */
export function createProgram(invoke: Invoke): Command {
  const program = addGlobalOptions(new Command('candlewick'))
    .description('Durable ingestion of daily stock bars into PostgreSQL, on Temporal')
    .version(versionOf(), '-V, --version')
    .configureHelp({ showGlobalOptions: true })
    // Errors are shown by main, in the form that was asked for.
    .configureOutput({ outputError: () => undefined })
    .exitOverride()
    .addHelpText('after', EXAMPLES);
  const groups = [
    ['Start:', [addDemoCommand, addWorkerCommand]],
    [
      'Jobs:',
      [
        addRunCommand,
        addDailyCommand,
        addBackfillCommand,
        addJobsCommand,
        addStatusCommand,
        addSchedulesCommand,
      ],
    ],
    [
      'Data:',
      [
        addBarsCommand,
        addCoverageCommand,
        addGapsCommand,
        addSourcesCommand,
        addCleanupCommand,
        addDbCommand,
      ],
    ],
    [
      'Quality:',
      [
        addReportCommand,
        addQuarantineCommand,
        addRepairsCommand,
        addQualityCommand,
        addQualityDifferencesCommand,
        addQualityCheckCommand,
        addRulesCommand,
        addModelsCommand,
        addThresholdsCommand,
      ],
    ],
    [
      'Trust:',
      [
        addProveCommand,
        addDoctorCommand,
        addConfigCommand,
        addDevCommand,
        addNotifyCommand,
        addHealthCommand,
        addMetricsCommand,
        addCompletionCommand,
      ],
    ],
  ] as const;
  for (const [heading, commands] of groups) {
    program.commandsGroup(heading);
    for (const add of commands) {
      add(program, invoke);
    }
  }
  return program;
}
