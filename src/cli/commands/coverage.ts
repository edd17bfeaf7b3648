import type { Command } from 'commander';

import type { AbsentSession, CoverageSummary } from '../../warehouse/coverage.ts';
import { EXIT } from '../exit-codes.ts';
import type { Invocation, Invoke } from '../invoke.ts';
import { list, wholeNumber } from '../option-parsers.ts';
import type { Output } from '../output.ts';

interface CoverageOptions {
  readonly symbols?: readonly string[];
  readonly from?: string;
  readonly to?: string;
  readonly gaps?: true;
  readonly excused?: true;
  readonly limit: number;
  readonly demo?: true;
}

interface Coverage extends CoverageSummary {
  readonly holds: boolean;
  readonly gaps?: readonly AbsentSession[];
}

const DEFAULT_ROWS = 200;
const MAX_ROWS = 1_000_000;
const HELP = `
Expected = sessions of the exchange, within the listing life, from the first day
that any job has asked for. Each is loaded, excused (suspended, no trade),
quarantined, or missing. Exit code 5 where any is missing.`;

export function addCoverageCommand(program: Command, invoke: Invoke): void {
  const command = program.command('coverage').description('what is there of what is expected');
  command
    .option('--gaps', 'list each missing (symbol, session) with its reason')
    .option('--excused', 'with --gaps: those excused or in quarantine too')
    .option('--symbols <list>', '600000.SH,000001.SZ (default: all)', list)
    .option('--from <day>', 'first day, YYYY-MM-DD')
    .option('--to <day>', 'last day, YYYY-MM-DD (default: the last completed one)')
    .option('--limit <rows>', 'rows, at most', wholeNumber(1, MAX_ROWS), DEFAULT_ROWS)
    .option('--demo', 'of the demo database (the simulated market)')
    .addHelpText('after', HELP)
    .action((options: CoverageOptions) =>
      invoke(command, async (invocation) => {
        const coverage = await readCoverage(options, invocation);
        const { toSnakeCase } = await import('../format.ts');
        const text = await renderCoverage(coverage, invocation.output);
        invocation.output.result(toSnakeCase(coverage), () => text);
        return coverage.holds ? EXIT.ok : EXIT.partial;
      }),
    );
}

async function readCoverage(options: CoverageOptions, invocation: Invocation): Promise<Coverage> {
  const { readConfig, withWarehouse } = await import('../servers.ts');
  const { checkBarsQuery } = await import('../bars-query.ts');
  const { startDate: from, endDate: to, symbols } = checkBarsQuery(options);
  const asOf = new Date().toISOString();
  const query = { from, to, asOf, ...(symbols === undefined ? {} : { symbols }) };
  const config = await readConfig(invocation);
  const { listAbsences, summariseCoverage } = await import('../../warehouse/coverage.ts');
  const kind = options.demo === true ? 'demo' : 'standard';
  return withWarehouse(config, invocation, kind, async (warehouse) => {
    const summary = await summariseCoverage(warehouse, query);
    const which = { limit: options.limit, gapsOnly: options.excused !== true };
    return {
      holds: summary.missing === 0,
      ...summary,
      ...(options.gaps === true ? { gaps: await listAbsences(warehouse, query, which) } : {}),
    };
  });
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}

async function renderCoverage({ gaps, ...coverage }: Coverage, output: Output): Promise<string> {
  const { renderFacts, renderTable } = await import('../table.ts');
  const { colours } = output;
  const verdict = coverage.holds ? colours.green('no gap') : colours.red('gaps');
  const facts = renderFacts(
    [
      ['coverage', verdict],
      ['symbols', count(coverage.symbols)],
      ['expected', count(coverage.expected)],
      ['loaded', count(coverage.loaded)],
      ['excused', count(coverage.excused)],
      ['quarantined', count(coverage.quarantined)],
      ['missing', count(coverage.missing)],
      ...coverage.reasons.map(
        ({ state, reason, sessions }) => [`  ${state}`, `${count(sessions)} ${reason}`] as const,
      ),
    ],
    output,
  );
  if (gaps === undefined || gaps.length === 0) {
    return facts;
  }
  const table = renderTable(
    gaps,
    [
      { title: 'symbol', cell: ({ symbol }) => symbol },
      { title: 'day', cell: ({ tradingDay }) => tradingDay },
      { title: 'state', cell: ({ state }) => state },
      { title: 'reason', cell: ({ reason }) => reason },
    ],
    output,
  );
  return `${facts}\n\n${table}`;
}
