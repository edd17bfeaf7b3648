import type { Command } from 'commander';

import { EXIT } from '../exit-codes.ts';
import type { Invoke } from '../invoke.ts';
import { wholeNumber } from '../option-parsers.ts';

interface MetricsOptions {
  readonly days: number;
  readonly jobName?: string;
  readonly demo?: true;
}

const MAX_DAYS = 3660;
const HELP = `
Success and failure rates, duration and speed by job and by source, from the
accounts of the runs; and what has become worse. Live metrics of a worker, in
Prometheus' form, are on its own port: CANDLEWICK_HTTP_PORT, path /metrics.`;

export function addMetricsCommand(program: Command, invoke: Invoke): void {
  const command = program
    .command('metrics')
    .description('how jobs and sources have gone lately, and what has become worse')
    .option('--days <days>', 'runs of so many days', wholeNumber(1, MAX_DAYS), 30)
    .option('--job-name <name>', 'of this job only')
    .option('--demo', 'in the embedded demo database')
    .addHelpText('after', HELP);
  command.action((options: MetricsOptions) =>
    invoke(command, async (invocation) => {
      const { readConfig, withWarehouse } = await import('../servers.ts');
      const { readHistory } = await import('../../client/manager-store.ts');
      const { analyseRuns } = await import('../../client/job-analysis.ts');
      const { toSnakeCase } = await import('../format.ts');
      const { renderAnalysis } = await import('../history-view.ts');
      const { output } = invocation;
      const config = await readConfig(invocation);
      const kind = options.demo === true ? 'demo' : 'standard';
      const runs = await withWarehouse(config, invocation, kind, (warehouse) =>
        readHistory(warehouse, options),
      );
      const analysis = analyseRuns(runs);
      output.result(toSnakeCase(analysis), () =>
        analysis.runs === 0
          ? `no job ended within ${options.days} days`
          : renderAnalysis(analysis, output),
      );
      return EXIT.ok;
    }),
  );
}
