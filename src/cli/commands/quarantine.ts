import { userInfo } from 'node:os';

import { InvalidArgumentError, Option, type Command } from 'commander';

import { plural } from '../../domain/plural.ts';
import {
  DECISIONS,
  QUARANTINE_STATES,
  type DecisionKind,
  type QuarantineState,
} from '../../domain/quarantine.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Invocation, Invoke } from '../invoke.ts';
import { list, number, wholeNumber } from '../option-parsers.ts';

interface ChoiceOptions {
  readonly symbols?: readonly string[];
  readonly source?: string;
  readonly rule?: string;
  readonly run?: string;
  readonly from?: string;
  readonly to?: string;
}

interface ListOptions extends ChoiceOptions {
  readonly state: QuarantineState | 'any';
  readonly limit: number;
  readonly demo?: true;
}

interface DecideOptions extends ChoiceOptions {
  readonly all?: true;
  readonly by?: string;
  readonly why: string;
  readonly refetch?: boolean;
  readonly sources?: readonly string[];
  readonly threshold?: number;
}

const MAX_ROWS = 100_000;
const DEFAULT_ROWS = 50;
const MEANINGS: Readonly<Record<DecisionKind, string>> = {
  release: 'publish held bars as they are',
  reject: 'give held bars up, and ask other sources for them',
  replay: 'derive held bars again from what was landed, by the rules of today',
};
const HELP = `
Bars below a job's quality threshold, or that the table could not hold, wait here
until a person decides. Every decision is kept: who, when, why.

Examples:
  candlewick quarantine list --symbols 600000.SH
  candlewick quarantine show 17
  candlewick quarantine release 17 18 --why "checked with the exchange"
  candlewick quarantine reject --symbols 600000.SH --why "wrong unit" --sources akshare`;

export function addQuarantineCommand(program: Command, invoke: Invoke): void {
  const quarantine = program
    .command('quarantine')
    .description('bars that are held back: list, show, release, reject, replay')
    .addHelpText('after', HELP);
  addList(quarantine, invoke);
  addShow(quarantine, invoke);
  for (const decision of DECISIONS) {
    addDecision(quarantine, decision, invoke);
  }
}

function addChoice(command: Command): Command {
  return command
    .option('--symbols <list>', '600000.SH,000001.SZ', list)
    .option('--source <name>', 'who sent them')
    .option('--rule <id>', 'held for this rule, such as N01_ohlc')
    .option('--run <id>', 'held by this run')
    .option('--from <day>', 'first day, YYYY-MM-DD')
    .option('--to <day>', 'last day, YYYY-MM-DD');
}

/** The choice as filter and decision name it. */
function choiceOf({
  symbols,
  source,
  rule,
  run,
  from,
  to,
}: ChoiceOptions): Record<string, unknown> {
  const choice = { symbols, source, rule, runId: run, startDate: from, endDate: to };
  return Object.fromEntries(Object.entries(choice).filter(([, value]) => value !== undefined));
}

function addList(quarantine: Command, invoke: Invoke): void {
  const command = quarantine.command('list').description('held bars, by symbol and day');
  addChoice(command)
    .addOption(
      new Option('--state <state>', 'of which state')
        .choices([...QUARANTINE_STATES, 'any'])
        .default('held'),
    )
    .option('--limit <rows>', 'rows, at most', wholeNumber(1, MAX_ROWS), DEFAULT_ROWS)
    .option('--demo', 'of the demo database (the simulated market)')
    .action((options: ListOptions) =>
      invoke(command, async (invocation) => {
        const { readConfig, withWarehouse } = await import('../servers.ts');
        const { checkBarsQuery } = await import('../bars-query.ts');
        const { listQuarantine } = await import('../../warehouse/quarantine-rows.ts');
        const { renderQuarantine } = await import('../quarantine-view.ts');
        const { toSnakeCase } = await import('../format.ts');
        const { symbols, startDate, endDate } = checkBarsQuery(options);
        const { state, limit, demo, source, rule, run: runId } = options;
        const filter = {
          symbols,
          source,
          rule,
          runId,
          limit,
          startDate: options.from === undefined ? undefined : startDate,
          endDate: options.to === undefined ? undefined : endDate,
          ...(state === 'any' ? {} : { state }),
        };
        const config = await readConfig(invocation);
        const kind = demo === true ? 'demo' : 'standard';
        const rows = await withWarehouse(config, invocation, kind, (warehouse) =>
          listQuarantine(warehouse, filter),
        );
        const { output } = invocation;
        output.result(toSnakeCase(rows), () => renderQuarantine(rows, output));
        if (rows.length === limit) {
          output.talk(`the first ${plural(rows.length, 'row')}; --limit shows more`);
        }
        return EXIT.ok;
      }),
    );
}

function addShow(quarantine: Command, invoke: Invoke): void {
  const command = quarantine
    .command('show <id>')
    .description('one held bar: values, reasons, payload, decisions')
    .option('--demo', 'of the demo database (the simulated market)');
  command.action((id: string, options: { readonly demo?: true }) =>
    invoke(command, async (invocation) => {
      const { readConfig, withWarehouse } = await import('../servers.ts');
      const { listQuarantine, readDecisions } = await import('../../warehouse/quarantine-rows.ts');
      const { renderHeldRow } = await import('../quarantine-view.ts');
      const { toSnakeCase } = await import('../format.ts');
      const wanted = idOf(id);
      const config = await readConfig(invocation);
      const kind = options.demo === true ? 'demo' : 'standard';
      const found = await withWarehouse(config, invocation, kind, async (warehouse) => {
        const [row] = await listQuarantine(warehouse, { ids: [wanted], limit: 1 });
        return row === undefined
          ? undefined
          : { row, decisions: await readDecisions(warehouse, wanted) };
      });
      if (found === undefined) {
        const { CliError } = await import('../cli-error.ts');
        throw new CliError('not_found', `There is no row ${wanted} in the quarantine`, {
          code: 'ETL-QUA-404',
          hint: 'list them with `candlewick quarantine list --state any`.',
        });
      }
      const { row, decisions } = found;
      const record = { ...row, decisions: decisions.map(({ id: _id, ...decision }) => decision) };
      invocation.output.result(toSnakeCase(record), () =>
        renderHeldRow(row, decisions, invocation.output),
      );
      return EXIT.ok;
    }),
  );
}

function idOf(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) {
    throw new InvalidArgumentError(
      `id: got "${text}"; expected a whole number, as \`candlewick quarantine list\` shows them.`,
    );
  }
  return Number(text);
}

function addDecision(quarantine: Command, decision: DecisionKind, invoke: Invoke): void {
  const command = quarantine.command(`${decision} [ids...]`).description(MEANINGS[decision]);
  addChoice(command)
    .option('--all', 'every held bar')
    .requiredOption('--why <reason>', 'kept with the decision')
    .option('--by <name>', 'who decides (default: your login)');
  if (decision === 'reject') {
    command
      .option('--sources <list>', 'whom to ask instead (default: the others configured)', list)
      .option('--no-refetch', 'ask nobody');
  }
  if (decision === 'replay') {
    command.option('--threshold <score>', 'in place of the job’s own, 0 to 1', number);
  }
  command.action((ids: readonly string[], options: DecideOptions) =>
    invoke(command, (invocation) => decide(decision, ids, options, invocation)),
  );
}

async function decide(
  decision: DecisionKind,
  ids: readonly string[],
  options: DecideOptions,
  invocation: Invocation,
): Promise<ExitCode> {
  const { all, by, why, refetch, sources, threshold } = options;
  const { readConfig, withClient } = await import('../servers.ts');
  const { parseDecision } = await import('../../config/quarantine-input.ts');
  const { renderDecision } = await import('../quarantine-view.ts');
  const { toSnakeCase } = await import('../format.ts');
  const request = {
    ...choiceOf(options),
    ...(ids.length === 0 ? {} : { ids: ids.map(idOf) }),
    ...(all === true ? { all } : {}),
    ...(refetch === false ? { refetch } : {}),
    ...(sources === undefined ? {} : { sources }),
    ...(threshold === undefined ? {} : { qualityThreshold: threshold }),
    decision,
    by: by ?? userInfo().username,
    why,
  };
  parseDecision(request);
  const config = await readConfig(invocation);
  const { results } = await withClient(config, (client) =>
    client.quality.resolveQuarantine(request),
  );
  const [result] = results;
  invocation.output.result(toSnakeCase(result), () =>
    result === undefined ? 'nothing was decided' : renderDecision(result, invocation.output),
  );
  const isPartial =
    result === undefined ||
    result.selected === 0 ||
    result.selected < new Set(ids).size ||
    result.refused > 0 ||
    result.stillHeld > 0 ||
    result.refetches.some(({ status }) => status !== 'success');
  return isPartial ? EXIT.partial : EXIT.ok;
}
