import type { Command } from 'commander';

import { plural } from '../../domain/plural.ts';
import type { BarRow } from '../../warehouse/queries.ts';
import { EXIT } from '../exit-codes.ts';
import type { Invocation, Invoke } from '../invoke.ts';
import { list, wholeNumber } from '../option-parsers.ts';
import type { Output } from '../output.ts';
import type { Column } from '../table.ts';

interface BarsOptions {
  readonly symbols?: readonly string[];
  readonly from?: string;
  readonly to?: string;
  readonly limit: number;
  readonly demo?: true;
}

const MAX_ROWS = 1_000_000;
const DEFAULT_ROWS = 50;
const HELP = `
Prices and amounts are in CNY, unadjusted; volume in shares. In SQL, all of it
is in the view stock_daily_data.`;

export function addBarsCommand(program: Command, invoke: Invoke): void {
  const command = program.command('bars').description('show stored bars, by symbol and day');
  command
    .option('--symbols <list>', '600000.SH,000001.SZ (default: all)', list)
    .option('--from <day>', 'first day, YYYY-MM-DD')
    .option('--to <day>', 'last day, YYYY-MM-DD')
    .option('--limit <rows>', 'rows, at most', wholeNumber(1, MAX_ROWS), DEFAULT_ROWS)
    .option('--demo', 'of the demo database (the simulated market)')
    .addHelpText('after', HELP)
    .action((options: BarsOptions) =>
      invoke(command, async (invocation) => {
        const rows = await readRows(options, invocation);
        const { output } = invocation;
        const { toSnakeCase } = await import('../format.ts');
        const { renderTable } = await import('../table.ts');
        output.result(toSnakeCase(rows.map(recordOf)), () =>
          rows.length === 0 ? 'no bars' : renderTable(rows, columnsOf(output), output),
        );
        if (rows.length === options.limit) {
          output.talk(`the first ${plural(rows.length, 'row')}; --limit shows more`);
        }
        return EXIT.ok;
      }),
    );
}

async function readRows(options: BarsOptions, invocation: Invocation): Promise<readonly BarRow[]> {
  const { readConfig, withWarehouse } = await import('../servers.ts');
  const { checkBarsQuery } = await import('../bars-query.ts');
  const query = checkBarsQuery(options);
  const config = await readConfig(invocation);
  const { readBars } = await import('../../warehouse/queries.ts');
  const kind = options.demo === true ? 'demo' : 'standard';
  try {
    return await withWarehouse(config, invocation, kind, (warehouse) => readBars(warehouse, query));
  } catch (error) {
    throw await explainEmpty(error, config.databaseUrl === undefined, kind);
  }
}

/** An embedded database without tables is one that nothing was loaded into: most often the other one is meant. */
async function explainEmpty(error: unknown, isEmbedded: boolean, kind: string): Promise<Error> {
  const { ConfigurationError } = await import('../../domain/errors.ts');
  if (isEmbedded && error instanceof ConfigurationError && error.code === 'ETL-DB-204') {
    return new ConfigurationError(`Nothing was loaded into the ${kind} database yet`, {
      code: error.code,
      hint:
        kind === 'demo'
          ? 'load the simulated market with `candlewick demo`.'
          : 'load files with `candlewick demo --source files --path DIR`; for the simulated market add --demo.',
    });
  }
  return error instanceof Error ? error : new Error(String(error));
}

/** Exact decimals stay text: a reader's floating point must not decide what a price is. */
function recordOf({ tradingDay, ...bar }: BarRow): Readonly<Record<string, unknown>> {
  return { ...bar, tradeDate: tradingDay };
}

function columnsOf({ colours }: Output): readonly Column<BarRow>[] {
  return [
    { title: 'symbol', cell: ({ symbol }) => symbol },
    { title: 'day', cell: ({ tradingDay }) => tradingDay },
    { title: 'open', align: 'right', cell: ({ open }) => price(open) },
    { title: 'high', align: 'right', cell: ({ high }) => price(high) },
    { title: 'low', align: 'right', cell: ({ low }) => price(low) },
    { title: 'close', align: 'right', cell: ({ close }) => price(close) },
    { title: 'pre-close', align: 'right', dropFirst: 2, cell: ({ preClose }) => price(preClose) },
    { title: 'volume', align: 'right', cell: ({ volume }) => volume.toLocaleString('en-US') },
    { title: 'amount', align: 'right', dropFirst: 1, cell: ({ amount }) => amount ?? '–' },
    { title: 'source', dropFirst: 3, cell: ({ source }) => colours.dim(source) },
  ];
}

/** At least two decimals, never fewer than there are. */
function price(text: string | null): string {
  if (text === null) {
    return '–';
  }
  const [whole = '', decimals = ''] = text.split('.');
  return `${whole}.${decimals.padEnd(2, '0')}`;
}
