import type { Command } from 'commander';

import { MODEL_KINDS, type ModelKind } from '../../domain/anomaly-model.ts';
import type { TrainingReport } from '../../workflows/train-anomaly-model.ts';
import { EXIT } from '../exit-codes.ts';
import type { Invoke } from '../invoke.ts';
import { number, oneOf, wholeNumber } from '../option-parsers.ts';

interface TrainOptions {
  readonly kind?: ModelKind;
  readonly from?: string;
  readonly to?: string;
  readonly seed?: number;
  readonly contamination?: number;
  readonly maxRows?: number;
  readonly shadow?: true;
}

const MAX = 4_294_967_295;

/** `models train`: starts the workflow, or joins the one that runs, and waits for it. */
export function addTrainCommand(models: Command, invoke: Invoke): void {
  const command = models
    .command('train')
    .description('train on stored bars with faults injected; what is no worse then acts')
    .option('--kind <kind>', `one of ${MODEL_KINDS.join(', ')} (default: both)`, oneOf(MODEL_KINDS))
    .option('--from <day>', 'first day, YYYY-MM-DD (default: three years before the last)')
    .option('--to <day>', 'last day, YYYY-MM-DD (default: today)')
    .option('--seed <number>', 'the same seed gives the same model', wholeNumber(0, MAX))
    .option('--contamination <share>', 'share of right rows that may be flagged', number)
    .option('--max-rows <rows>', 'rows to train and test on', wholeNumber(1, MAX))
    .option('--shadow', 'let it score and count only');
  command.action(() =>
    invoke(command, async (invocation) => {
      const { output } = invocation;
      const { readConfig, withClient } = await import('../servers.ts');
      const { queueName } = await import('../../domain/task-queues.ts');
      const { toSnakeCase } = await import('../format.ts');
      const config = await readConfig(invocation);
      const report = await withClient(config, async (client) => {
        const handle = await client.temporal.workflow.start<
          (input: unknown) => Promise<TrainingReport>
        >('trainAnomalyModel', {
          workflowId: 'train-anomaly-model',
          taskQueue: queueName('data_quality', config.queuePrefix),
          args: [inputOf(command.opts<TrainOptions>())],
          staticSummary: 'Anomaly models from stored bars',
          workflowIdConflictPolicy: 'USE_EXISTING',
        });
        output.talk(`training: workflow ${handle.workflowId}`);
        return client.resultOf<TrainingReport>(handle.workflowId);
      });
      output.result(toSnakeCase(report), () =>
        report.models
          .map(
            ({ modelId, kind, status, metrics, why }) =>
              `model ${modelId}: ${kind}, ${status}, AUPRC ${metrics.auprc.toFixed(3)}: ${why}`,
          )
          .join('\n'),
      );
      return EXIT.ok;
    }),
  );
}

function inputOf(options: TrainOptions): Readonly<Record<string, unknown>> {
  const { kind, from, to, shadow, seed, contamination, maxRows } = options;
  return {
    ...(kind === undefined ? {} : { kinds: [kind] }),
    ...(from === undefined ? {} : { startDate: from }),
    ...(to === undefined ? {} : { endDate: to }),
    ...(seed === undefined ? {} : { seed }),
    ...(contamination === undefined ? {} : { contamination }),
    ...(maxRows === undefined ? {} : { maxRows }),
    ...(shadow === true ? { activate: false } : {}),
  };
}
