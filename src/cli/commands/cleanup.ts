import type { Command } from 'commander';

import type { CleanupReport } from '../../domain/cleanup.ts';
import { EXIT } from '../exit-codes.ts';
import type { Invoke } from '../invoke.ts';
import { number } from '../option-parsers.ts';

interface CleanupOptions {
  readonly dryRun?: true;
  readonly dataRetentionDays?: number;
  readonly barsRetentionDays?: number;
}

const HELP = `
Landed payloads, staged batches, runs, quality results and decided quarantine
older than DATA_RETENTION_DAYS go. Published bars stay for ever, unless
BARS_RETENTION_DAYS is set: then whole years go, none that a job works on.
The worker does it, and so by its settings, not by those of this shell.`;

export function addCleanupCommand(program: Command, invoke: Invoke): void {
  const command = program.command('cleanup').description('remove data past its retention');
  command
    .option('--dry-run', 'only show what would go')
    .option('--data-retention-days <days>', 'in place of DATA_RETENTION_DAYS', number)
    .option('--bars-retention-days <days>', 'in place of BARS_RETENTION_DAYS', number)
    .addHelpText('after', HELP)
    .action((options: CleanupOptions) =>
      invoke(command, async (invocation) => {
        const { readConfig, withClient } = await import('../servers.ts');
        const { queueName } = await import('../../domain/task-queues.ts');
        const { toSnakeCase } = await import('../format.ts');
        const { parseCleanupInput } = await import('../../config/cleanup-input.ts');
        const { renderCleanup, retentionDifferences } = await import('../cleanup-view.ts');
        const config = await readConfig(invocation);
        const here = parseCleanupInput(options, {
          dataRetentionDays: config.retentionDays,
          barsRetentionDays: config.barsRetentionDays,
        });
        const report = await withClient(config, async (client) => {
          const { workflowId } = await client.temporal.workflow.start<
            (input: CleanupOptions) => Promise<CleanupReport>
          >('cleanupOldData', {
            workflowId: 'cleanup-old-data',
            taskQueue: queueName('maintenance', config.queuePrefix),
            args: [{ ...options }],
            workflowIdConflictPolicy: 'USE_EXISTING',
          });
          return client.resultOf<CleanupReport>(workflowId);
        });
        const { output } = invocation;
        retentionDifferences(report.keptDays, here).forEach(output.warn);
        output.result(toSnakeCase(report), () => renderCleanup(report));
        return EXIT.ok;
      }),
    );
}
