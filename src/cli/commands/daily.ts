import type { Command } from 'commander';

import type { Invoke } from '../invoke.ts';
import { addJobOptions, type JobOptions } from '../job-options.ts';

interface DailyOptions extends JobOptions {
  readonly detach?: true;
}

const HELP = `
What the schedule does each night, now: all known symbols, the last 7 days.
Options narrow it. Again on the same day, while it runs: joins the run.`;

export function addDailyCommand(program: Command, invoke: Invoke): void {
  const command = program.command('daily').description('run the daily ingestion now');
  addJobOptions(command)
    .option('--detach', 'start it, print its id and return')
    .addHelpText('after', HELP)
    .action((options: DailyOptions) =>
      invoke(command, async (invocation) => {
        const { requestOf } = await import('../job-input.ts');
        const { readConfig } = await import('../servers.ts');
        const { runJobCommand } = await import('../job-command.ts');
        const { placeBelowRoot } = await import('../files-place.ts');
        const config = await readConfig(invocation);
        const path = placeBelowRoot(options.path, config.filesRoot);
        const request = await requestOf({ ...options, ...path });
        return runJobCommand('dailyDataIngestion', request, config, options, invocation);
      }),
    );
}
