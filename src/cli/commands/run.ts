import type { Command } from 'commander';

import type { Invoke } from '../invoke.ts';
import { addJobOptions, type JobOptions } from '../job-options.ts';

interface RunOptions extends JobOptions {
  readonly detach?: true;
}

interface JobCommand {
  readonly name: string;
  readonly description: string;
  readonly help: string;
  readonly workflow: 'etlJob' | 'dailyDataIngestion';
}

const RUN: JobCommand = {
  name: 'run',
  description: 'run one job: an ETLJobConfig',
  help: `
The job is checked here before any server is asked, then started on Temporal
and followed. It does not depend on this command: Ctrl-C stops the waiting, not
the job. A worker must run: \`candlewick demo\` or \`candlewick worker\`. The same
request again, while it runs, joins it.`,
  workflow: 'etlJob',
};

const DAILY: JobCommand = {
  name: 'daily',
  description: 'run the daily ingestion now',
  help: `
What the schedule does each night, now: all known symbols, the last 7 days.
Options narrow it. Again on the same day, while it runs: joins the run.`,
  workflow: 'dailyDataIngestion',
};

export function addRunCommand(program: Command, invoke: Invoke): void {
  addJobCommand(program, invoke, RUN);
}

export function addDailyCommand(program: Command, invoke: Invoke): void {
  addJobCommand(program, invoke, DAILY);
}

function addJobCommand(
  program: Command,
  invoke: Invoke,
  { name, description, help, workflow }: JobCommand,
): void {
  const command = program.command(name).description(description);
  addJobOptions(command)
    .option('--detach', 'start it, print its id and return')
    .addHelpText('after', help)
    .action((options: RunOptions) =>
      invoke(command, async (invocation) => {
        const { requestOf } = await import('../job-input.ts');
        const { readConfig } = await import('../servers.ts');
        const { runJobCommand } = await import('../job-command.ts');
        const { placeBelowRoot } = await import('../files-place.ts');
        const config = await readConfig(invocation);
        const path = placeBelowRoot(options.path, config.filesRoot);
        const request = await requestOf({ ...options, ...path });
        return runJobCommand(workflow, request, config, options, invocation);
      }),
    );
}
