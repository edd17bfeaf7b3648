import { userInfo } from 'node:os';

import type { Command } from 'commander';

import type { Thresholds } from '../../domain/rule-settings.ts';
import type { Tuning } from '../../quality/tuning/tune-thresholds.ts';
import type { Warehouse } from '../../warehouse/pool.ts';
import { usageError } from '../cli-error.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Invocation, Invoke } from '../invoke.ts';
import { number } from '../option-parsers.ts';

interface ThresholdOptions {
  readonly demo?: true;
  readonly by?: string;
  readonly budget?: number;
  readonly dryRun?: true;
  readonly from?: string;
  readonly to?: string;
}

const DEFAULT_BUDGET = 1;
const DAYS = 365;

type ThresholdWork = (
  warehouse: Warehouse,
  invocation: Invocation,
  options: ThresholdOptions,
) => Promise<ExitCode>;

export function addThresholdsCommand(program: Command, invoke: Invoke): void {
  const thresholds = program
    .command('thresholds')
    .description('thresholds of statistical rules, tuned from decisions about held bars');
  act(thresholds.command('list').description('all versions, newest first'), invoke, list);
  act(
    thresholds
      .command('tune')
      .description('one step towards an alarm budget, back-tested on stored bars')
      .option('--budget <flags>', 'right rows in 10,000 that may be flagged (default: 1)', number)
      .option('--dry-run', 'only tell what would change')
      .option('--from <day>', 'first day of the back-test (default: a year before the last)')
      .option('--to <day>', 'last day, YYYY-MM-DD (default: today)')
      .option('--by <name>', 'who decides (default: your login)'),
    invoke,
    tune,
  );
  act(
    thresholds
      .command('revert')
      .description('take the last version back')
      .option('--by <name>', 'who decides (default: your login)'),
    invoke,
    revert,
  );
}

function act(command: Command, invoke: Invoke, work: ThresholdWork): void {
  command.option('--demo', 'of the demo database (the simulated market)').action(() =>
    invoke(command, async (invocation) => {
      const { readConfig, withWarehouse } = await import('../servers.ts');
      const options = command.opts<ThresholdOptions>();
      const config = await readConfig(invocation);
      const kind = options.demo === true ? 'demo' : 'standard';
      return withWarehouse(config, invocation, kind, (warehouse) =>
        work(warehouse, invocation, options),
      );
    }),
  );
}

async function list(warehouse: Warehouse, { output }: Invocation): Promise<ExitCode> {
  const { listThresholds } = await import('../../warehouse/threshold-versions.ts');
  const { formatInstant, toSnakeCase } = await import('../format.ts');
  const { renderTable } = await import('../table.ts');
  const versions = await listThresholds(warehouse);
  output.result(toSnakeCase(versions), () =>
    versions.length === 0
      ? 'nothing is tuned: the defaults hold (`candlewick rules` shows them)'
      : renderTable(
          versions,
          [
            { title: 'version', align: 'right', cell: ({ versionId }) => String(versionId) },
            { title: 'status', cell: ({ status }) => status },
            { title: 'budget', align: 'right', cell: ({ budget }) => String(budget) },
            { title: 'thresholds', isFlexible: true, cell: (one) => textOf(one.thresholds) },
            { title: 'by', dropFirst: 1, cell: ({ createdBy }) => createdBy },
            { title: 'made', dropFirst: 2, cell: ({ createdAt }) => formatInstant(createdAt) },
          ],
          output,
        ),
  );
  return EXIT.ok;
}

async function tune(
  warehouse: Warehouse,
  { output }: Invocation,
  options: ThresholdOptions,
): Promise<ExitCode> {
  const { addDays, shanghaiDayAt } = await import('../../domain/trading-day.ts');
  const { tuneThresholds, UNTUNED } = await import('../../quality/tuning/tune-thresholds.ts');
  const { activeThresholds, saveThresholds } =
    await import('../../warehouse/threshold-versions.ts');
  const { readTuningHistory } = await import('../tune-history.ts');
  const { toSnakeCase } = await import('../format.ts');
  const budget = checkedBudget(options.budget ?? DEFAULT_BUDGET);
  const to = options.to ?? shanghaiDayAt(Date.now());
  const history = await readTuningHistory(warehouse, {
    from: options.from ?? addDays(to, -DAYS),
    to,
  });
  const active = await activeThresholds(warehouse);
  const tuning = tuneThresholds({ ...history, current: { ...UNTUNED, ...active }, budget });
  const isSaved = tuning.isChanged && options.dryRun !== true;
  const { thresholds, evidence } = tuning.chosen;
  const version = isSaved
    ? await saveThresholds(warehouse, {
        thresholds: { ...active, ...thresholds },
        budget,
        evidence: { before: tuning.current, after: evidence, why: tuning.why },
        by: options.by ?? userInfo().username,
      })
    : undefined;
  output.result(
    toSnakeCase({ ...tuning, version: version ?? null, dryRun: options.dryRun === true }),
    () => tuningText(tuning, version),
  );
  return EXIT.ok;
}

function checkedBudget(budget: number): number {
  if (budget <= 0 || budget > 10_000) {
    throw usageError(
      `--budget: got ${budget}; expected more than 0 and at most 10,000 rows in 10,000`,
    );
  }
  return budget;
}

function tuningText(
  { current, chosen, isChanged, why }: Tuning,
  version: number | undefined,
): string {
  const { evidence } = chosen;
  return [
    isChanged
      ? `${textOf(current.thresholds)} → ${textOf(chosen.thresholds)}`
      : `unchanged: ${textOf(current.thresholds)}`,
    why,
    `back-test: ${evidence.rightRows} right rows, ${evidence.released} released (${evidence.releasedFlagged} flagged again), ${evidence.rejected} rejected (${evidence.rejectedFlagged} flagged again)`,
    ...(isChanged
      ? [
          version === undefined
            ? 'dry run: nothing was stored'
            : `version ${version} holds for new jobs; \`candlewick thresholds revert\` takes it back`,
        ]
      : []),
  ].join('\n');
}

async function revert(
  warehouse: Warehouse,
  { output }: Invocation,
  { by }: ThresholdOptions,
): Promise<ExitCode> {
  const { revertThresholds } = await import('../../warehouse/threshold-versions.ts');
  const { toSnakeCase } = await import('../format.ts');
  const done = await revertThresholds(warehouse, by ?? userInfo().username);
  output.result(toSnakeCase({ ...done, active: done.active ?? null }), () =>
    done.active === undefined
      ? `version ${done.reverted} is reverted: the defaults hold again`
      : `version ${done.reverted} is reverted: version ${done.active} holds again`,
  );
  return EXIT.ok;
}

function textOf(thresholds: Partial<Thresholds>): string {
  return Object.entries(thresholds)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}
