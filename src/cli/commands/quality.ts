import type { Command } from 'commander';

import type { FindingRow, RuleCostRow, ScoreRow } from '../../warehouse/quality-queries.ts';
import type { Warehouse } from '../../warehouse/pool.ts';
import { EXIT } from '../exit-codes.ts';
import type { Invocation, Invoke } from '../invoke.ts';
import { formatScore } from '../format.ts';
import { list, oneOf, wholeNumber } from '../option-parsers.ts';
import type { QualityOptions } from '../quality-query.ts';
import type { Column } from '../table.ts';

const MAX_ROWS = 100_000;
const DEFAULT_ROWS = 50;
const GROUPS = ['batch', 'symbol', 'day', 'rule'] as const;

interface ScoreOptions extends QualityOptions {
  readonly by: (typeof GROUPS)[number];
}

/** The group of commands about quality, made by whichever of them comes first. */
export function qualityGroup(program: Command): Command {
  return (
    program.commands.find((command) => command.name() === 'quality') ??
    program.command('quality').description('how bars were judged: scores, and why')
  );
}

export function addQualityCommand(program: Command, invoke: Invoke): void {
  addScores(qualityGroup(program), invoke);
  addFindings(qualityGroup(program), invoke);
}

function addScores(quality: Command, invoke: Invoke): void {
  const command = quality
    .command('scores')
    .description('scores of each run, the worst first: as sent, and after repair');
  addFilters(command)
    .option('--by <group>', `by ${GROUPS.join(', ')}`, oneOf(GROUPS), 'batch')
    .action((options: ScoreOptions) =>
      invoke(command, (invocation) =>
        options.by === 'rule'
          ? showCosts(options, invocation)
          : showScores(options, options.by, invocation),
      ),
    );
}

function addFindings(quality: Command, invoke: Invoke): void {
  const command = quality
    .command('findings')
    .description('why bars were held, repaired or remarked on, newest first');
  addFilters(command)
    .option('--rule <id>', 'of one rule only')
    .action((options: QualityOptions) =>
      invoke(command, async (invocation) => {
        const { readFindings } = await import('../../warehouse/quality-queries.ts');
        const { checkQualityQuery } = await import('../quality-query.ts');
        const query = checkQualityQuery(options);
        const rows = await onWarehouse(options, invocation, (warehouse) =>
          readFindings(warehouse, query),
        );
        await show(invocation, rows, findingColumns());
        return EXIT.ok;
      }),
    );
}

async function showScores(
  options: ScoreOptions,
  by: Exclude<ScoreOptions['by'], 'rule'>,
  invocation: Invocation,
): Promise<typeof EXIT.ok> {
  const { readScores } = await import('../../warehouse/quality-queries.ts');
  const { checkQualityQuery } = await import('../quality-query.ts');
  const query = checkQualityQuery(options);
  const rows = await onWarehouse(options, invocation, (warehouse) =>
    readScores(warehouse, by, query),
  );
  await show(invocation, rows, scoreColumns(by));
  return EXIT.ok;
}

async function showCosts(options: ScoreOptions, invocation: Invocation): Promise<typeof EXIT.ok> {
  const { readRuleCosts } = await import('../../warehouse/quality-queries.ts');
  const { checkQualityQuery } = await import('../quality-query.ts');
  const query = checkQualityQuery(options);
  const rows = await onWarehouse(options, invocation, (warehouse) =>
    readRuleCosts(warehouse, query),
  );
  await show(invocation, rows, costColumns());
  return EXIT.ok;
}

/** Runs a query of stored verdicts on the database that the options mean. */
export async function onWarehouse<Result>(
  { demo }: Pick<QualityOptions, 'demo'>,
  invocation: Invocation,
  work: (warehouse: Warehouse) => Promise<Result>,
): Promise<Result> {
  const { readConfig, withWarehouse } = await import('../servers.ts');
  const config = await readConfig(invocation);
  return withWarehouse(config, invocation, demo === true ? 'demo' : 'standard', work);
}

/** Rows as a table or as JSON. */
export async function show<Row>(
  { output }: Invocation,
  rows: readonly Row[],
  columns: readonly Column<Row>[],
): Promise<void> {
  const { toSnakeCase } = await import('../format.ts');
  const { renderTable } = await import('../table.ts');
  output.result(toSnakeCase(rows), () =>
    rows.length === 0 ? 'nothing found' : renderTable(rows, columns, output),
  );
}

/** Filters that all queries of stored verdicts know. */
export function addFilters(command: Command): Command {
  return command
    .option('--job <id>', 'of one job')
    .option('--run <id>', 'of one run of a job')
    .option('--symbols <list>', '600000.SH,000001.SZ (default: all)', list)
    .option('--from <day>', 'first day, YYYY-MM-DD')
    .option('--to <day>', 'last day, YYYY-MM-DD')
    .option('--limit <rows>', 'rows, at most', wholeNumber(1, MAX_ROWS), DEFAULT_ROWS)
    .option('--demo', 'of the demo database (the simulated market)');
}

function scoreColumns(by: string): readonly Column<ScoreRow>[] {
  return [
    { title: by, cell: ({ name }) => name },
    { title: 'as sent', align: 'right', cell: ({ rawScore }) => formatScore(rawScore) },
    { title: 'repaired', align: 'right', cell: ({ score }) => formatScore(score) },
    { title: 'keys', align: 'right', cell: ({ keys }) => keys.toLocaleString('en-US') },
    { title: 'job', isFlexible: true, cell: ({ jobId }) => jobId },
    { title: 'rules', dropFirst: 2, cell: ({ ruleset }) => ruleset },
    { title: 'judged at', dropFirst: 1, cell: ({ judgedAt }) => judgedAt },
  ];
}

function costColumns(): readonly Column<RuleCostRow>[] {
  return [
    { title: 'rule', cell: ({ rule }) => rule },
    { title: 'hits', align: 'right', cell: ({ hits }) => hits.toLocaleString('en-US') },
    { title: 'budget as sent', align: 'right', cell: ({ rawCost }) => percent(rawCost) },
    { title: 'after repair', align: 'right', cell: ({ cost }) => percent(cost) },
  ];
}

function findingColumns(): readonly Column<FindingRow>[] {
  return [
    { title: 'symbol', cell: ({ symbol }) => symbol },
    { title: 'day', cell: ({ tradingDay }) => tradingDay },
    { title: 'rule', cell: ({ rule }) => rule },
    { title: 'outcome', cell: ({ outcome }) => outcome },
    { title: 'severity', dropFirst: 1, cell: ({ severity }) => severity },
    { title: 'why', isFlexible: true, cell: ({ message }) => message },
  ];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
