import type { Command } from 'commander';

import type { Invoke } from '../invoke.ts';
import { addJobOptions, type JobOptions } from '../job-options.ts';

interface RunOptions extends JobOptions {
  readonly detach?: true;
}

const HELP = `
The job is checked here before any server is asked, then started on Temporal
and followed. It does not depend on this command: Ctrl-C stops the waiting, not
the job. A worker must run: \`candlewick demo\` or \`candlewick worker\`. The same
request again, while it runs, joins it.`;

export function addRunCommand(program: Command, invoke: Invoke): void {
  const command = program.command('run').description('run one job: an ETLJobConfig');
  addJobOptions(command)
    .option('--detach', 'start it, print its id and return')
    .addHelpText('after', HELP)
    .action((options: RunOptions) =>
      invoke(command, async (invocation) => {
        const { requestOf } = await import('../job-input.ts');
        const { readConfig } = await import('../servers.ts');
        const { runJobCommand } = await import('../job-command.ts');
        const { placeBelowRoot } = await import('../files-place.ts');
        const config = await readConfig(invocation);
        const path = placeBelowRoot(options.path, config.filesRoot);
        const request = await requestOf({ ...options, ...path });
        return runJobCommand('etlJob', request, config, options, invocation);
      }),
    );
}
