import { userInfo } from 'node:os';

import type { Command } from 'commander';

import type { ModelVersion } from '../../domain/anomaly-model.ts';
import type { Warehouse } from '../../warehouse/pool.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Invocation, Invoke } from '../invoke.ts';
import { wholeNumber } from '../option-parsers.ts';
import { addTrainCommand } from './models-train.ts';

interface ModelOptions {
  readonly demo?: true;
  readonly by?: string;
  readonly why?: string;
  readonly force?: true;
}

const DEMO = 'of the demo database (the simulated market)';
const MAX_ID = 1_000_000_000;

interface Given {
  readonly modelId: number;
  readonly options: ModelOptions;
}

type ModelWork = (warehouse: Warehouse, invocation: Invocation, given: Given) => Promise<ExitCode>;

export function addModelsCommand(program: Command, invoke: Invoke): void {
  const models = program
    .command('models')
    .description('anomaly models: train, compare, let act, retire');
  act(models.command('list').description('all models, newest first'), invoke, list);
  addTrainCommand(models, invoke);
  act(
    withId(models.command('show').description('figures, drift and history of one model')),
    invoke,
    show,
  );
  act(
    deciding(
      models.command('activate').description('let a model act in place of the active one'),
    ).option('--force', 'though it is worse, or was not measured beside the active one'),
    invoke,
    activate,
  );
  act(deciding(models.command('retire').description('score with a model no more')), invoke, retire);
}

function withId(command: Command): Command {
  return command.argument('<id>', 'id of a model', wholeNumber(1, MAX_ID));
}

function deciding(command: Command): Command {
  return withId(command)
    .option('--why <text>', 'the reason, for the record')
    .option('--by <name>', 'who decides (default: your login)');
}

function act(command: Command, invoke: Invoke, work: ModelWork): void {
  command.option('--demo', DEMO).action(() =>
    invoke(command, async (invocation) => {
      const { readConfig, withWarehouse } = await import('../servers.ts');
      const options = command.opts<ModelOptions>();
      const config = await readConfig(invocation);
      const kind = options.demo === true ? 'demo' : 'standard';
      const modelId: unknown = command.processedArgs[0];
      return withWarehouse(config, invocation, kind, (warehouse) =>
        work(warehouse, invocation, { modelId: Number(modelId ?? 0), options }),
      );
    }),
  );
}

async function list(warehouse: Warehouse, { output }: Invocation): Promise<ExitCode> {
  const { listModels } = await import('../../warehouse/model-versions.ts');
  const { formatInstant, toSnakeCase } = await import('../format.ts');
  const { renderTable } = await import('../table.ts');
  const models = await listModels(warehouse);
  output.result(toSnakeCase(models), () =>
    models.length === 0
      ? 'no models yet: `candlewick models train`'
      : renderTable(
          models,
          [
            { title: 'id', align: 'right', cell: ({ modelId }) => String(modelId) },
            { title: 'kind', cell: ({ kind }) => kind },
            {
              title: 'status',
              cell: ({ status }) => (status === 'active' ? output.colours.green(status) : status),
            },
            { title: 'AUPRC', align: 'right', cell: ({ metrics }) => metrics.auprc.toFixed(3) },
            {
              title: 'flags in 10,000',
              align: 'right',
              dropFirst: 2,
              cell: ({ metrics }) => metrics.flagsPer10k.toFixed(1),
            },
            { title: 'trained on', cell: (one) => `${one.trainedFrom} to ${one.trainedTo}` },
            { title: 'made', dropFirst: 1, cell: ({ createdAt }) => formatInstant(createdAt) },
          ],
          output,
        ),
  );
  return EXIT.ok;
}

async function show(warehouse: Warehouse, { output }: Invocation, given: Given): Promise<ExitCode> {
  const { modelId } = given;
  const { readDrift, readModel } = await import('../../warehouse/model-versions.ts');
  const { toSnakeCase } = await import('../format.ts');
  const model = await readModel(warehouse, modelId);
  const drift = await readDrift(warehouse, modelId);
  output.result(toSnakeCase({ ...model, drift }), () =>
    [
      ...linesOf(model),
      ...drift.map(
        ({ firstDay, lastDay, verdict, worst, rows, flagged }) =>
          `drift    ${firstDay} to ${lastDay}: ${verdict}, worst index ${worst.toFixed(2)}, ${flagged} of ${rows} rows flagged`,
      ),
    ].join('\n'),
  );
  return EXIT.ok;
}

function linesOf(model: ModelVersion): readonly string[] {
  const { metrics } = model;
  return [
    `model ${model.modelId}: ${model.kind}, ${model.status}${model.decidedWhy === undefined ? '' : ` (${model.decidedBy ?? ''}: ${model.decidedWhy})`}`,
    `trained  on ${model.rows} rows of ${model.symbols} symbols, ${model.trainedFrom} to ${model.trainedTo}`,
    `ranks    AUROC ${metrics.auroc.toFixed(4)}, AUPRC ${metrics.auprc.toFixed(4)}, best F1 ${metrics.bestF1.toFixed(3)} on ${metrics.benchmarkRows} other rows with ${metrics.benchmarkFaults} faults`,
    `recall   ${metrics.recallAt1.toFixed(3)} at 1, ${metrics.recallAt10.toFixed(3)} at 10 false flags in 10,000 rows`,
    ...(metrics.unseenAuprc === undefined
      ? []
      : [
          `unseen   AUPRC ${metrics.unseenAuprc.toFixed(3)} on kinds of faults left out of training`,
        ]),
    `flags    rows that score at least ${model.threshold.toFixed(4)}: ${metrics.flagsPer10k.toFixed(1)} in 10,000 right rows`,
    `bytes    ${model.bytes}, sha256 ${model.sha256}`,
  ];
}

async function activate(
  warehouse: Warehouse,
  invocation: Invocation,
  given: Given,
): Promise<ExitCode> {
  const { modelId, options } = given;
  const { activateModel, listModels, readModel } =
    await import('../../warehouse/model-versions.ts');
  const { activationRefusal } = await import('../../activities/promote-model.ts');
  const { ConfigurationError } = await import('../../domain/errors.ts');
  const model = await readModel(warehouse, modelId);
  const [active] = await listModels(warehouse, { kind: model.kind, status: 'active' });
  const refusal = activationRefusal(model, active);
  if (refusal !== undefined && options.force !== true) {
    throw new ConfigurationError(`model ${modelId} may not take the place: ${refusal}`, {
      code: 'ETL-MOD-409',
      hint: 'train again, which measures both, or say --force and --why.',
      details: { modelId, active: active?.modelId ?? null },
    });
  }
  const decided = await activateModel(warehouse, { modelId, ...decisionOf(options) });
  return told(invocation, decided);
}

async function retire(
  warehouse: Warehouse,
  invocation: Invocation,
  given: Given,
): Promise<ExitCode> {
  const { modelId, options } = given;
  const { retireModel } = await import('../../warehouse/model-versions.ts');
  return told(invocation, await retireModel(warehouse, { modelId, ...decisionOf(options) }));
}

function decisionOf({ by, why }: ModelOptions): { readonly by: string; readonly why: string } {
  return { by: by ?? userInfo().username, why: why ?? 'by hand' };
}

async function told({ output }: Invocation, model: ModelVersion): Promise<ExitCode> {
  const { toSnakeCase } = await import('../format.ts');
  output.result(toSnakeCase(model), () => `model ${model.modelId} is ${model.status}`);
  return EXIT.ok;
}
